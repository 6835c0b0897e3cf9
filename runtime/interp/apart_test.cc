#include "runtime/interp/apart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/interp/prepared.h"
#include "runtime/interp/test_world.h"

namespace segue {
namespace {

using testing::ElementsAre;

const TestEvent kOrder{2, {}, "m", false};
const TestEvent kView{3, {}, "m", false};

/// Views within 100 ms, orders within 30 ms, no view within 100 ms, and what else is said, each in
/// a chunk of its own. Tracked.
std::string rules(const std::string& last) {
  return "layout words 1 fixed 72 growing 0 max 72\n"
         "tracked deadlines 48\n"
         "kind-set 0 2\nkind-set 1 3\nkind 0\nkind 1\n"
         "kind 2 name \"order\" streams 1 chunks 1 3\n"
         "kind 3 name \"view\" streams 0 chunks 0 2 3\n"
         "stream 0 name \"view\" cells 0\n  kind-in k1\n"
         "stream 1 name \"order\" cells 1\n  kind-in k0\n"
         "cell 0 newest source 0 k 1 at 32 bytes 6\n"
         "cell 1 newest source 1 k 1 at 40 bytes 6\n"
         "node 0 B place 0 timed segment 0\n  nth-within c0 1 100\n"
         "node 1 B place 1 timed segment 1\n  nth-within c1 1 30\n"
         "node 2 B place 2 timed segment 2\n  node 0\n  not\n"
         "node 3 B place 3 timed segment 3\n" +
         last +
         "chunk 0 first 0 count 1 timed\nchunk 1 first 1 count 1 timed\n"
         "chunk 2 first 2 count 1 timed\nchunk 3 first 3 count 1 timed\n"
         "segment 0 name \"viewed\" node 0\nsegment 1 name \"ordered\" node 1\n"
         "segment 2 name \"idle\" node 2\nsegment 3 name \"last\" node 3\n";
}

const char* const kOfOne = "  node 1\n  not\n";
const char* const kOfTwo = "  node 0\n  node 1\n  not\n  and 2\n";

std::vector<bool> apart_of(const std::string& last) {
  const World world(rules(last));
  return interp::chunks_apart(world.program().view());
}

TEST(Apart, AreChunksOfWhichNoNodeHangsOnTwo) {
  EXPECT_THAT(apart_of(kOfOne), ElementsAre(true, true, false, false));
  EXPECT_THAT(apart_of(kOfTwo), ElementsAre(false, false, false, false));
}

/// Chunk by chunk or in order of time: changes come in order, and time has come as far.
TEST(Apart, ChangesComeInOrderOfTime) {
  for (const char* const last : {kOfOne, kOfTwo}) {
    World world(rules(last));
    ASSERT_TRUE(world.apply(1000, {kView}).ok());
    ASSERT_TRUE(world.apply(1001, {kOrder}).ok());
    world.changes();
    world.advance(1030);
    EXPECT_THAT(world.changes(), ElementsAre());
    world.advance(5000);
    std::vector<std::string> changes{"-1@1031 time", "+3@1031 time", "-0@1100 time",
                                     "+2@1100 time"};
    if (last == kOfTwo) changes.push_back("-3@1100 time");
    EXPECT_EQ(world.changes(), changes);
    EXPECT_EQ(int64_t{world.blob.header().last_ms}, 1100);
    EXPECT_EQ(next_deadline(world.blob), kNever);
  }
}

/// The longer window of the first chunk ends last, though the chunk comes first.
TEST(Apart, TheLastInstantIsTheLatest) {
  World world(rules(kOfOne));
  ASSERT_TRUE(world.apply(1000, {kView, kOrder}).ok());
  world.changes();
  world.advance(1100);
  EXPECT_THAT(world.changes(),
              ElementsAre("-1@1030 time", "+3@1030 time", "-0@1100 time", "+2@1100 time"));
  EXPECT_EQ(int64_t{world.blob.header().last_ms}, 1100);
}

}  // namespace
}  // namespace segue
