#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "runtime/cells/bytes.h"
#include "runtime/cells/merge.h"
#include "runtime/interp/chunks.h"
#include "runtime/interp/settle.h"
#include "runtime/interp/test_world.h"

/// States that are joined against a replay of both histories, on the images that have every op and
/// every kind of cell.
namespace segue {
namespace {

constexpr int64_t kStart = 1'748'700'000'000;  // 2025-05-31
constexpr int64_t kHour = 3'600'000;

Value any_value(std::mt19937& random) {
  static const std::vector<Value> kItems = {text_value("a"), number_value("2.5")};
  switch (random() % 7) {
    case 0:
      return missing_value();
    case 1:
      return number_value("12.5");
    case 2:
      return number_value("-0.000000001");
    case 3:
      return text_value("pro");
    case 4:
      return list_value(kItems);
    case 5:
      return truth_value(random() % 2 == 0);
    default:
      return number_value("3");
  }
}

struct Step {
  int64_t at_ms;
  uint32_t who;
  TestEvent event;
};

/// Of two users, never at one instant.
std::vector<Step> any_history(std::mt19937& random, const image::View& view, size_t count) {
  std::vector<Step> steps;
  int64_t now = kStart;
  for (size_t i = 0; i < count; ++i) {
    now += 1 + static_cast<int64_t>(random() % (random() % 4 == 0 ? 60 * kHour : kHour));
    TestEvent event;
    event.kind = random() % static_cast<uint32_t>(view.kinds.size());
    for (uint32_t s = 0; s < view.kinds[event.kind].slots.count; ++s) {
      event.slots.push_back(any_value(random));
    }
    event.tie = std::to_string(i);
    steps.push_back({now, static_cast<uint32_t>(random() % 2), event});
  }
  return steps;
}

/// The nodes that are exact, as text.
std::map<uint32_t, uint64_t> exact_nodes(const Program& program, Blob& blob) {
  const image::View& view = program.view();
  const cells::Exactness exactness(view);
  std::map<uint32_t, uint64_t> values;
  for (uint32_t i = 0; i < view.nodes.size(); ++i) {
    if (!exactness.node(i)) continue;
    const uint32_t place = view.nodes[i].place;
    if (view.nodes[i].type == image::Type::B) {
      const auto word = cells::load<uint64_t>(interp::truth_word(blob.data(), place / 64));
      values[i] = word >> (place % 64) & 1;
    } else {
      values[i] = cells::load<uint64_t>(blob.data() + place);
    }
  }
  return values;
}

const char* const kImages[] = {"tests/images/every_op.image", "tests/images/calendar.image",
                               "tests/images/segments.image", "tests/images/sequence.image",
                               "tests/images/tracked.image"};

class Joined : public testing::TestWithParam<const char*> {};

TEST_P(Joined, IsWhatOneHistoryComesTo) {
  const std::string text = file_text(GetParam());
  for (uint32_t seed = 0; seed < 60; ++seed) {
    std::mt19937 random(seed);
    World users[2] = {World(text), World(text)};
    World one(text);
    const image::View& view = one.program().view();
    const size_t joined_at = random() % 40;
    const std::vector<Step> steps = any_history(random, view, 60);
    for (size_t i = 0; i < steps.size(); ++i) {
      const Step& step = steps[i];
      if (i == joined_at) {
        const Instant at{step.at_ms - 1};
        for (World& user : users) user.advance(at.ms - 1);
        std::vector<Blob> earlier;
        if (!users[0].blob.empty()) earlier.push_back(Blob::copy_of(users[0].blob.bytes()));
        std::vector<Transition> out;
        if (!earlier.empty()) {
          interp::settle_joined(users[1].program(), users[1].blob, "ann", earlier, at, {}, out);
          for (const Transition& change : out) EXPECT_EQ(change.cause, Cause::kMerge);
        }
      }
      ASSERT_TRUE(one.apply(step.at_ms, {step.event}).ok());
      World& user = users[i < joined_at ? step.who : 1];
      ASSERT_TRUE(user.apply(step.at_ms, {step.event}).ok());
      if (i < joined_at) continue;
      ASSERT_EQ(exact_nodes(user.program(), user.blob), exact_nodes(one.program(), one.blob))
          << "seed " << seed << ", step " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Images, Joined, testing::ValuesIn(kImages));

TEST(Joined, KindsThatAreExactAreTried) {
  std::set<image::CellKind> exact;
  for (const char* path : kImages) {
    const auto program = program_of(file_text(path));
    const cells::Exactness exactness(program->view());
    for (uint32_t i = 0; i < program->view().cells.size(); ++i) {
      if (exactness.cell(i)) exact.insert(program->view().cells[i].kind);
    }
  }
  using image::CellKind;
  EXPECT_EQ(exact, (std::set<CellKind>{CellKind::kNewest, CellKind::kOldest, CellKind::kSeen,
                                       CellKind::kTotal, CellKind::kExtreme, CellKind::kDays,
                                       CellKind::kLog, CellKind::kDistinct}));
}

/// Conditions that read a user's own zone, by an operation and by a period.
constexpr const char* kOwnZone = R"(
user-zone c0 stream 0
tzdata "2024a"
zone 0 "Europe/Paris" 0 3600000
kind-set 0 2
slot 0 trait "timezone"
kind 0 slots 0 chunks 0
kind 1
kind 2 name "view" streams 1 chunks 0
stream 0 cells 0
  slot-named 0
stream 1 name "views" cells 1
  kind-in k0
cell 0 latest source 0 value S at 56 bytes 12
  slot 0
  zone-of
  scalar-of-number
cell 1 newest source 1 k 1 at 68 bytes 6
node 0 B place 0 timed segment 0
  number 13
  now
  hour user 1
  less
node 1 B place 1 timed segment 1
  newest-time c1
  in-period user days 0 slope 0
node 2 B place 2 timed segment 2
  newest-time c1
  in-period z0 days 0 slope 0
chunk 0 first 0 count 3 timed
segment 0 name "late" node 0
segment 1 name "today" node 1
segment 2 name "in Paris" node 2
)";

/// It is a trait: who is joined keeps its own, whatever the other said later.
TEST(Joined, AZoneOfTheUsersOwnIsNotExact) {
  const auto program = program_of(kOwnZone);
  const cells::Exactness exactness(program->view());
  EXPECT_TRUE(exactness.cell(1));
  EXPECT_FALSE(exactness.node(0));
  EXPECT_FALSE(exactness.node(1));
  EXPECT_TRUE(exactness.node(2));
}

/// Of a user whom nobody knew all goes over, whatever the cell.
TEST(Joined, AUserTakesOverAnother) {
  for (const char* path : kImages) {
    const std::string text = file_text(path);
    std::mt19937 random(3);
    World before(text);
    World after(text);
    const image::View& view = before.program().view();
    for (const Step& step : any_history(random, view, 40)) {
      ASSERT_TRUE(before.apply(step.at_ms, {step.event}).ok());
    }
    const Instant at{before.blob.header().last_ms + 1};
    std::vector<Blob> earlier;
    earlier.push_back(Blob::copy_of(before.blob.bytes()));
    interp::settle_joined(after.program(), after.blob, "ann", earlier, at, {}, after.out);
    before.out.clear();
    before.advance(at.ms + 100 * 24 * kHour);
    std::vector<bool> in(view.segments.size());
    for (const Transition& change : after.out) {
      EXPECT_TRUE(change.entered);
      in[change.segment] = true;
    }
    for (uint32_t i = 0; i < in.size(); ++i) EXPECT_EQ(after.is_member(i), in[i]);
    after.out.clear();
    after.advance(at.ms + 100 * 24 * kHour);
    std::erase_if(before.out, [&](const Transition& change) { return change.at <= at; });
    EXPECT_EQ(after.changes(), before.changes()) << path;
  }
}

}  // namespace
}  // namespace segue
