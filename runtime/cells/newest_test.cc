#include "runtime/cells/newest.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "runtime/cells/earliest.h"
#include "runtime/cells/extreme.h"
#include "runtime/cells/held.h"
#include "runtime/cells/latest.h"
#include "runtime/cells/oldest.h"
#include "runtime/cells/test_cell.h"
#include "runtime/cells/total.h"

/// The small kinds; their agreement with the log is in log_test.cc.
namespace segue::cells {
namespace {

using image::CellKind;

TEST(Newest, StraightAndLoopedBodiesAgree) {
  TestCells cells({cell_of(CellKind::kNewest, 4), cell_of(CellKind::kNewest, 4)});
  for (int64_t t = 1; t < 10; ++t) {
    newest_push<4>(cells[0].state(), t);
    newest_push(cells[1], 4, t);
    for (uint32_t k = 1; k <= 4; ++k) {
      const int64_t expected = t - k + 1 >= 1 ? t - k + 1 : kLongAgo.ms;
      ASSERT_EQ(newest_nth(cells[0].state(), k), expected);
      ASSERT_EQ(newest_nth(cells[1].state(), k), expected);
    }
    for (int64_t from = 1; from < 12; ++from) {
      ASSERT_EQ(newest_count<4>(cells[0].state(), t, from), newest_count(cells[1], t, from));
    }
  }
}

TEST(Newest, ATimeLeavesAtExactlyItsAge) {
  EXPECT_TRUE(within_test(1000, 1000, 100));
  EXPECT_TRUE(within_test(1000, 1099, 100));
  EXPECT_FALSE(within_test(1000, 1100, 100));
  EXPECT_EQ(within_deadline(1000, 1099, 100), 1100);
  EXPECT_EQ(within_deadline(1000, 1100, 100), kNever.ms);
  EXPECT_FALSE(within_test(kLongAgo.ms, 0, kDurationMax.ms));
  EXPECT_EQ(within_deadline(kLongAgo.ms, 0, kDurationMax.ms), kNever.ms);
}

TEST(Bytes, InstantsAndCountsComeBackWhole) {
  std::array<std::byte, 2 + kInstantBytes + 2> around{};
  std::byte* const place = around.data() + 1;  // at any byte
  const int64_t least = -(int64_t{1} << 47) + (int64_t{1} << 32);
  for (const int64_t time :
       {kLongAgo.ms, least, kInstantMin.ms - kDurationMax.ms, int64_t{-1}, int64_t{0}, int64_t{1},
        (int64_t{1} << 32) - 1, int64_t{1} << 32, kInstantEnd.ms - 1, kInstantEnd.ms,
        kInstantEnd.ms + kDurationMax.ms, (int64_t{1} << 47) - 1}) {
    around.fill(std::byte{0xAB});
    store_instant(place, time);
    EXPECT_EQ(load_instant(place), time);
    EXPECT_EQ(around[0], std::byte{0xAB});
    EXPECT_EQ(around[1 + kInstantBytes], std::byte{0xAB});
  }
  for (const uint64_t count : {uint64_t{0}, uint64_t{1}, uint64_t{UINT32_MAX},
                               uint64_t{UINT32_MAX} + 1, (uint64_t{1} << 40) - 1}) {
    store_count(place, count);
    EXPECT_EQ(load_count(place), count);
  }
}

TEST(Newest, KeepsTheFirstAndTheLastInstantOnTheWire) {
  TestCells cells({cell_of(CellKind::kNewest, 3), cell_of(CellKind::kOldest)});
  const int64_t last = kInstantEnd.ms - 1;
  for (const int64_t time : {kInstantMin.ms, last}) {
    newest_push<3>(cells[0].state(), time);
    oldest_push(cells[1].state(), time);
  }
  EXPECT_EQ(newest_nth(cells[0].state(), 1), last);
  EXPECT_EQ(newest_nth(cells[0].state(), 2), kInstantMin.ms);
  EXPECT_EQ(newest_nth(cells[0].state(), 3), kLongAgo.ms);
  EXPECT_EQ(oldest_time(cells[1].state()), kInstantMin.ms);
  EXPECT_EQ(newest_count<3>(cells[0].state(), last, last), 1u);
  EXPECT_EQ(newest_count<3>(cells[0].state(), last, last + 1), 2u);
  EXPECT_EQ(newest_count<3>(cells[0].state(), last, kDurationMax.ms), 2u);
}

TEST(Total, CountsBeyond32Bits) {
  TestCells cells({cell_of(CellKind::kTotal)});
  store_count(cells[0].state(), UINT32_MAX);
  total_push(cells[0].state());
  EXPECT_EQ(total_count(cells[0].state()), uint64_t{UINT32_MAX} + 1);
}

TEST(Extreme, KeepsTheLeastAndTheGreatest) {
  TestCells cells({cell_of(CellKind::kExtreme, 0), cell_of(CellKind::kExtreme, 1)});
  const double missing = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(std::isnan(extreme_number(cells[0].state())));
  for (const double number : {missing, -1.0, missing, 5.0, -3.0, 4.0}) {
    for (size_t i = 0; i < 2; ++i) update(cells[i], {.at_ms = 1, .number = number});
  }
  EXPECT_EQ(extreme_number(cells[0].state()), -3);
  EXPECT_EQ(extreme_number(cells[1].state()), 5);
}

TEST(Total, AveragesNumbersOnly) {
  image::CellRow row = cell_of(CellKind::kTotal);
  row.value.count = 1;
  TestCells cells({row});
  EXPECT_TRUE(std::isnan(total_avg(cells[0].state())));
  for (const char* text : {"0.1", "0.2", "-3"}) {
    update(cells[0], {.at_ms = 1, .sum = *decimal_from_text(text)});
  }
  update(cells[0], {.at_ms = 2});
  EXPECT_EQ(total_count(cells[0].state()), 4u);
  EXPECT_EQ(total_numbers(cells[0].state()), 3u);
  EXPECT_EQ(to_text(total_sum(cells[0].state())), "-2.7");
  EXPECT_EQ(total_avg(cells[0].state()), -2.7 / 3);
}

TEST(Latest, TheLastOfAnInstantWinsAndTheFirstStays) {
  TestCells cells({cell_of(CellKind::kLatest), cell_of(CellKind::kEarliest)});
  EXPECT_EQ(latest_value(cells[0].state()), Scalar{});
  for (const int number : {1, 2, 3}) {
    for (size_t i = 0; i < 2; ++i) cells.push(i, 10, scalar_of_number(number));
  }
  EXPECT_EQ(latest_value(cells[0].state()), scalar_of_number(3));
  EXPECT_EQ(earliest_value(cells[1].state()), scalar_of_number(1));
  cells.push(0, 11);
  EXPECT_EQ(latest_value(cells[0].state()), Scalar{}) << "a missing value is the newest value";
}

TEST(Held, TurnsTrueAtExactlyItsDuration) {
  TestCells cells({cell_of(CellKind::kHeld)});
  std::byte* state = cells[0].state();
  EXPECT_FALSE(held_test(held_since(state), 1000, 0));
  EXPECT_EQ(held_deadline(held_since(state), 1000, 10), kNever.ms);
  held_move(state, true, 1000);
  held_move(state, true, 1005);
  EXPECT_EQ(held_since(state), 1000);
  EXPECT_FALSE(held_test(held_since(state), 1009, 10));
  EXPECT_EQ(held_deadline(held_since(state), 1009, 10), 1010);
  EXPECT_TRUE(held_test(held_since(state), 1010, 10));
  EXPECT_EQ(held_deadline(held_since(state), 1010, 10), kNever.ms);
  held_move(state, false, 1020);
  EXPECT_FALSE(held_test(held_since(state), 1020, 10));
  held_move(state, true, 1021);
  EXPECT_EQ(held_since(state), 1021);
}

}  // namespace
}  // namespace segue::cells
