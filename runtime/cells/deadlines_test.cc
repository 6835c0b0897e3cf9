#include "runtime/cells/deadlines.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace segue::cells {
namespace {

std::vector<uint32_t> due_of(const std::vector<std::byte>& state, uint32_t slots, int64_t now_ms) {
  std::vector<uint32_t> due;
  deadlines_each_due(state.data(), slots, now_ms, [&](uint32_t slot) { due.push_back(slot); });
  return due;
}

/// Against a plain list, for sizes around each number of levels.
TEST(Deadlines, KnowTheLeastAndWhichAreDue) {
  std::mt19937 random(7);
  for (const uint32_t slots : {0u, 1u, 2u, 15u, 16u, 17u, 255u, 256u, 257u, 5000u}) {
    SCOPED_TRACE(slots);
    std::vector<std::byte> state(size_t{8} * image::deadline_words(slots));
    deadlines_init(state.data(), slots);
    std::vector<int64_t> plain(slots, kNever.ms);
    EXPECT_EQ(deadlines_first(state.data(), slots), kNever.ms);
    for (int turn = 0; slots != 0 && turn < 2000; ++turn) {
      const uint32_t slot = random() % slots;
      plain[slot] = random() % 4 == 0 ? kNever.ms : static_cast<int64_t>(random() % 1000);
      deadlines_set(state.data(), slots, slot, plain[slot]);
      const int64_t least = *std::min_element(plain.begin(), plain.end());
      ASSERT_EQ(deadlines_first(state.data(), slots), least);
      if (turn % 50 != 0) continue;
      const auto now_ms = static_cast<int64_t>(random() % 1000);
      std::vector<uint32_t> expected;
      for (uint32_t i = 0; i < slots; ++i) {
        if (plain[i] <= now_ms) expected.push_back(i);
      }
      ASSERT_EQ(due_of(state, slots, now_ms), expected);
    }
  }
}

}  // namespace
}  // namespace segue::cells
