#include "runtime/base/civil.h"

namespace segue {
namespace {

constexpr int64_t floor_divide(int64_t a, int64_t b) {
  const int64_t quotient = a / b;
  return a % b < 0 ? quotient - 1 : quotient;
}

constexpr bool is_leap(int32_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

constexpr int64_t kDaysOfEra = 146'097;    // of 400 years
constexpr int64_t kDaysToEpoch = 719'468;  // from 0000-03-01 to 1970-01-01
constexpr int64_t kMondayBefore = 3;       // 1970-01-01 was a Thursday

}  // namespace

CivilDate civil_of(LocalDay day) {
  const int64_t days = int64_t{day.number} + kDaysToEpoch;
  const int64_t era = floor_divide(days, kDaysOfEra);
  const int64_t of_era = days - era * kDaysOfEra;
  const int64_t year_of_era =
      (of_era - of_era / 1'460 + of_era / 36'524 - of_era / (kDaysOfEra - 1)) / 365;
  const int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t from_march = (5 * of_year + 2) / 153;
  const int64_t month = from_march < 10 ? from_march + 3 : from_march - 9;
  CivilDate date;
  date.year = static_cast<int32_t>(year_of_era + era * 400 + (month <= 2 ? 1 : 0));
  date.month = static_cast<uint32_t>(month);
  date.day = static_cast<uint32_t>(of_year - (153 * from_march + 2) / 5 + 1);
  return date;
}

LocalDay day_of_civil(CivilDate date) {
  const int64_t year = int64_t{date.year} - (date.month <= 2 ? 1 : 0);
  const int64_t era = floor_divide(year, 400);
  const int64_t year_of_era = year - era * 400;
  const int64_t from_march = date.month > 2 ? date.month - 3 : date.month + 9;
  const int64_t of_year = (153 * from_march + 2) / 5 + date.day - 1;
  const int64_t of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
  return {static_cast<int32_t>(era * kDaysOfEra + of_era - kDaysToEpoch)};
}

int64_t period_of(CalendarUnit unit, LocalDay day) {
  switch (unit) {
    case CalendarUnit::kDay:
      return day.number;
    case CalendarUnit::kWeek:
      return floor_divide(int64_t{day.number} + kMondayBefore, 7);
    case CalendarUnit::kMonth: {
      const CivilDate date = civil_of(day);
      return (int64_t{date.year} - 1970) * 12 + date.month - 1;
    }
    case CalendarUnit::kQuarter:
      return floor_divide(period_of(CalendarUnit::kMonth, day), 3);
    case CalendarUnit::kYear:
      return int64_t{civil_of(day).year} - 1970;
  }
  return 0;
}

LocalDay period_begin(CalendarUnit unit, int64_t period) {
  switch (unit) {
    case CalendarUnit::kDay:
      return {static_cast<int32_t>(period)};
    case CalendarUnit::kWeek:
      return {static_cast<int32_t>(period * 7 - kMondayBefore)};
    case CalendarUnit::kMonth: {
      const int64_t year = floor_divide(period, 12);
      return day_of_civil(
          {static_cast<int32_t>(1970 + year), static_cast<uint32_t>(period - year * 12 + 1), 1});
    }
    case CalendarUnit::kQuarter:
      return period_begin(CalendarUnit::kMonth, period * 3);
    case CalendarUnit::kYear:
      return day_of_civil({static_cast<int32_t>(1970 + period), 1, 1});
  }
  return {};
}

uint32_t weekday_of(LocalDay day) {
  const int64_t from_monday = int64_t{day.number} + kMondayBefore;
  return static_cast<uint32_t>(from_monday - floor_divide(from_monday, 7) * 7 + 1);
}

LocalDay same_day_in(LocalDay day, int32_t year) {
  CivilDate date = civil_of(day);
  if (date.month == 2 && date.day == 29 && !is_leap(year)) date.day = 28;
  date.year = year;
  return day_of_civil(date);
}

}  // namespace segue
