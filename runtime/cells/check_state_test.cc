#include "runtime/cells/check_state.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "runtime/cells/bytes.h"
#include "runtime/cells/deadlines.h"
#include "runtime/cells/test_cell.h"

/// States whose checksum would hold, forged where a call would look for a place.
namespace segue::cells {
namespace {

constexpr uint64_t kIdentity = 7;
constexpr uint32_t kCap = 40'000;

/// A state of one log, a ring if it has come so far.
TestCells log_of(int64_t entries) {
  image::CellRow row{.kind = image::CellKind::kLog, .source = 0};
  row.cap = kCap;
  row.horizon_ms = 1'000'000'000;
  TestCells cells({row});
  for (int64_t i = 0; i < entries; ++i) cells.push(0, 1000 + i);
  BlobHeader& head = cells.blob().header();
  head.first_ms = 1000;
  head.last_ms = 1000 + entries;
  head.next_ms = kNever.ms;
  return cells;
}

std::string said(TestCells& cells) {
  const Status status = check_state(cells.view(), kIdentity, 0, cells.blob().bytes());
  return status.ok() ? "" : status.error().message;
}

/// What is said of a state with another growing part.
template <class Change>
std::string said_of_part(TestCells& cells, const Change& change) {
  const auto before = load<GrowingPart>(cells[0].state());
  GrowingPart forged = before;
  change(forged);
  store(cells[0].state(), forged);
  std::string text = said(cells);
  store(cells[0].state(), before);
  return text;
}

TEST(CheckState, TakesWhatCellsMake) {
  for (const int64_t entries : {0, 1, 5, 1000, 39'999, 40'000, 40'001, 90'000}) {
    TestCells cells = log_of(entries);
    EXPECT_EQ(said(cells), "") << entries;
  }
}

TEST(CheckState, RefusesPartsThatLeadOutside) {
  TestCells cells = log_of(1000);
  const std::string outside = "state: entries of a cell lie outside of it";
  EXPECT_EQ(said_of_part(cells, [](GrowingPart& part) { part.offset += 8; }), outside);
  EXPECT_EQ(said_of_part(cells, [](GrowingPart& part) { part.offset = 8; }), outside);
  EXPECT_EQ(said_of_part(cells, [](GrowingPart& part) { part.capacity_bytes += 8; }), outside);
  const std::string many = "state: more entries of a cell than there is room for";
  EXPECT_EQ(said_of_part(cells, [](GrowingPart& part) { part.count = UINT32_MAX; }), many);
  EXPECT_EQ(said_of_part(cells, [](GrowingPart& part) { part.first = UINT32_MAX; }), many);
}

TEST(CheckState, RefusesARingThatHoldsMoreThanItsPeriod) {
  TestCells cells = log_of(90'000);
  const auto part = load<GrowingPart>(cells[0].state());
  ASSERT_EQ(part.capacity_bytes, 2 * (kCap + 1) * 8) << "it is a ring";
  const auto holds = [&](uint32_t count) {
    return said_of_part(cells, [&](GrowingPart& forged) {
      forged.first = 0;
      forged.count = count;
    });
  };
  EXPECT_EQ(said(cells), "");
  EXPECT_EQ(holds(kCap + 2), "state: more entries of a ring than it keeps");
}

TEST(CheckState, RefusesARingWhoseTwinsDiffer) {
  TestCells cells = log_of(70'000);
  const auto part = load<GrowingPart>(cells[0].state());
  ASSERT_GT(part.first + part.count, kCap + 1);
  std::byte* const twin = cells.blob().data() + part.offset;  // of entry kCap + 1
  *twin ^= std::byte{1};
  EXPECT_EQ(said(cells), "state: a ring's entry that lies twice is not the same");
}

TEST(CheckState, RefusesTimesThatCannotBeKept) {
  TestCells cells = log_of(10);
  const auto part = load<GrowingPart>(cells[0].state());
  std::byte* const second = cells.blob().data() + part.offset + 8;
  const std::string order = "state: entries of a cell are out of order";
  for (const int64_t time : {int64_t{999}, int64_t{1003}, INT64_MAX, INT64_MIN, kLongAgo.ms}) {
    store(second, time);
    EXPECT_EQ(said(cells), order) << time;
  }
  store(second, int64_t{1001});
  EXPECT_EQ(said(cells), "");
  cells.blob().header().last_ms = int64_t{1} << 47;
  EXPECT_EQ(said(cells), "state: the instants of its head are out of order");
}

TEST(CheckState, RefusesCellsThatShareBytes) {
  image::CellRow row{.kind = image::CellKind::kLog, .source = 0};
  row.horizon_ms = 1'000'000;
  TestCells cells({row, row});
  for (int64_t i = 0; i < 3; ++i) {
    cells.push(0, 1000 + i);
    cells.push(1, 1000 + i);
  }
  BlobHeader& head = cells.blob().header();
  head.first_ms = 1000;
  head.last_ms = 1002;
  EXPECT_EQ(said(cells), "");
  store(cells[1].state(), load<GrowingPart>(cells[0].state()));
  EXPECT_EQ(said(cells), "state: entries of two cells share bytes");
}

TEST(CheckState, RefusesDeadlinesWhoseLeastIsAnother) {
  constexpr uint32_t kSlots = 20;
  TestCells cells({});
  image::Layout& layout = cells.tables.layout[0];
  layout.deadlines_at = sizeof(BlobHeader);
  layout.fixed_bytes = layout.deadlines_at + 8 * image::deadline_words(kSlots);
  Blob blob;
  blob.create(layout, kIdentity);
  blob.header().first_ms = blob.header().last_ms = 1000;
  std::byte* const words = blob.data() + layout.deadlines_at;
  deadlines_init(words, kSlots);
  deadlines_set(words, kSlots, 17, 5000);
  cells.refresh();
  const auto says = [&] {
    const Status status = check_state(cells.view(), kIdentity, kSlots, blob.bytes());
    return status.ok() ? "" : status.error().message;
  };
  EXPECT_EQ(says(), "");
  store(words + 8 * (kSlots + 1), int64_t{4000});
  EXPECT_EQ(says(), "state: a deadline is not the least of its own");
  store(words, int64_t{-1});
  EXPECT_EQ(says(), "state: a deadline is before 1970");
}

}  // namespace
}  // namespace segue::cells
