// Times as the stream writes them.
#pragma once

#include <cstdint>
#include <cstring>

namespace segue::limit {

inline constexpr size_t kTimeBytes = 24;

/// Reads `2025-06-01T12:05:00.123Z` of a day that was learned before; all else is not its business.
class TimeReader {
 public:
  bool read(const char* at, int64_t& ms) const {
    if (std::memcmp(at, day_, 11) != 0) return false;
    const auto digit = [at](int i) { return static_cast<uint32_t>(at[i] - '0'); };
    const uint32_t hour = digit(11) * 10 + digit(12);
    const uint32_t minute = digit(14) * 10 + digit(15);
    const uint32_t second = digit(17) * 10 + digit(18);
    const uint32_t milli = digit(20) * 100 + digit(21) * 10 + digit(22);
    uint32_t wrong = 0;
    for (const int i : {11, 12, 14, 15, 17, 18, 20, 21, 22}) wrong |= digit(i) > 9;
    wrong |= (hour > 23) | (minute > 59) | (second > 59);
    wrong |= (at[13] != ':') | (at[16] != ':') | (at[19] != '.') | (at[23] != 'Z');
    ms = day_ms_ + ((hour * 60 + minute) * 60 + second) * 1000 + milli;
    return wrong == 0;
  }

  /// Of a time of that form that is `ms`.
  void learn(const char* at, int64_t ms) {
    if (at[10] != 'T' || at[23] != 'Z') return;
    std::memcpy(day_, at, 11);
    day_ms_ = ms - ms % 86'400'000;
  }

 private:
  char day_[16] = {};
  int64_t day_ms_ = 0;
};

}  // namespace segue::limit
