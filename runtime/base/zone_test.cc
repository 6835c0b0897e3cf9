#include "runtime/base/zone.h"

#include <gtest/gtest.h>

#include <vector>

namespace segue {
namespace {

constexpr int64_t kHourMs = 3'600'000;

TEST(ZoneView, AnEmptyTableIsUtc) {
  const ZoneView utc{{}};
  EXPECT_EQ(utc.offset_ms({0}), 0);
  EXPECT_EQ(utc.day_of({kDayMs - 1}), LocalDay{0});
  EXPECT_EQ(utc.day_of({kDayMs}), LocalDay{1});
  EXPECT_EQ(utc.start_of({3}), Instant{3 * kDayMs});
}

TEST(ZoneView, TheFirstRowHoldsFromTheBeginning) {
  const std::vector<ZoneTransition> rows{{1'000, kHourMs}};
  const ZoneView zone{rows};
  EXPECT_EQ(zone.offset_ms({0}), kHourMs);
  EXPECT_EQ(zone.day_of({-1}), LocalDay{0});
  EXPECT_EQ(zone.day_of({-kHourMs - 1}), LocalDay{-1});
  EXPECT_EQ(zone.start_of({0}), Instant{-kHourMs});
}

TEST(ZoneView, ARowHoldsFromItsInstantOn) {
  const std::vector<ZoneTransition> rows{{0, 0}, {5 * kHourMs, kHourMs}};
  const ZoneView zone{rows};
  EXPECT_EQ(zone.offset_ms({5 * kHourMs - 1}), 0);
  EXPECT_EQ(zone.offset_ms({5 * kHourMs}), kHourMs);
  EXPECT_EQ(zone.start_of({1}), Instant{kDayMs - kHourMs});
}

TEST(ZoneView, ASkippedMidnightStartsAfterTheGap) {
  // At local midnight of day 1 clocks jump to 01:00.
  const std::vector<ZoneTransition> rows{{0, 0}, {kDayMs, kHourMs}};
  const ZoneView zone{rows};
  EXPECT_EQ(zone.start_of({1}), Instant{kDayMs});
  EXPECT_EQ(zone.day_of({kDayMs - 1}), LocalDay{0});
  EXPECT_EQ(zone.start_of({2}), Instant{2 * kDayMs - kHourMs});
}

TEST(ZoneView, ADoubledMidnightIsTheFirst) {
  // At 00:30 of day 1 clocks go back to 23:30 of day 0.
  const int64_t half = kHourMs / 2;
  const std::vector<ZoneTransition> rows{{0, kHourMs}, {kDayMs - kHourMs + half, 0}};
  const ZoneView zone{rows};
  EXPECT_EQ(zone.start_of({1}), Instant{kDayMs - kHourMs});
  EXPECT_EQ(zone.day_of({kDayMs - kHourMs + half}), LocalDay{0});
  EXPECT_EQ(zone.day_of({kDayMs}), LocalDay{1});
}

TEST(ZoneView, MidnightAtWhichClocksGoBackComesAnHourLater) {
  const std::vector<ZoneTransition> rows{{0, kHourMs}, {kDayMs - kHourMs, 0}};
  const ZoneView zone{rows};
  EXPECT_EQ(zone.start_of({1}), Instant{kDayMs});
}

TEST(ZoneView, ADayLeftOutStartsWithTheNext) {
  // As Samoa did: from UTC-10 to UTC+14 at local midnight, so a day never was.
  const std::vector<ZoneTransition> rows{{0, -10 * kHourMs},
                                         {5 * kDayMs + 10 * kHourMs, 14 * kHourMs}};
  const ZoneView zone{rows};
  EXPECT_EQ(zone.day_of({5 * kDayMs + 10 * kHourMs - 1}), LocalDay{4});
  EXPECT_EQ(zone.day_of({5 * kDayMs + 10 * kHourMs}), LocalDay{6});
  EXPECT_EQ(zone.start_of({5}), zone.start_of({6}));
}

TEST(ZoneView, EveryDayStartsInItself) {
  std::vector<ZoneTransition> rows;
  for (int i = 0; i < 40; ++i) rows.push_back({i * 37 * kHourMs, (i % 5 - 2) * kHourMs});
  const ZoneView zone{rows};
  for (int day = 1; day < 70; ++day) {
    const Instant start = zone.start_of({day});
    EXPECT_GE(zone.day_of(start).number, day);
    EXPECT_LT(zone.day_of({start.ms - 1}).number, day);
  }
}

}  // namespace
}  // namespace segue
