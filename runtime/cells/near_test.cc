#include "runtime/cells/near.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "runtime/cells/carry.h"
#include "runtime/cells/check_state.h"
#include "runtime/cells/merge.h"
#include "runtime/cells/newest.h"
#include "runtime/cells/test_cell.h"

/// Near cells against those that keep whole times.
namespace segue::cells {
namespace {

using image::CellKind;
using image::kNearReachMs;

constexpr int64_t kStepMs = int64_t{1} << image::kNearStepBits;

image::CellRow newest_row(uint32_t k, bool near) {
  image::CellRow row{.kind = CellKind::kNewest, .source = 0, .k = k};
  row.horizon_ms = near ? kNearReachMs : 0;
  return row;
}

/// A near cell and one that is not, with their base.
struct Pair {
  TestCells cells;

  explicit Pair(uint32_t k, int64_t first_ms)
      : cells({newest_row(k, true), newest_row(k, false), newest_row(1, false)}) {
    cells.tables.layout[0].near_at = cells.tables.cells[2].offset;  // six bytes for its four
    cells.tables.cells.pop_back();
    cells.refresh();
    store(cells.blob().data() + cells.view().layout[0].near_at, uint32_t{0});
    begin_near(cells.view(), cells.blob().data(), first_ms);
    cells.blob().header().first_ms = first_ms;
  }

  void push(int64_t now_ms) {
    reach_near(cells.view(), cells.blob().data(), now_ms);
    for (size_t i = 0; i < 2; ++i) cells.push(i, now_ms);
    cells.blob().header().last_ms = now_ms;
    cells.blob().header().next_ms = kNever.ms;
  }

  void expect_same(int64_t now_ms) {
    const CellView near = cells[0];
    const CellView whole = cells[1];
    for (const int64_t from :
         {int64_t{1}, int64_t{86'400'000}, kStepMs, kNearReachMs - 1, kNearReachMs}) {
      const uint32_t count = newest_count(near, now_ms, from);
      ASSERT_EQ(count, newest_count(whole, now_ms, from)) << now_ms << " " << from;
      ASSERT_EQ(newest_count_deadline(near, count, from),
                newest_count_deadline(whole, count, from));
      for (uint32_t k = 1; k <= near.row.k; ++k) {
        const int64_t a = newest_nth(near, k);
        const int64_t b = newest_nth(whole, k);
        ASSERT_EQ(within_test(a, now_ms, from), within_test(b, now_ms, from));
        ASSERT_EQ(within_deadline(a, now_ms, from), within_deadline(b, now_ms, from));
      }
    }
  }

  Status check() { return check_state(cells.view(), 7, 0, cells.blob().bytes()); }
};

constexpr int64_t kFirsts[] = {0, 1, kStepMs, 1'748'700'000'000, 3 * kStepMs - 1};

int64_t any_gap(std::mt19937& random) {
  const int64_t gaps[] = {0,
                          1,
                          86'400'000,
                          kStepMs - 1,
                          kStepMs,
                          kStepMs + 1,
                          kNearReachMs - 1,
                          kNearReachMs,
                          (int64_t{1} << 32) - 1,
                          int64_t{1} << 32,
                          (int64_t{1} << 32) + 1,
                          int64_t{1} << 36};
  return gaps[random() % std::size(gaps)];
}

TEST(Near, AnswersAsWholeTimesDo) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    int64_t now = kFirsts[seed % std::size(kFirsts)];
    Pair pair(1 + seed % 9, now);
    for (int i = 0; i < 40; ++i) {
      pair.push(now);
      ASSERT_TRUE(pair.check().ok()) << pair.check().error().message;
      pair.expect_same(now);
      const int64_t next = now + any_gap(random);
      // Reads between instants.
      pair.expect_same(now + (next - now) / 2);
      pair.expect_same(next);
      now = next;
    }
  }
}

TEST(Near, IsMergedAsWholeTimesAre) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    const auto history = [&] {
      int64_t now = kFirsts[random() % std::size(kFirsts)];
      Pair pair(4, now);
      for (int i = 0; i < 12; ++i) {
        pair.push(now);
        now += any_gap(random);
      }
      return pair;
    };
    Pair into = history();
    Pair middle = history();
    Pair earliest = history();
    int64_t last = 0;
    for (Pair* pair : {&into, &middle, &earliest}) {
      last = std::max<int64_t>(last, pair->cells.blob().header().last_ms);
    }
    merge(into.cells.view(), middle.cells.blob(), earliest.cells.blob());
    merge(into.cells.view(), into.cells.blob(), middle.cells.blob());
    ASSERT_EQ(into.cells.blob().header().last_ms, last);
    ASSERT_TRUE(into.check().ok()) << into.check().error().message;
    into.expect_same(last);
    into.expect_same(last + any_gap(random));
  }
}

TEST(Near, StatesWithTimesToComeAreRefused) {
  const int64_t now = 1'748'700'000'000;
  Pair pair(2, now);
  pair.push(now);
  ASSERT_TRUE(pair.check().ok());
  std::byte* const word = pair.cells.blob().data() + pair.cells.view().layout[0].near_at;
  const auto steps = load<uint32_t>(word);
  store(word, steps + 4);
  EXPECT_EQ(pair.check().error().message, "state: times count from behind its last instant");
  store(word, UINT32_MAX);
  EXPECT_EQ(pair.check().error().message, "state: times count from behind its last instant");
  store(word, steps + 1);
  EXPECT_EQ(pair.check().error().message, "state: a time of a cell is not before its last instant");
  store(word, steps);
  EXPECT_TRUE(pair.check().ok());
}

/// From one program to another: whole times may become near, and near ones whole, with what is
/// forgotten left out.
TEST(Near, IsCarriedOverByWhatItKeeps) {
  const int64_t now = 1'748'700'000'000;
  Pair old(3, now - 3 * kNearReachMs);
  const std::vector<int64_t> times = {now - 3 * kNearReachMs, now - 86'400'000, now};
  for (const int64_t time : times) old.push(time);
  for (const bool to_near : {false, true}) {
    for (const uint32_t from : {0u, 1u}) {
      Pair fresh(3, now);
      CarryPlan plan;
      plan.moves = {{from, to_near ? 0u : 1u, true}};
      carry(plan, old.cells.view(), old.cells.blob(), fresh.cells.view(), fresh.cells.blob());
      const CellView carried = fresh.cells[to_near ? 0 : 1];
      EXPECT_EQ(newest_nth(carried, 1), times[2]);
      EXPECT_EQ(newest_nth(carried, 2), times[1]);
      const bool forgets = from == 0 || to_near;
      EXPECT_EQ(newest_nth(carried, 3), forgets ? kLongAgo.ms : times[0]);
      EXPECT_EQ(fresh.cells.blob().header().last_ms, now);
    }
  }
}

TEST(Near, WhatForgotIsKnownFromItsReachOn) {
  const int64_t now = 1'748'700'000'000;
  Pair pair(3, now);
  TestCells& cells = pair.cells;
  const std::vector<Began> old(2);
  const auto began = [&](uint32_t from, uint32_t to) {
    CarryPlan plan;
    plan.moves = {{from, to, true}};
    return began_after(plan, cells.view(), old, cells.view(), now, false)[to];
  };
  EXPECT_EQ(began(1, 0).since_ms, kLongAgo.ms);
  EXPECT_EQ(began(0, 0).since_ms, kLongAgo.ms);
  EXPECT_EQ(began(1, 1).newest, 3u);
  EXPECT_EQ(began(0, 1).since_ms, now - kNearReachMs);
  EXPECT_EQ(began(0, 1).newest, 0u);
}

}  // namespace
}  // namespace segue::cells
