#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "runtime/base/event_batch.h"
#include "runtime/base/instant.h"

namespace segue {

/// Reads the timestamp of a call: RFC 3339 in a string, epoch milliseconds as a number. Digits
/// finer than a millisecond are cut; a time without an offset is UTC, a date its first instant. The
/// day and the minute of the last text are remembered, since the next one mostly has the same.
class TimestampReader {
 public:
  /// `kNoTime` or `kTimeOutOfRange`, or nothing and `at` is set.
  std::optional<RejectKind> read_text(std::string_view text, Instant& at) {
    if (read_usual(text, at)) return {};
    return read_other(text, at);
  }
  std::optional<RejectKind> read_number(std::string_view digits, Instant& at);

 private:
  static uint64_t word(const char* at) {
    static_assert(std::endian::native == std::endian::little);
    uint64_t bytes;
    __builtin_memcpy(&bytes, at, sizeof(bytes));
    return bytes;
  }

  /// Milliseconds in `:00.123Z`, all bytes of it tested at once; -1 if it is written otherwise.
  static int64_t ms_of_minute(const char* at) {
    // How the bytes differ from `:00.000Z`: by a digit's value, or not.
    const uint64_t rest = word(at) ^ 0x5A30'3030'2E30'303A;
    // What brings a byte that is too large to 128.
    const uint64_t large = rest | (rest + 0x7F76'7676'7F76'7A7F);
    if ((large & 0x8080'8080'8080'8080) != 0) return -1;
    const auto digit = [&](int byte) { return static_cast<int64_t>(rest >> (8 * byte) & 0xFF); };
    return digit(1) * 10'000 + digit(2) * 1000 + digit(4) * 100 + digit(5) * 10 + digit(6);
  }

  /// `2025-06-01T12:05:00.123Z`, the form nearly all producers write.
  bool read_usual(std::string_view text, Instant& at) {
    if (text.size() != kUsualChars) return false;
    const char* const c = text.data();
    const int64_t ms = ms_of_minute(c + kMinuteChars);
    if (ms < 0) return false;
    const bool known = word(c) == minute_text_[0] && word(c + sizeof(uint64_t)) == minute_text_[1];
    if (!known && !read_minute(c)) return false;
    at.ms = minute_ms_ + ms;
    return true;
  }

  bool read_minute(const char* text);
  std::optional<RejectKind> read_other(std::string_view text, Instant& at);

  static constexpr size_t kUsualChars = 24;
  static constexpr size_t kMinuteChars = 16;  // `2025-06-01T12:05`

  std::array<uint64_t, 2> minute_text_ = {UINT64_MAX, UINT64_MAX};  // at first what no text has
  std::array<uint64_t, 2> day_text_ = {UINT64_MAX, UINT64_MAX};
  int64_t minute_ms_ = 0;  // start of that minute
  int64_t day_ms_ = 0;
};

}  // namespace segue
