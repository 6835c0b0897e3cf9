#pragma once

#include <cstdint>

#include "runtime/base/zone.h"

namespace segue {

/// Days, weeks that begin on Monday, months, quarters and years of the Gregorian calendar.
enum class CalendarUnit : uint8_t { kDay, kWeek, kMonth, kQuarter, kYear };

/// A calendar date.
struct CivilDate {
  int32_t year = 1970;
  uint32_t month = 1;  // 1 to 12
  uint32_t day = 1;    // 1 to 31
  friend constexpr bool operator==(CivilDate, CivilDate) = default;
};

/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". Proleptic, any int32 day.
CivilDate civil_of(LocalDay day);
LocalDay day_of_civil(CivilDate date);

/// Number of the period that the day lies in; consecutive periods have consecutive numbers, and the
/// period of 1970-01-01 is 0.
int64_t period_of(CalendarUnit unit, LocalDay day);

/// First day of the period with that number.
LocalDay period_begin(CalendarUnit unit, int64_t period);

/// 1, a Monday, to 7, a Sunday.
uint32_t weekday_of(LocalDay day);

/// The day with the month and day of `day` in the year `year`: 29 February is the 28th where there
/// is none.
LocalDay same_day_in(LocalDay day, int32_t year);

}  // namespace segue
