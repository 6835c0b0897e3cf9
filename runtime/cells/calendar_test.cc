#include "runtime/cells/calendar.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <vector>

#include "runtime/cells/days.h"
#include "runtime/cells/log.h"
#include "runtime/cells/test_cell.h"

namespace segue::cells {
namespace {

using image::CellKind;
using image::Type;
using image::WindowRow;

constexpr int64_t kHour = 3'600'000;
constexpr int64_t kMinute = 60'000;
constexpr int64_t kStart = 20'089 * kDayMs;  // 2025-01-01, a Wednesday

/// UTC; clocks that go on and back by night; and, as in St John's, back over midnight, once into
/// the month and quarter before (1 April) and once into the week before (a Monday).
std::vector<std::vector<ZoneTransition>> zones() {
  const int64_t april = kStart + 90 * kDayMs;
  const int64_t monday = kStart + 40 * kDayMs;
  return {{{0, 0}},
          {{0, kHour}, {kStart + 88 * kDayMs + kHour, 2 * kHour}},
          {{0, -2 * kHour},
           {monday + 2 * kHour + kMinute, -3 * kHour},
           {monday + 20 * kDayMs, -2 * kHour},
           {april + 2 * kHour + kMinute, -3 * kHour}}};
}

TestCells cells_in(const std::vector<ZoneTransition>& rows) {
  image::CellRow log = log_of(Type::B, INT64_MAX);
  log.zone = 0;
  image::CellRow days = cell_of(CellKind::kDays, 12);
  days.zone = 0;
  TestCells cells({log, days});
  cells.tables.zones = {{0, {0, static_cast<uint32_t>(rows.size())}}};
  cells.tables.transitions = rows;
  cells.refresh();
  return cells;
}

WindowRow periods_of(CalendarUnit unit, uint32_t periods, bool full) {
  return {.kind = WindowRow::Kind::kCalendar,
          .unit = unit,
          .full = static_cast<uint8_t>(full ? 1 : 0),
          .periods = periods};
}

/// The slow reference: the period of each of all times, straight from the definition.
std::multiset<int64_t> ages_inside(const std::vector<int64_t>& times, const WindowRow& window,
                                   int64_t now, ZoneView zone) {
  std::multiset<int64_t> ages;
  const int64_t last = period_of(window.unit, zone.day_of(Instant{now})) - window.full;
  for (const int64_t time : times) {
    const int64_t age = last - period_of(window.unit, zone.day_of(Instant{time}));
    if (time <= now && age >= 0 && age < window.periods) ages.insert(age);
  }
  return ages;
}

uint32_t streak_of(const std::multiset<int64_t>& ages) {
  int64_t age = ages.contains(0) ? 0 : 1;
  uint32_t streak = 0;
  for (; ages.contains(age); ++age) ++streak;
  return streak;
}

struct UnitCase {
  CalendarUnit unit;
  int64_t longest_gap_ms;
  int64_t watched_ms;
};

TEST(Calendar, CountsAndStreaksOfEveryUnitAreThoseOfTheWholeHistoryAndNeverLate) {
  constexpr UnitCase kUnits[] = {
      {CalendarUnit::kDay, 40 * kHour, 5 * kDayMs},
      {CalendarUnit::kWeek, 9 * kDayMs, 25 * kDayMs},
      {CalendarUnit::kMonth, 40 * kDayMs, 100 * kDayMs},
      {CalendarUnit::kQuarter, 90 * kDayMs, 300 * kDayMs},
      {CalendarUnit::kYear, 300 * kDayMs, 900 * kDayMs},
  };
  for (uint32_t seed = 0; seed < 45; ++seed) {
    std::mt19937 random(seed);
    const UnitCase& unit = kUnits[seed % 5];
    const std::vector<ZoneTransition> rows = zones()[seed % 3];
    const ZoneView zone(rows);
    TestCells cells = cells_in(rows);
    std::vector<int64_t> past;
    int64_t now = kStart + 35 * kDayMs;
    for (int i = 0; i < 12; ++i) {
      now += static_cast<int64_t>(random() % static_cast<uint64_t>(unit.longest_gap_ms / kMinute)) *
             kMinute;
      cells.push(0, now);
      cells.push(1, now);
      past.push_back(now);
      const WindowRow window = periods_of(unit.unit, 1 + random() % 4, random() % 2 == 0);
      const auto read = [&](int64_t t) { return log_read(cells[0], window, t); };
      for (int64_t t = now; t < now + unit.watched_ms; t += unit.watched_ms / 211) {
        const std::multiset<int64_t> ages = ages_inside(past, window, t, zone);
        ASSERT_EQ(log_count(read(t)), ages.size()) << "seed " << seed << " at " << t;
        ASSERT_EQ(log_streak(read(t), window), streak_of(ages)) << "seed " << seed << " at " << t;
        if (unit.unit == CalendarUnit::kDay) {
          ASSERT_EQ(days_streak(cells[1], window, t), streak_of(ages)) << "seed " << seed;
        }
      }
      const int64_t step = unit.unit == CalendarUnit::kDay ? kMinute : 30 * kMinute;
      expect_never_late(
          [&](int64_t t) {
            return Answer{static_cast<double>(log_count(read(t))),
                          log_deadline(read(t), window, t)};
          },
          now, now + unit.watched_ms, step);
      expect_never_late(
          [&](int64_t t) {
            return Answer{static_cast<double>(log_streak(read(t), window)),
                          log_streak_deadline(read(t), window, t)};
          },
          now, now + unit.watched_ms, step);
      if (unit.unit != CalendarUnit::kDay) continue;
      expect_never_late(
          [&](int64_t t) {
            return Answer{static_cast<double>(days_streak(cells[1], window, t)),
                          days_streak_deadline(cells[1], window, t)};
          },
          now, now + unit.watched_ms, step);
    }
  }
}

TEST(Calendar, DeadlinesAreTheTurnsOfThePeriodsThatMatter) {
  TestCells cells = cells_in({{0, 0}});
  const int64_t now = kStart + 5 * kHour;
  const int64_t february = kStart + 31 * kDayMs;
  const int64_t march = february + 28 * kDayMs;
  const auto deadline = [&](const WindowRow& window, int64_t t) {
    return log_deadline(log_read(cells[0], window, t), window, t);
  };
  cells.push(0, now);
  const WindowRow this_month = periods_of(CalendarUnit::kMonth, 1, false);
  const WindowRow last_month = periods_of(CalendarUnit::kMonth, 1, true);
  EXPECT_EQ(deadline(this_month, now), february);
  EXPECT_EQ(deadline(this_month, february), kNever.ms);
  EXPECT_EQ(deadline(last_month, now), february);
  EXPECT_EQ(log_count(log_read(cells[0], last_month, february - 1)), 0u);
  EXPECT_EQ(log_count(log_read(cells[0], last_month, february)), 1u);
  EXPECT_EQ(deadline(last_month, february), march);
  EXPECT_EQ(deadline(periods_of(CalendarUnit::kWeek, 1, false), now), kStart + 5 * kDayMs);
}

TEST(Calendar, AWindowWithoutABeginReachesBackForEver) {
  TestCells cells = cells_in({{0, 0}});
  const WindowRow before = rolling(kForever.ms, kHour);
  cells.push(0, 0);
  cells.push(0, 10);
  EXPECT_EQ(log_count(log_read(cells[0], before, 10)), 0u);
  EXPECT_EQ(log_deadline(log_read(cells[0], before, 10), before, 10), kHour);
  EXPECT_EQ(log_count(log_read(cells[0], before, kHour + 10)), 2u);
  EXPECT_EQ(log_deadline(log_read(cells[0], before, kHour + 10), before, kHour + 10), kNever.ms);
}

}  // namespace
}  // namespace segue::cells
