#include "runtime/interp/tracking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/interp/prepared.h"
#include "runtime/interp/test_world.h"

namespace segue {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string rules() { return file_text("tests/images/tracked.image"); }

const TestEvent kOrder{2, {}, "m", false};
const TestEvent kView{3, {}, "m", false};

std::vector<uint32_t> chunks_of(std::span<const interp::Mark> marks) {
  std::vector<uint32_t> chunks;
  for (const interp::Mark& mark : marks) {
    for (uint32_t bit = 0; bit < 64; ++bit) {
      if ((mark.mask >> bit & 1) != 0) chunks.push_back(mark.word * 64 + bit);
    }
  }
  return chunks;
}

TEST(Tracking, KnowsWhoReadsWhat) {
  const World world(rules());
  const interp::Tracking& tracking = *world.program().prepared().tracking;
  EXPECT_THAT(chunks_of(tracking.readers_of_stream(0)), ElementsAre(0));
  EXPECT_THAT(chunks_of(tracking.readers_of_stream(1)), ElementsAre(1));
  EXPECT_THAT(chunks_of(tracking.readers_of_node(0)), ElementsAre(2));
  EXPECT_THAT(chunks_of(tracking.readers_of_node(1)), IsEmpty());
  EXPECT_THAT(chunks_of(tracking.readers_of_node(3)), ElementsAre(3)) << "through the held cell";
  // A connective has no deadline of its own: three words, and one for the least.
  EXPECT_EQ(tracking.slots(), 3u);
  EXPECT_EQ(tracking.slot_of_chunk(2), image::kNone);
  EXPECT_EQ(tracking.slot_of_chunk(3), 2u);
}

TEST(Tracking, ChangesGoFromCellsToWhatReadsThem) {
  World world(rules());
  ASSERT_TRUE(world.apply(1000, {kView}).ok());
  EXPECT_THAT(world.changes(), ElementsAre("+0@1000 view", "+1@1000 view"));
  EXPECT_EQ(next_deadline(world.blob).ms, 1030);
  ASSERT_TRUE(world.apply(1010, {kOrder}).ok());
  EXPECT_THAT(world.changes(), ElementsAre("+2@1010 order", "+3@1010 order"));
  world.advance(1030);
  EXPECT_THAT(world.changes(), ElementsAre("-1@1030 time", "+4@1030 time"));
  EXPECT_EQ(next_deadline(world.blob).ms, 1100);
  world.advance(5000);
  EXPECT_THAT(world.changes(),
              ElementsAre("-0@1100 time", "-3@1100 time", "-4@1100 time", "-2@1110 time"));
  EXPECT_EQ(next_deadline(world.blob), kNever);
}

/// A time that a newer event has moved on wakes nobody.
TEST(Tracking, NoDeadlineIsEarly) {
  World world(rules());
  ASSERT_TRUE(world.apply(1000, {kView}).ok());
  ASSERT_TRUE(world.apply(1020, {kView}).ok());
  EXPECT_EQ(next_deadline(world.blob).ms, 1050);
}

}  // namespace
}  // namespace segue
