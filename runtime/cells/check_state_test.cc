#include "runtime/cells/check_state.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "runtime/cells/bytes.h"
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
  const Status status = check_state(cells.view(), kIdentity, cells.blob().bytes());
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
  EXPECT_EQ(holds(kCap), "");
  EXPECT_EQ(holds(kCap + 1), "");
  EXPECT_EQ(holds(kCap + 2), "state: more entries of a ring than it keeps");
}

}  // namespace
}  // namespace segue::cells
