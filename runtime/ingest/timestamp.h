#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "runtime/base/event_batch.h"
#include "runtime/base/instant.h"

namespace segue {

/// Reads the timestamp of a call: RFC 3339 in a string, epoch milliseconds as a number. Digits
/// finer than a millisecond are cut; a time without an offset is UTC, a date its first instant. The
/// day of the last text is remembered, since the next one mostly has the same.
class TimestampReader {
 public:
  /// `kNoTime` or `kTimeOutOfRange`, or nothing and `at` is set.
  std::optional<RejectKind> read_text(std::string_view text, Instant& at);
  std::optional<RejectKind> read_number(std::string_view digits, Instant& at);

 private:
  bool read_usual(std::string_view text, Instant& at);

  std::array<uint64_t, 2> day_text_ = {UINT64_MAX, UINT64_MAX};  // at first what no text has
  int64_t day_ms_ = 0;                                           // start of that day
};

}  // namespace segue
