#include "runtime/base/civil.h"

#include <gtest/gtest.h>

namespace segue {
namespace {

TEST(Civil, KnownDates) {
  EXPECT_EQ(day_of_civil({1970, 1, 1}).number, 0);
  EXPECT_EQ(day_of_civil({2000, 3, 1}).number, 11'017);
  EXPECT_EQ(day_of_civil({1969, 12, 31}).number, -1);
  EXPECT_EQ(civil_of({20'240}), (CivilDate{2025, 6, 1}));
  EXPECT_EQ(civil_of(day_of_civil({2024, 2, 29})), (CivilDate{2024, 2, 29}));
}

TEST(Civil, EveryDayOfEightHundredYearsFollowsTheOneBefore) {
  CivilDate before = civil_of({-200'001});
  for (int32_t n = -200'000; n < 92'000; ++n) {
    const CivilDate date = civil_of({n});
    ASSERT_EQ(day_of_civil(date).number, n);
    if (date.day == 1) {
      ASSERT_EQ(date.month, before.month % 12 + 1);
    } else {
      ASSERT_EQ(date.day, before.day + 1);
    }
    before = date;
  }
}

TEST(Civil, PeriodsBeginWhereTheirNumberChanges) {
  for (const CalendarUnit unit : {CalendarUnit::kDay, CalendarUnit::kWeek, CalendarUnit::kMonth,
                                  CalendarUnit::kQuarter, CalendarUnit::kYear}) {
    for (int32_t n = -1'000; n < 25'000; ++n) {
      const int64_t period = period_of(unit, {n});
      const bool begins = period != period_of(unit, {n - 1});
      ASSERT_EQ(begins, period_begin(unit, period).number == n);
      if (begins) {
        ASSERT_EQ(period, period_of(unit, {n - 1}) + 1);
      }
    }
    EXPECT_EQ(period_of(unit, {0}), 0);
  }
}

TEST(Civil, WeeksBeginOnMonday) {
  EXPECT_EQ(weekday_of(day_of_civil({2025, 6, 1})), 7u);
  EXPECT_EQ(weekday_of(day_of_civil({2025, 6, 2})), 1u);
  EXPECT_EQ(weekday_of({-4}), 7u);
  EXPECT_EQ(weekday_of(period_begin(CalendarUnit::kWeek, 2'900)), 1u);
}

TEST(Civil, LeapDaysMoveToTheTwentyEighth) {
  const LocalDay leap = day_of_civil({2024, 2, 29});
  EXPECT_EQ(civil_of(same_day_in(leap, 2025)), (CivilDate{2025, 2, 28}));
  EXPECT_EQ(civil_of(same_day_in(leap, 2028)), (CivilDate{2028, 2, 29}));
}

}  // namespace
}  // namespace segue
