#include "runtime/cells/days.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <vector>

#include "runtime/cells/calendar.h"
#include "runtime/cells/log.h"
#include "runtime/cells/newest.h"
#include "runtime/cells/test_cell.h"

namespace segue::cells {
namespace {

using image::CellKind;
using image::Type;
using image::WindowRow;

constexpr int64_t kHour = 3'600'000;
constexpr int64_t kMinute = 60'000;
constexpr int64_t kStart = 100 * kDayMs;

/// Zones of a few days: UTC; summer time begins on day 103 and ends on day 108 by night; and one
/// like St John's, whose clocks go back over midnight, one minute after it, on days 103 and 106.
std::vector<std::vector<ZoneTransition>> zones() {
  return {{{0, 0}},
          {{0, kHour}, {103 * kDayMs + kHour, 2 * kHour}, {108 * kDayMs + kHour, kHour}},
          {{0, -2 * kHour},
           {103 * kDayMs + 2 * kHour + kMinute, -3 * kHour},
           {104 * kDayMs + 12 * kHour, -2 * kHour},
           {106 * kDayMs + 2 * kHour + kMinute, -3 * kHour}}};
}

TestCells cells_in(const std::vector<ZoneTransition>& rows, uint32_t k) {
  image::CellRow days = cell_of(CellKind::kDays, k);
  days.zone = 0;
  image::CellRow log = log_of(Type::B, INT64_MAX);
  log.zone = 0;
  TestCells cells({days, log});
  cells.tables.zones = {{0, {0, static_cast<uint32_t>(rows.size())}}};
  cells.tables.transitions = rows;
  cells.refresh();
  return cells;
}

/// The slow reference.
uint32_t days_inside(const std::vector<int64_t>& times, const WindowRow& window, int64_t now,
                     ZoneView zone) {
  const DayRange range = days_of(window, zone.day_of(Instant{now}).number);
  std::set<int32_t> days;
  for (const int64_t t : times) {
    const int32_t day = zone.day_of(Instant{t}).number;
    if (t <= now && range.contains(day)) days.insert(day);
  }
  return static_cast<uint32_t>(days.size());
}

std::vector<int64_t> history(std::mt19937& random, int count, int64_t longest) {
  std::vector<int64_t> times;
  int64_t now = kStart;
  for (int i = 0; i < count; ++i) {
    now += static_cast<int64_t>(random() % static_cast<uint64_t>(longest / kMinute)) * kMinute;
    times.push_back(now);
  }
  return times;
}

TEST(Days, AnswersLikeTheWholeHistoryLikeTheLogAndNeverLate) {
  for (uint32_t seed = 0; seed < 30; ++seed) {
    std::mt19937 random(seed);
    const std::vector<ZoneTransition> rows = zones()[seed % 3];
    const ZoneView zone(rows);
    TestCells cells = cells_in(rows, 5);
    const std::vector<int64_t> times = history(random, 14, 26 * kHour);
    std::vector<int64_t> past;
    for (const int64_t now : times) {
      for (size_t i = 0; i < 2; ++i) cells.push(i, now);
      past.push_back(now);
      const WindowRow window = last_days(1 + random() % 5, random() % 2 == 0);
      for (int64_t t = now; t < now + 7 * kDayMs; t += 17 * kMinute) {
        const uint32_t expected = days_inside(past, window, t, zone);
        ASSERT_EQ(days_count(cells[0], window, t), expected) << "seed " << seed;
        ASSERT_EQ(log_days(log_read(cells[1], window, t)), expected) << "seed " << seed;
      }
      expect_never_late(
          [&](int64_t t) {
            return Answer{static_cast<double>(days_count(cells[0], window, t)),
                          days_answer(cells[0], window, t).deadline_ms};
          },
          now, now + 7 * kDayMs, kMinute);
    }
  }
}

/// Tests of several windows at once, which share a look at the days.
TEST(Days, AsManyDaysAsAreAskedForInWindowsSideBySide) {
  for (uint32_t seed = 0; seed < 30; ++seed) {
    std::mt19937 random(seed);
    const std::vector<ZoneTransition> rows = zones()[seed % 3];
    TestCells cells = cells_in(rows, 5);
    const std::vector<WindowRow> windows = {last_days(1), last_days(3, seed % 2 == 0),
                                            last_days(5)};
    for (const int64_t now : history(random, 14, 40 * kHour)) {
      const auto read = [&](int64_t t) {
        DaysRead days(cells[0], t);
        double truths = 0;
        for (const WindowRow& window : windows) {
          for (uint32_t least = 0; least < 7; ++least) {
            const bool truth = days.at_least(window, least);
            EXPECT_EQ(truth, days_count(cells[0], window, t) >= least) << seed;
            truths = 2 * truths + (truth ? 1 : 0);
          }
        }
        return Answer{truths, days.deadline_ms()};
      };
      read(now);  // nothing is known yet, the first time
      cells.push(0, now);
      expect_never_late(read, now, now + 7 * kDayMs, 7 * kMinute);
    }
  }
}

TEST(Days, ALogCountsByDayInEveryZoneAndIsNeverLate) {
  for (uint32_t seed = 0; seed < 30; ++seed) {
    std::mt19937 random(seed);
    const std::vector<ZoneTransition> rows = zones()[seed % 3];
    const ZoneView zone(rows);
    TestCells cells = cells_in(rows, 1);
    std::vector<int64_t> past;
    for (const int64_t now : history(random, 14, 26 * kHour)) {
      cells.push(1, now);
      past.push_back(now);
      const WindowRow window = last_days(1 + random() % 3, random() % 2 == 0, random() % 3);
      const auto count = [&](int64_t t) {
        const DayRange range = days_of(window, zone.day_of(Instant{t}).number);
        uint32_t inside = 0;
        for (const int64_t at : past) inside += range.contains(zone.day_of(Instant{at}).number);
        return window.cap == 0 ? inside : std::min(inside, window.cap);
      };
      for (int64_t t = now; t < now + 5 * kDayMs; t += 17 * kMinute) {
        ASSERT_EQ(log_count(log_read(cells[1], window, t)), count(t)) << "seed " << seed;
      }
      expect_never_late(
          [&](int64_t t) {
            const LogRead read = log_read(cells[1], window, t);
            return Answer{static_cast<double>(log_count(read)), log_deadline(read, window, t)};
          },
          now, now + 5 * kDayMs, kMinute);
    }
  }
}

/// So many days inside a rolling window, told by the newest time of each of the newest ones, and by
/// all times.
TEST(Days, TheNewestOfEachDayAnswerLikeTheLogInEveryZoneAndAreNeverLate) {
  for (uint32_t seed = 0; seed < 60; ++seed) {
    std::mt19937 random(seed);
    const std::vector<ZoneTransition> rows = zones()[seed % 3];
    const uint32_t asked = 1 + random() % 5;
    image::CellRow newest = cell_of(CellKind::kNewest, asked + random() % 2);
    newest.zone = 0;
    image::CellRow log = log_of(Type::B, INT64_MAX);
    log.zone = 0;
    TestCells cells({newest, log});
    cells.tables.zones = {{0, {0, static_cast<uint32_t>(rows.size())}}};
    cells.tables.transitions = rows;
    cells.refresh();
    const WindowRow window = rolling(kHour * static_cast<int64_t>(1 + random() % 140));
    std::vector<int64_t> past;
    for (const int64_t now : history(random, 30, 16 * kHour)) {
      for (size_t i = 0; i < 2; ++i) cells.push(i, now);
      past.push_back(now);
      const auto reached = [&](int64_t t) {
        const int64_t time = newest_nth(cells[0].state(), asked);
        return Answer{within_test(time, t, window.from_ms) ? 1.0 : 0.0,
                      within_deadline(time, t, window.from_ms)};
      };
      for (int64_t t = now; t < now + 6 * kDayMs; t += 17 * kMinute) {
        std::set<int32_t> days;
        for (const int64_t at : past) {
          if (at > t - window.from_ms) days.insert(ZoneView(rows).day_of(Instant{at}).number);
        }
        ASSERT_EQ(log_days_read(cells[1], window, t).count, days.size()) << "seed " << seed;
        ASSERT_EQ(reached(t).value != 0, days.size() >= asked) << "seed " << seed;
      }
      expect_never_late(reached, now, now + 6 * kDayMs, kMinute);
      expect_never_late(
          [&](int64_t t) {
            const LogDays days = log_days_read(cells[1], window, t);
            return Answer{static_cast<double>(days.count), days.deadline_ms};
          },
          now, now + 6 * kDayMs, kMinute);
    }
  }
}

TEST(Days, DeadlinesAreTheMidnightsThatMatter) {
  TestCells cells = cells_in({{0, 0}}, 10);
  const int64_t now = kStart + 5 * kHour;
  EXPECT_EQ(days_answer(cells[0], last_days(7), now).deadline_ms, kNever.ms);
  cells.push(0, now);
  EXPECT_EQ(days_answer(cells[0], last_days(7), now).deadline_ms, kStart + 7 * kDayMs);
  EXPECT_EQ(days_count(cells[0], last_days(7), kStart + 7 * kDayMs - 1), 1u);
  EXPECT_EQ(days_count(cells[0], last_days(7), kStart + 7 * kDayMs), 0u);
  EXPECT_EQ(days_answer(cells[0], last_days(7), kStart + 7 * kDayMs).deadline_ms, kNever.ms);
  EXPECT_EQ(days_count(cells[0], last_days(7, true), now), 0u);
  EXPECT_EQ(days_answer(cells[0], last_days(7, true), now).deadline_ms, kStart + kDayMs);
  EXPECT_EQ(days_answer(cells[0], last_days(7, true), kStart + kDayMs).deadline_ms,
            kStart + 8 * kDayMs);
}

TEST(Days, ReachesBackOverManyWords) {
  for (const uint32_t k : {1u, 63u, 64u, 65u, 200u}) {
    TestCells cells = cells_in({{0, 0}}, k);
    std::mt19937 random(k);
    std::vector<int64_t> past;
    int64_t now = 0;
    for (int i = 0; i < 200; ++i) {
      now += static_cast<int64_t>(random() % 5 == 0 ? random() % 70 : random() % 3) * kDayMs;
      cells.push(0, now);
      past.push_back(now);
      const WindowRow window = last_days(1 + random() % k, random() % 2 == 0);
      ASSERT_EQ(days_count(cells[0], window, now),
                days_inside(past, window, now, ZoneView(cells.tables.transitions)));
    }
  }
}

TEST(Calendar, CountsDistinctDaysThatComeNearlyInOrder) {
  DayCounter days;
  for (const int day : {-3, -3, 5, 4, 5, 4, 70, 69, 71}) days.add(day);
  EXPECT_EQ(days.count(), 6u);
}

}  // namespace
}  // namespace segue::cells
