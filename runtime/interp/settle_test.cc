#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/interp/test_world.h"

namespace segue {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Two views within 100 ms; no view for 50 ms; plan is pro; a view ever and pro held for 30 ms.
constexpr const char* kRules = R"(
window 0 rolling 50 0
kind-set 0 2
slot 0 trait "plan"
kind 0 slots 0 streams 1 chunks 0
kind 1
kind 2 name "view" streams 0 chunks 0
stream 0 name "view" cells 0 1
  kind-in k0
stream 1 name "plan" cells 2
  slot-named 0
cell 0 newest source 0 k 2 at 48 bytes 12
cell 1 seen source 0 at 64 bytes 1
cell 2 latest source 1 value S at 72 bytes 12
  slot 0
  scalar-of
cell 3 held source 2 horizon 30 at 96 bytes 6
node 0 B place 0 timed segment 0
  nth-within c0 2 100
node 1 B place 1 timed segment 1
  nth-within c0 1 50
  not
node 2 B place 2 held 3 segment 2
  value c2
  scalar "pro"
  equal-scalars
node 3 B place 3 timed segment 3
  seen c1
  held c3
  and 2
chunk 0 first 0 count 4 timed
segment 0 name "hot" node 0
segment 1 name "idle" node 1
segment 2 name "pro" node 2
segment 3 name "settled" node 3
)";

const TestEvent kView{2, {}, "m", false};
const TestEvent kOther{1, {}, "m", false};

TestEvent set_plan(Value value, std::string tie = "m") {
  return {0, {value}, std::move(tie), false};
}

TEST(Settle, EntersAndLeavesAtTheExactMillisecond) {
  World world(kRules);
  ASSERT_TRUE(world.apply(1000, {kView}).ok());
  EXPECT_THAT(world.changes(), IsEmpty());
  EXPECT_EQ(next_deadline(world.blob).ms, 1050);
  ASSERT_TRUE(world.apply(1040, {kView}).ok());
  EXPECT_THAT(world.changes(), ElementsAre("+0@1040 view"));
  world.advance(1089);
  EXPECT_THAT(world.changes(), IsEmpty());
  world.advance(1090);
  EXPECT_THAT(world.changes(), ElementsAre("+1@1090 time"));
  world.advance(5000);
  EXPECT_THAT(world.changes(), ElementsAre("-0@1100 time"));
  EXPECT_FALSE(world.is_member(0));
  EXPECT_TRUE(world.is_member(1));
  EXPECT_EQ(next_deadline(world.blob), kNever);
  world.advance(kNever.ms);
  EXPECT_THAT(world.changes(), IsEmpty());
}

TEST(Settle, DeadlinesComeBeforeAnEventEachAtItsInstant) {
  World world(kRules);
  ASSERT_TRUE(world.apply(1000, {kView, kView}).ok());
  ASSERT_TRUE(world.apply(2000, {kView}).ok());
  EXPECT_THAT(world.changes(),
              ElementsAre("+0@1000 view", "+1@1050 time", "-0@1100 time", "-1@2000 view"));
}

TEST(Settle, WhatFallsOnOneInstantIsOneInstant) {
  World world(kRules);
  ASSERT_TRUE(world.apply(1000, {kView, kView}).ok());
  world.changes();
  ASSERT_TRUE(world.apply(1100, {kView}).ok());
  EXPECT_THAT(world.changes(), ElementsAre("+1@1050 time", "-0@1100 view", "-1@1100 view"));
}

TEST(Settle, TheFirstInstantLooksAtEverything) {
  World world(kRules);
  ASSERT_TRUE(world.apply(1000, {kOther}).ok());
  EXPECT_THAT(world.changes(), ElementsAre("+1@1000 other")) << "idle: nothing was ever viewed";
  EXPECT_EQ(world.blob.header().first_ms, 1000);
}

TEST(Settle, ATimerNeedsNoEventAndNoneIsMade) {
  World world(kRules);
  world.advance(5000);
  EXPECT_TRUE(world.blob.empty());
  EXPECT_EQ(next_deadline(world.blob), kNever);
  EXPECT_FALSE(world.is_member(1));
}

TEST(Settle, HeldTurnsTrueAtSinceAndItsDuration) {
  World world(kRules);
  ASSERT_TRUE(world.apply(1000, {kView, set_plan(text_value("pro"))}).ok());
  EXPECT_THAT(world.changes(), ElementsAre("+2@1000 view"));
  ASSERT_TRUE(
      world.apply(1010, {set_plan(text_value("free"), "1"), set_plan(text_value("pro"), "2")})
          .ok());
  EXPECT_THAT(world.changes(), IsEmpty()) << "undone at the same instant";
  world.advance(1030);
  EXPECT_THAT(world.changes(), ElementsAre("+3@1030 time"));
  ASSERT_TRUE(world.apply(1040, {set_plan(missing_value())}).ok());
  EXPECT_THAT(world.changes(), ElementsAre("-2@1040 trait", "-3@1040 trait"));
  ASSERT_TRUE(world.apply(1041, {set_plan(text_value("pro"))}).ok());
  ASSERT_TRUE(world.apply(1045, {set_plan(Value{})}).ok());
  world.changes();
  world.advance(1071);
  EXPECT_THAT(world.changes(), ElementsAre("+1@1050 time", "+3@1071 time"))
      << "a call that does not name the trait changes nothing";
}

TEST(Settle, TiesDecideWhichValueIsNewest) {
  for (const bool swapped : {false, true}) {
    World world(kRules);
    std::vector<TestEvent> events = {set_plan(text_value("pro"), "b"),
                                     set_plan(text_value("free"), "a"), kView};
    if (swapped) std::swap(events[0], events[2]);
    ASSERT_TRUE(world.apply(1000, events).ok());
    EXPECT_THAT(world.changes(), ElementsAre("+2@1000 view"));
  }
}

TEST(Settle, CopiesAreDroppedByMessageIdOnly) {
  World world(kRules);
  const TestEvent sent{2, {}, "id", true};
  ASSERT_TRUE(world.apply(1000, {sent, sent}).ok());
  EXPECT_THAT(world.changes(), IsEmpty());
  World other(kRules);
  ASSERT_TRUE(other.apply(1000, {kView, kView}).ok());
  EXPECT_THAT(other.changes(), ElementsAre("+0@1000 view")) << "without an id no line is a copy";
  World third(kRules);
  ASSERT_TRUE(third.apply(1000, {sent, {0, {text_value("pro")}, "id", true}}).ok());
  EXPECT_THAT(third.changes(), ElementsAre("+1@1000 trait", "+2@1000 trait"))
      << "an identify call comes first";
}

TEST(Settle, RefusesWhatIsLateOrForeign) {
  World world(kRules);
  ASSERT_TRUE(world.apply(1000, {kView}).ok());
  EXPECT_EQ(world.apply(999, {kView}).error().code, Errc::kTooLate);
  EXPECT_TRUE(world.apply(1000, {kView}).ok());
  EXPECT_THAT(world.changes(), ElementsAre("+0@1000 view"));
  Blob blob = Blob::copy_of(world.blob.bytes());
  blob.header().program ^= 1;
  const Event event{Instant{2000}, KindId{2}, "ann", "view", "m", false, {}};
  EXPECT_EQ(apply(world.program(), blob, {&event, 1}, world.out).error().code, Errc::kInvalid);
  EXPECT_TRUE(apply(world.program(), blob, {}, world.out).ok());
}

TEST(Settle, StateDoesNotDependOnHowOftenTimePasses) {
  World often(kRules);
  World seldom(kRules);
  for (World* world : {&often, &seldom}) {
    for (const int64_t at : {1000, 1003, 1020, 1100, 1101, 1190, 1300}) {
      if (world == &often) {
        for (int64_t t = at - 20; t < at; ++t) world->advance(t);
      }
      ASSERT_TRUE(world->apply(at, {kView, set_plan(text_value("pro"))}).ok());
    }
  }
  EXPECT_EQ(often.changes(), seldom.changes());
  EXPECT_TRUE(std::equal(often.blob.bytes().begin(), often.blob.bytes().end(),
                         seldom.blob.bytes().begin(), seldom.blob.bytes().end()));
}

/// Native code in the place of a kind and a chunk: called, and what it stores is what is reported.
TEST(Settle, InstalledCodeTakesOver) {
  World world(kRules);
  static int kinds_run = 0;
  kinds_run = 0;
  NativeCode code;
  code.kinds.resize(3);
  code.kinds[2] = [](Frame*) { ++kinds_run; };
  code.chunks.push_back([](Frame* frame) {
    frame->blob[sizeof(BlobHeader)] = std::byte{0x5};
    note_deadline(*frame, frame->now_ms + 7);
  });
  const_cast<Program&>(world.program()).install(std::move(code));
  ASSERT_TRUE(world.apply(1000, {kView}).ok());
  EXPECT_EQ(kinds_run, 1);
  EXPECT_EQ(next_deadline(world.blob).ms, 1007);
  EXPECT_THAT(world.changes(), ElementsAre("+0@1000 view", "+2@1000 view"));
}

/// Functions for whole instants: called where nothing is due and one event happens, and for each
/// deadline; a first instant, several events and an event at a deadline go step by step.
TEST(Settle, InstalledCodeSettlesWholeInstants) {
  World world(kRules);
  static std::vector<int64_t> alone, due;
  alone.clear();
  due.clear();
  NativeCode code;
  code.instants.resize(3);
  code.instants[2] = [](Frame* frame) {
    EXPECT_EQ(frame->event->name, "view");
    alone.push_back(frame->now_ms);
    frame->blob[sizeof(BlobHeader)] = std::byte{0x5};
    note_deadline(*frame, frame->now_ms + 7);
  };
  code.time = [](Frame* frame) {
    EXPECT_EQ(frame->event, nullptr);
    due.push_back(frame->now_ms);
    frame->blob[sizeof(BlobHeader)] = std::byte{0x1};
    if (due.size() < 3) note_deadline(*frame, frame->now_ms + 10);
  };
  const_cast<Program&>(world.program()).install(std::move(code));
  ASSERT_TRUE(world.apply(1000, {kView}).ok());
  EXPECT_EQ(next_deadline(world.blob).ms, 1050);
  ASSERT_TRUE(world.apply(1001, {kView, kView}).ok());
  EXPECT_THAT(alone, IsEmpty());
  world.changes();
  ASSERT_TRUE(world.apply(1002, {kView}).ok());
  EXPECT_THAT(alone, ElementsAre(1002));
  EXPECT_EQ(next_deadline(world.blob).ms, 1009);
  ASSERT_TRUE(world.apply(1020, {kView}).ok());
  EXPECT_THAT(due, ElementsAre(1009, 1019));
  EXPECT_THAT(alone, ElementsAre(1002, 1020));
  world.advance(1100);
  EXPECT_THAT(due, ElementsAre(1009, 1019, 1027));
  EXPECT_EQ(next_deadline(world.blob), kNever);
  EXPECT_THAT(world.changes(),
              ElementsAre("+2@1002 view", "-2@1009 time", "+2@1020 view", "-2@1027 time"));
}

// 0: cart then checkout within 100 ms, twice within 1000. 1: cart then no checkout within 300 ms,
// ever. 2: the same, counted within 1000 ms.
constexpr const char* kSequences = R"(
window 0 rolling 1000 0
kind-set 0 2
kind-set 1 3
kind 0
kind 1
kind 2 name "cart" streams 0 chunks 0
kind 3 name "checkout" streams 1 chunks 0
stream 0 name "cart" sequences 0 1
  kind-in k0
stream 1 name "checkout" sequences 0 1
  kind-in k1
stream 2 name "bought" cells 0
stream 3 name "abandoned" cells 1
sequence 0 step 0 0 none step 1 0 100 derived 2
sequence 1 step 0 0 none absence 1 0 300 derived 3
cell 0 newest source 2 k 2 at 48 bytes 12
cell 1 seen source 3 at 64 bytes 1
cell 2 sequence source 0 k 2 at 72 bytes 22
cell 3 sequence source 1 k 1 at 104 bytes 16
cell 4 steps source 1 cap 128 horizon 1000 at 128 bytes 16
node 0 B place 0 timed segment 0
  nth-within c0 2 1000
node 1 B place 1 timed segment 1
  seen c1
node 2 B place 2 timed segment 2
  steps-count c4 w0
  number 1
  equal
chunk 0 first 0 count 3 timed
segment 0 name "buyers" node 0
segment 1 name "abandoned ever" node 1
segment 2 name "abandoned once" node 2
)";

const TestEvent kCart{2, {}, "m", false};
const TestEvent kCheckout{3, {}, "n", false};

TEST(Settle, SequencesFeedTheirStreams) {
  World world(kSequences);
  ASSERT_TRUE(world.apply(1000, {kCart}).ok());
  ASSERT_TRUE(world.apply(1100, {kCheckout}).ok());
  ASSERT_TRUE(world.apply(1200, {kCart}).ok());
  ASSERT_TRUE(world.apply(1301, {kCheckout}).ok());
  EXPECT_THAT(world.changes(), IsEmpty()) << "a millisecond too late";
  ASSERT_TRUE(world.apply(1400, {kCheckout, kCart}).ok());
  EXPECT_THAT(world.changes(), ElementsAre("+0@1400 cart")) << "an instant has no order";
  world.advance(2100);
  EXPECT_THAT(world.changes(), ElementsAre("-0@2100 time"));
}

TEST(Settle, AWaitIsOverAtItsInstantUnlessCancelled) {
  World world(kSequences);
  ASSERT_TRUE(world.apply(1000, {kCart}).ok());
  ASSERT_TRUE(world.apply(1300, {kCheckout}).ok());
  EXPECT_THAT(world.changes(), IsEmpty()) << "at the very end: cancelled";
  ASSERT_TRUE(world.apply(2000, {kCart}).ok());
  EXPECT_EQ(next_deadline(world.blob).ms, 2300);
  ASSERT_TRUE(world.apply(2301, {kCheckout}).ok());
  EXPECT_THAT(world.changes(), ElementsAre("+1@2300 time", "+2@2300 time"));
  ASSERT_TRUE(world.apply(2500, {kCart}).ok());
  world.advance(4000);
  EXPECT_THAT(world.changes(), ElementsAre("-2@2800 time", "+2@3000 time", "-2@3500 time"))
      << "two inside, then the first cart leaves, then the second";
}

}  // namespace
}  // namespace segue
