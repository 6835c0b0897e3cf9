#include "runtime/interp/needed.h"

#include <gtest/gtest.h>

#include "runtime/interp/test_world.h"

namespace segue::interp {
namespace {

// Any event's time; whether a view was of "x"; how many buys; two pings within 100 ms.
constexpr const char* kRules = R"(
slot 0 property "p"
kind 0 streams
kind 1 streams 1 chunks 0
kind 2 name "buy" streams 1 2 chunks 0
kind 3 name "ping" streams 1 3 chunks 0
kind 4 name "view" slots 0 streams 0 1 chunks 0
stream 0 name "x" cells 0
  kind-in k0
  slot 0
  equal-text "x" 0
  and 2
stream 1 name "any" cells 1
  any-kind
stream 2 name "buy" cells 2
  kind-in k1
stream 3 name "ping" cells 3
  kind-in k2
kind-set 0 4
kind-set 1 2
kind-set 2 3
cell 0 seen source 0 at 48 bytes 1
cell 1 newest source 1 k 1 at 56 bytes 6
cell 2 total source 2 at 64 bytes 5
cell 3 newest source 3 k 2 at 72 bytes 12
node 0 B place 0 segment 0
  seen c0
node 1 B place 1 segment 1
  newest-time c1
  time-exists
node 2 B place 2 segment 2
  number 2
  total-count c2
  less-equal
node 3 B place 3 timed segment 3
  nth-within c3 2 100
chunk 0 first 0 count 4 timed
segment 0 name "x" node 0
segment 1 name "any" node 1
segment 2 name "buys" node 2
segment 3 name "pings" node 3
)";

enum : uint32_t { kOther = 1, kBuy = 2, kPing = 3, kView = 4 };

struct At {
  int64_t ms;
  uint32_t kind;
};

/// A digit an event: 1 if it is needed.
std::string needed(const std::vector<At>& events, int64_t at_ms, bool all = false) {
  const World world(kRules);
  const Needed needed(world.program(), all);
  std::vector<int64_t> times;
  for (const At& event : events) times.push_back(event.ms);
  std::vector<uint8_t> marks(events.size());
  needed.mark(times, [&](size_t i) { return KindId{events[i].kind}; }, at_ms, marks.data());
  std::string text;
  for (const uint8_t mark : marks) text += mark != 0 ? '1' : '0';
  return text;
}

TEST(Needed, LeavesOutWhatLaterEventsCover) {
  EXPECT_EQ(needed({{10, kOther}, {20, kPing}, {30, kPing}, {40, kPing}}, 50), "0011");
  EXPECT_EQ(needed({{10, kOther}, {20, kOther}, {30, kOther}}, 50), "001");
  EXPECT_EQ(needed({}, 50), "");
}

TEST(Needed, LeavesOutWhatIsOutsideOfEveryWindow) {
  EXPECT_EQ(needed({{10, kPing}, {20, kOther}}, 109), "11");
  EXPECT_EQ(needed({{10, kPing}, {20, kOther}}, 110), "01");
  EXPECT_EQ(needed({{10, kPing}, {200, kPing}}, 250), "01");
}

TEST(Needed, KeepsWhatIsCountedAndWhatAFilterDecides) {
  EXPECT_EQ(needed({{10, kView}, {20, kBuy}, {30, kView}, {40, kBuy}, {50, kOther}}, 1000),
            "11111");
}

TEST(Needed, KeepsOrLeavesOutInstantsAsAWhole) {
  // Two of an instant may be copies of one.
  EXPECT_EQ(needed({{10, kOther}, {20, kOther}, {20, kOther}}, 30), "111");
  EXPECT_EQ(needed({{10, kOther}, {10, kOther}, {20, kOther}}, 30), "001");
  EXPECT_EQ(needed({{10, kOther}, {10, kBuy}, {20, kOther}}, 30), "111");
}

TEST(Needed, KeepsAllWhereConditionsFeedCells) {
  EXPECT_EQ(needed({{10, kOther}, {20, kOther}}, 30, true), "11");
}

/// An identify call feeds nothing here.
TEST(Needed, LeavesOutWhatNothingReads) { EXPECT_EQ(needed({{10, 0}, {20, 0}}, 30), "00"); }

}  // namespace
}  // namespace segue::interp
