#include "runtime/cells/kinds.h"

#include <gtest/gtest.h>

#include "runtime/cells/test_cell.h"

namespace segue::cells {
namespace {

using image::CellKind;

TEST(Kinds, FixedBytesAreStable) {
  EXPECT_EQ(fixed_bytes(cell_of(CellKind::kNewest, 3)), 18u);
  image::CellRow near = cell_of(CellKind::kNewest, 3);
  near.horizon_ms = image::kNearReachMs;
  EXPECT_EQ(fixed_bytes(near), 12u);
  EXPECT_EQ(fixed_bytes(cell_of(CellKind::kOldest)), 6u);
  EXPECT_EQ(fixed_bytes(cell_of(CellKind::kSeen)), 1u);
  EXPECT_EQ(fixed_bytes(cell_of(CellKind::kTotal)), 5u) << "counts alone";
  image::CellRow sum = cell_of(CellKind::kTotal);
  sum.value.count = 1;
  EXPECT_EQ(fixed_bytes(sum), 26u);
  EXPECT_EQ(fixed_bytes(cell_of(CellKind::kExtreme)), 9u);
  EXPECT_EQ(fixed_bytes(cell_of(CellKind::kDays, 63)), 12u);
  EXPECT_EQ(fixed_bytes(cell_of(CellKind::kDays, 64)), 20u) << "a day more, for `full`";
  EXPECT_EQ(fixed_bytes(cell_of(CellKind::kLog)), 16u);
  EXPECT_EQ(fixed_bytes(cell_of(CellKind::kDistinct)), 16u);
  EXPECT_EQ(fixed_bytes(cell_of(CellKind::kLatest)), 12u);
  EXPECT_EQ(fixed_bytes(cell_of(CellKind::kEarliest)), 13u);
  EXPECT_EQ(fixed_bytes(cell_of(CellKind::kSteps)), 16u);
  EXPECT_EQ(fixed_bytes(cell_of(CellKind::kSequence, 3)), 28u);
  EXPECT_EQ(fixed_bytes(cell_of(CellKind::kSequence)), 24u);
  EXPECT_EQ(fixed_bytes(cell_of(CellKind::kHeld)), 6u);
  EXPECT_EQ(fixed_bytes(cell_of(CellKind::kSessions)), 6u);
  EXPECT_EQ(fixed_bytes(cell_of(CellKind::kCrossing)), 1u);
  EXPECT_EQ(fixed_bytes(cell_of(CellKind::kChange)), 30u);
  EXPECT_EQ(fixed_bytes(cell_of(CellKind::kLatch)), 7u);
  EXPECT_EQ(fixed_bytes(cell_of(CellKind::kDecayed)), 24u);
}

TEST(Kinds, InitWritesNothingBesideItsCell) {
  constexpr CellKind kAll[] = {
#define CELL_KIND(id, name, grows) CellKind::id,
#include "runtime/image/cells.def"
#undef CELL_KIND
  };
  for (const CellKind kind : kAll) {
    const image::CellRow row = cell_of(kind, 5);
    const uint32_t bytes = fixed_bytes(row);
    std::vector<std::byte> around(bytes + 16, std::byte{0xAB});
    init(row, around.data() + 8);
    for (size_t i = 0; i < 8; ++i) {
      EXPECT_EQ(around[i], std::byte{0xAB});
      EXPECT_EQ(around[around.size() - 1 - i], std::byte{0xAB});
    }
  }
}

}  // namespace
}  // namespace segue::cells
