#include "runtime/cells/waits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "runtime/cells/capped.h"
#include "runtime/cells/entries.h"
#include "runtime/cells/matching.h"
#include "runtime/cells/sequence.h"
#include "runtime/cells/test_cell.h"

namespace segue::cells {
namespace {

struct Case {
  int64_t wait_ms;
  uint32_t cap;
  bool later;
};

TestCells cells_of(const Case& rules) {
  image::CellRow row = cell_of(image::CellKind::kSequence, 1);
  row.source = 0;
  row.cap = rules.cap;
  TestCells cells({row});
  image::SequenceRow sequence;
  sequence.steps = {0, 1};
  sequence.absence_stream = 1;
  sequence.absence_ms = rules.wait_ms;
  sequence.absence_later = rules.later ? 1 : 0;
  sequence.derived_stream = 2;
  cells.tables.sequences = {sequence};
  cells.tables.steps = {image::StepRow{}};
  cells.refresh();
  return cells;
}

struct TestEvent {
  int64_t at_ms;
  bool is_step;
  bool is_absence;
};

/// Instant by instant, with the waits that are over between them.
std::vector<int64_t> ends_of(TestCells& cells, const std::vector<TestEvent>& events) {
  const CellRef cell = cells[0];
  const Sequence sequence = sequence_of(cells.view(), 0);
  std::vector<int64_t> ends;
  for (size_t begin = 0; begin < events.size();) {
    const int64_t at_ms = events[begin].at_ms;
    for (int64_t due = sequence_deadline(cell); due < at_ms; due = sequence_deadline(cell)) {
      if (sequence_advance(cell, due, Possible{})) ends.push_back(due);
    }
    std::vector<SequenceHit> hits;
    for (; begin < events.size() && events[begin].at_ms == at_ms; ++begin) {
      hits.push_back(
          {.steps = events[begin].is_step ? 1U : 0U, .absence = events[begin].is_absence});
    }
    if (sequence_advance(cell, at_ms, possible_runs(sequence, hits))) ends.push_back(at_ms);
  }
  return ends;
}

std::vector<int64_t> open_of(const CellView& cell) {
  const Entries entries = entries_of(cell);
  std::vector<int64_t> times;
  for (uint32_t i = 0; i < entries.count; ++i) times.push_back(entries.time_of(i));
  return times;
}

TEST(Waits, AreThoseOfTheCell) {
  std::mt19937 random(20261130);
  for (int round = 0; round < 2000; ++round) {
    const Case rules{static_cast<int64_t>(random() % 12), random() % 3 == 0 ? 2U : 0U,
                     random() % 2 == 0};
    std::vector<TestEvent> events;
    int64_t at_ms = 100;
    for (int i = 0; i < 20; ++i) {
      at_ms += random() % 5;
      const bool is_step = random() % 2 == 0;
      events.push_back({at_ms, is_step, !is_step || random() % 4 == 0});
    }
    TestCells told = cells_of(rules);
    take_capped();
    const std::vector<int64_t> wanted = ends_of(told, events);
    const uint64_t capped = take_capped();

    TestCells kept = cells_of(rules);
    ASSERT_TRUE(Waits::can_keep(kept[0]));
    Waits waits(kept[0]);
    waits.clear();
    for (const TestEvent& event : events) waits.take(event.at_ms, event.is_step, event.is_absence);
    waits.end_instant();
    waits.end_through(waits.taken_ms());
    ASSERT_EQ(waits.ended(), wanted) << "round " << round;
    ASSERT_EQ(take_capped(), capped);
    waits.store(kept[0]);
    ASSERT_EQ(open_of(kept[0]), open_of(told[0]));
  }
}

TEST(Waits, EndWhenTimePasses) {
  TestCells cells = cells_of({10, 0, false});
  Waits waits(cells[0]);
  waits.take(100, true, false);
  waits.take(103, true, false);
  waits.end_instant();
  waits.end_through(109);
  EXPECT_TRUE(waits.ended().empty());
  waits.end_through(110);
  EXPECT_EQ(waits.ended(), std::vector<int64_t>{110});
}

}  // namespace
}  // namespace segue::cells
