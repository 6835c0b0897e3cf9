// The last line of a TZif file: the rule for all years to come, in POSIX's TZ notation.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "runtime/base/zone.h"

namespace segue {

/// `CET-1CEST,M3.5.0,M10.5.0/3` (RFC 8536, section 3.3.1): standard time, and when daylight time
/// begins and ends in each year.
class ZoneRule {
 public:
  static std::optional<ZoneRule> parse(std::string_view text);

  /// The rows after `from_ms` up to 2100.
  std::vector<ZoneTransition> transitions(int64_t from_ms) const;

 private:
  friend struct RuleReader;

  /// Day of a year, and the local second of that day (it may lie outside of it).
  struct Change {
    enum class Kind : uint8_t { kMonthWeekDay, kJulian, kZeroBased };
    Kind kind = Kind::kMonthWeekDay;
    int month = 1;  // kMonthWeekDay
    int week = 1;   // kMonthWeekDay: 5 is the last
    int day = 0;    // of the week, or of the year
    int64_t second = 7200;

    int64_t local_second(int year) const;
  };

  int64_t standard_ = 0;  // seconds east of UTC
  int64_t daylight_ = 0;
  bool has_daylight_ = false;
  Change begins_;
  Change ends_;
};

}  // namespace segue
