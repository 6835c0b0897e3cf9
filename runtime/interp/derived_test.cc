#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/base/decay.h"
#include "runtime/interp/test_world.h"

/// What follows from what, within one instant and over several.
namespace segue {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A segment on every a within 100 ms; the stream of its leaving; a on the way out again.
constexpr const char* kRules = R"(
window 0 ever
kind-set 0 2
kind 0
kind 1
kind 2 name "a" streams 0 chunks 0 1 2
stream 0 name "a" cells 0 1
  kind-in k0
stream 1 name "left hot" cells 2 sequences 0
stream 2 name "visits" cells 3 sequences 0
sequence 0 step 1 0 none step 2 0 50 level 1
cell 0 newest source 0 k 1 at 48 bytes 6
cell 1 sessions source 0 horizon 200 feeds 2 at 56 bytes 6
cell 2 total source 1 at 64 bytes 5
cell 3 total source 2 at 96 bytes 5
cell 4 crossing source 0 k 1 feeds 1 at 128 bytes 1
cell 5 steps source 0 horizon none at 136 bytes 16
node 0 B place 0 timed segment 0
  nth-within c0 1 100
node 1 B place 1 segment 1
  number 2
  total-count c3
  less-equal
node 2 B place 2 timed segment 2
  number 1
  total-count c2
  less-equal
node 3 B place 3 timed segment 3
  number 1
  steps-count c5 w0
  less-equal
chunk 0 first 0 count 2 timed
chunk 1 first 2 count 1 timed level 1
chunk 2 first 3 count 1 timed level 1
segment 0 name "hot" node 0
segment 1 name "returned" node 1
segment 2 name "left" node 2
segment 3 name "left then back" node 3
)";

const TestEvent kA{2, {}, "m", false};

TEST(Derived, WhatTurnsFeedsWhatIsAboveAtTheSameInstant) {
  World world(kRules);
  ASSERT_TRUE(world.apply(1000, {kA}).ok());
  EXPECT_THAT(world.changes(), ElementsAre("+0@1000 a"));
  world.advance(5000);
  EXPECT_THAT(world.changes(), ElementsAre("-0@1100 time", "+2@1100 time"));
}

TEST(Derived, AMatchOfWhatIsDerivedIsOneWhereItHappens) {
  World world(kRules);
  ASSERT_TRUE(world.apply(1000, {kA}).ok());
  world.advance(1150);
  world.changes();
  // 201 ms after the first: a session, but 101 ms after leaving.
  ASSERT_TRUE(world.apply(1201, {kA}).ok());
  EXPECT_THAT(world.changes(), ElementsAre("+0@1201 a", "+1@1201 a"));
}

// Four of which one halves in 1000 ms, two newest in 500; a latch of at least 20, a pause of 30.
TEST(Derived, WhatDecaysTurnsAtTheFirstMillisecondThatComparesOtherwise) {
  World world(R"(
kind-set 0 2
kind 0
kind 1
kind 2 name "a" streams 0 chunks 0
stream 0 name "a" cells 0 1
  kind-in k0
cell 0 decayed source 0 horizon 1000 at 48 bytes 24
cell 1 newest source 0 k 2 at 72 bytes 12
node 0 B place 0 timed segment 0
  decayed c0
  times-decayed c1 2 500
  add
  number 1.25
  less back 4
chunk 0 first 0 count 1 timed
segment 0 name "low" node 0
)");
  ASSERT_TRUE(world.apply(1000, {kA}).ok());
  EXPECT_THAT(world.changes(), IsEmpty()) << "2 is not low";
  world.advance(100'000);
  // By looking at every millisecond.
  int64_t turns = 1000;
  while (half_life_factor({turns - 1000}, {1000}) + half_life_factor({turns - 1000}, {500}) >=
         1.25) {
    ++turns;
  }
  EXPECT_THAT(world.changes(), ElementsAre(fmt::format("+0@{} time", turns)));
}

TEST(Derived, ALatchStaysAndPauses) {
  World world(R"(
kind-set 0 2
kind 0
kind 1
kind 2 name "a" streams 0 chunks 0
stream 0 name "a" cells 0
  kind-in k0
cell 0 newest source 0 k 1 at 48 bytes 6
cell 1 latch horizon 50 at 56 bytes 7
node 0 B place 0 timed segment 0
  nth-within c0 1 10
  nth-within c0 1 10
  not
  latch c1 0 30
chunk 0 first 0 count 1 timed
segment 0 name "stays" node 0
)");
  ASSERT_TRUE(world.apply(1000, {kA}).ok());
  world.advance(1074);
  EXPECT_THAT(world.changes(), ElementsAre("+0@1000 a", "-0@1050 time"));
  ASSERT_TRUE(world.apply(1075, {kA}).ok());
  EXPECT_THAT(world.changes(), IsEmpty()) << "it pauses up to 1080";
  world.advance(2000);
  EXPECT_THAT(world.changes(), ElementsAre("+0@1080 time", "-0@1130 time"));
}

}  // namespace
}  // namespace segue
