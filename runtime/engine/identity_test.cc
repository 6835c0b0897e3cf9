#include "runtime/engine/identity.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "runtime/engine/engine.h"
#include "runtime/engine/lives.h"
#include "runtime/engine/test_program.h"

namespace segue {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A view, a delete, or (`previous` is not empty) an alias.
struct Line {
  int64_t ms;
  std::string user;
  bool deletes = false;
  std::string previous = {};
  std::string message_id = {};
};

Line alias(int64_t ms, std::string previous, std::string user) {
  return {ms, std::move(user), false, std::move(previous)};
}
Line forget(int64_t ms, std::string user) { return {ms, std::move(user), true}; }

EventBatch batch_of(const std::vector<Line>& lines) {
  EventBatch batch;
  for (const Line& line : lines) {
    Event event;
    event.at = {line.ms};
    event.user = batch.arena->copy(line.user);
    event.kind = line.deletes ? kDeleteKind : line.previous.empty() ? KindId{2} : kAliasKind;
    event.name = line.previous.empty() ? "view" : batch.arena->copy(line.previous);
    event.tie = line.message_id.empty() ? "hash" : batch.arena->copy(line.message_id);
    event.has_message_id = !line.message_id.empty();
    batch.has_identity_calls = batch.has_identity_calls || is_identity_call(event.kind);
    batch.events.push_back(event);
  }
  return batch;
}

std::string text_of(std::string_view user, Instant at, bool entered, uint32_t segment,
                    Cause cause) {
  static constexpr const char* kCauses[] = {"event", "time", "trait", "merge", "delete"};
  return fmt::format("{}@{} {}{} {}", user, at.ms, entered ? '+' : '-',
                     segment == 0 ? "zz_hot" : "idle", kCauses[static_cast<int>(cause)]);
}

class Told : public EngineListener {
 public:
  explicit Told(EngineOptions options = {}) : engine(program(), options, *this) {}

  void on_changes(std::span<const Change> changes) override {
    for (const Change& change : changes) {
      told.push_back(text_of(change.user, change.at, change.entered, change.segment, change.cause));
    }
  }
  std::vector<std::string> run(const std::vector<Line>& lines, int64_t until_ms = 0) {
    engine.push(batch_of(lines));
    engine.finish({until_ms});
    return std::exchange(told, {});
  }

  std::vector<std::string> told;
  Engine engine;
};

TEST(Identity, ADeletedUserLeavesAndMayComeAnew) {
  for (const uint32_t threads : {1u, 4u}) {
    Told world({.threads = threads});
    EXPECT_THAT(world.run({{1000, "a"}, {1010, "a"}, forget(1020, "a"), {1030, "a"}}, 1040),
                ElementsAre("a@1010 +zz_hot event", "a@1020 -zz_hot delete"));
    EXPECT_EQ(world.engine.score_of("a", 0), 1);
    EXPECT_EQ(world.engine.stats().users, 1u);
    EXPECT_EQ(world.engine.stats().deleted, 1u);
    EXPECT_EQ(world.engine.member_count(0), 0);
  }
}

TEST(Identity, ADeleteForgetsTheEventsOfItsInstantWhereverTheyStand) {
  const std::vector<std::string> want = {"b@1010 +zz_hot event"};
  const std::vector<Line> before = {{1000, "a"}, {1000, "b"}};
  const std::vector<Line> first = {forget(1010, "a"), {1010, "a"}, {1010, "b"}};
  const std::vector<Line> last = {{1010, "b"}, {1010, "a"}, forget(1010, "a")};
  for (const auto& at_once : {first, last}) {
    Told world;
    world.engine.push(batch_of(before));
    EXPECT_EQ(world.run(at_once), want);
    EXPECT_EQ(world.engine.stats().users, 1u);
    EXPECT_THAT(world.engine.scores(0), ElementsAre(std::pair<std::string_view, double>("b", 2)));
  }
}

TEST(Identity, AnAliasJoinsWhatBothDid) {
  for (const uint32_t threads : {1u, 4u}) {
    Told world({.threads = threads});
    EXPECT_THAT(world.run({{1000, "anonymous"},
                           {1010, "ann"},
                           alias(1020, "anonymous", "ann"),
                           {1090, "anonymous"}},
                          1200),
                ElementsAre("ann@1020 +zz_hot merge", "ann@1060 +idle time", "ann@1090 -idle event",
                            "ann@1110 -zz_hot time", "ann@1140 +idle time"));
    EXPECT_EQ(world.engine.stats().merged, 1u);
    EXPECT_EQ(world.engine.stats().users, 1u);
  }
}

TEST(Identity, WhoIsJoinedLeavesAndAnUnknownUserTakesOver) {
  Told world({.threads = 4});
  EXPECT_THAT(world.run({{1000, "a"}, {1010, "a"}, alias(1015, "a", "b")}),
              ElementsAre("a@1010 +zz_hot event", "a@1015 -zz_hot merge", "b@1015 +zz_hot merge"));
  EXPECT_FALSE(world.engine.is_member("a", 0));
  EXPECT_TRUE(world.engine.is_member("b", 0));
}

TEST(Identity, ChainsCyclesRepeatsAndSelfAliasesAreHarmless) {
  Told world({.threads = 4});
  EXPECT_THAT(world.run({{1000, "a"},
                         alias(1001, "a", "b"),
                         alias(1002, "b", "c"),
                         alias(1003, "c", "a"),  // a is c
                         alias(1004, "c", "c"),
                         alias(1004, "a", "b"),
                         alias(1005, "nobody", "c"),
                         {1010, "a"},
                         {1015, "nobody"}}),
              ElementsAre("c@1010 +zz_hot event"));
  EXPECT_EQ(world.engine.score_of("c", 0), 3);
  EXPECT_EQ(world.engine.stats().users, 1u);
}

TEST(Identity, ADeleteForgetsAllNamesOfAUser) {
  Told world({.threads = 4});
  EXPECT_THAT(world.run({{1000, "a"},
                         {1000, "b"},
                         alias(1001, "a", "b"),
                         forget(1010, "a"),
                         {1010, "a"},
                         {1010, "b"},
                         {1011, "a"},
                         {1012, "b"}}),
              ElementsAre("b@1001 +zz_hot merge", "b@1010 -zz_hot delete"));
  EXPECT_EQ(world.engine.score_of("a", 0), 1);
  EXPECT_EQ(world.engine.score_of("b", 0), 1);
}

TEST(Identity, OfOneInstantAliasesComeBeforeEventsAndDeletesLast) {
  Told world;
  EXPECT_THAT(world.run({{1000, "a"}, {1000, "b"}, forget(1010, "a"), alias(1010, "a", "b")}),
              IsEmpty());
  EXPECT_EQ(world.engine.stats().users, 0u) << "they were one when they were deleted";
}

TEST(Identity, ACallIsNeverLate) {
  Told world;
  world.engine.push(batch_of({{1000, "a"}, {1010, "a"}, {1020, "b"}}));
  EXPECT_THAT(world.run({forget(900, "a")}),
              ElementsAre("a@1010 +zz_hot event", "a@1020 -zz_hot delete"));
  world.engine.advance_to({2000});
  world.told.clear();
  EXPECT_THAT(world.run({forget(1500, "b")}), ElementsAre("b@2001 -idle delete"));
  EXPECT_EQ(world.engine.stats().late, 0u);
}

TEST(Identity, CopiesAreKnownOfWhoeverItIsNow) {
  Told world({.threads = 4, .dedupe = Duration{100}});
  (void)world.run({{1000, "a", false, "", "m"},
                   {1000, "b", false, "", "m"},
                   alias(1010, "a", "b"),
                   {1020, "b", false, "", "m"}});
  EXPECT_EQ(world.engine.score_of("b", 0), 2) << "two before, the third is a copy";
  Told again({.dedupe = Duration{100}});
  (void)again.run({{1000, "a", false, "", "m"}, forget(1010, "a"), {1020, "a", false, "", "m"}});
  EXPECT_EQ(again.engine.score_of("a", 0), 1) << "message ids are forgotten too";
}

TEST(Identity, AllMessageIdsOfAUserGoWithIt) {
  for (const uint32_t threads : {1u, 4u}) {
    Told world({.threads = threads, .dedupe = Duration{100}});
    (void)world.run({{1000, "b", false, "", "m0"},
                     {1001, "a", false, "", "m1"},
                     {1005, "a", false, "", "m2"},
                     alias(1010, "a", "b"),
                     alias(1015, "b", "c"),
                     {1020, "c", false, "", "m1"},
                     {1021, "a", false, "", "m2"},
                     {1022, "b", false, "", "m0"}});
    EXPECT_EQ(world.engine.score_of("c", 0), 3) << "the others are copies";
    (void)world.run(
        {forget(1030, "a"), {1040, "c", false, "", "m1"}, {1041, "c", false, "", "m2"}});
    EXPECT_EQ(world.engine.score_of("c", 0), 2) << "all are forgotten";
  }
}

TEST(Identity, GoesOnAfterARestart) {
  const std::vector<Line> lines = {{1000, "a"}, {1005, "c"},       alias(1010, "a", "b"),
                                   {1020, "a"}, forget(1030, "c"), alias(1040, "c", "b")};
  Told whole({.lateness = Duration{10}});
  const std::vector<std::string> want = whole.run(lines, 3000);
  for (size_t cut = 0; cut <= lines.size(); ++cut) {
    Told first({.lateness = Duration{10}});
    Told second({.threads = 3, .lateness = Duration{10}});
    const auto middle = lines.begin() + static_cast<ptrdiff_t>(cut);
    first.engine.push(batch_of({lines.begin(), middle}));
    std::vector<std::pair<std::string, std::vector<std::byte>>> users;
    const std::string rest = first.engine.save(
        [&](std::string_view id, std::span<const std::byte> state) {
          users.emplace_back(id, std::vector(state.begin(), state.end()));
        },
        false);
    ASSERT_TRUE(second.engine.restore(rest).ok());
    for (const auto& [id, state] : users) {
      ASSERT_TRUE(second.engine.restore_user(id, state).ok());
    }
    std::vector<std::string> told = first.told;
    for (std::string& text : second.run({middle, lines.end()}, 3000)) told.push_back(text);
    EXPECT_EQ(told, want) << cut;
  }
}

TEST(Identity, WhoLeftIsNamedWhenChangesAreSaved) {
  Told world;
  world.engine.track_changed_users();
  (void)world.run({{1000, "a"},
                   {1000, "b"},
                   {1000, "c"},
                   alias(1010, "a", "b"),
                   forget(1020, "c"),
                   {1021, "c"}});
  std::vector<std::string> given;
  world.engine.save(
      [&](std::string_view id, std::span<const std::byte> state) {
        given.push_back(fmt::format("{}{}", state.empty() ? "-" : "+", id));
      },
      true);
  EXPECT_THAT(given, ElementsAre("-a", "-c", "+b", "+c"));
}

// ---- at random, against whole histories ---------------------------------------------------------

std::vector<Line> random_lines(std::mt19937& random, size_t count) {
  const auto user = [&] { return "user" + std::to_string(random() % 7); };
  std::vector<Line> lines;
  int64_t ms = 1'000'000;
  for (size_t i = 0; i < count; ++i) {
    if (random() % 3 != 0) ms += random() % 40;
    if (random() % 200 == 0) ms += kDayMs;
    Line line{ms, user()};
    line.message_id = "m" + std::to_string(random() % 3 == 0 ? random() % count : i);
    if (random() % 15 == 0) line.deletes = true;
    if (random() % 15 == 0) line = alias(ms, user(), user());
    lines.push_back(line);
  }
  return lines;
}

/// Who is in what of two segments: of one life's history, as of an instant.
std::pair<bool, bool> members_at(const std::vector<Event>& history, Instant at) {
  Blob blob;
  std::vector<Transition> out;
  for (auto first = history.begin(); first != history.end() && first->at <= at;) {
    auto last = first;
    while (last != history.end() && last->at == first->at) ++last;
    EXPECT_TRUE(apply(*program(), blob, std::span(first, last), out).ok());
    first = last;
  }
  advance(*program(), blob, "x", at, out);
  return {member(*program(), blob, 0), member(*program(), blob, 1)};
}

TEST(Identity, IsAsIfTheEventsHadAlwaysBeenOneUsers) {
  std::mt19937 random(5);
  for (int round = 0; round < 40; ++round) {
    const std::vector<Line> lines = random_lines(random, 60 + random() % 100);
    const EventBatch whole = batch_of(lines);
    std::vector<IdentityCall> calls;
    std::vector<const Event*> events;
    for (const Event& event : whole.events) {
      if (is_identity_call(event.kind)) {
        calls.push_back(identity_call_of(event, event.at));
      } else {
        events.push_back(&event);
      }
    }
    const Lives lives(calls, events);
    LifeEvents histories(lives);
    for (const Event* event : events) histories.add(*event);
    const auto dedupe = round % 2 == 0 ? std::nullopt : std::optional(Duration{200});
    histories.drop_copies(dedupe);

    for (const uint32_t threads : {1u, 4u}) {
      Told world({.threads = threads, .lateness = Duration{30}, .dedupe = dedupe});
      std::vector<Line> shuffled = lines;
      std::vector<std::pair<int64_t, size_t>> order;
      for (size_t i = 0; i < lines.size(); ++i) {
        order.emplace_back(lines[i].ms + static_cast<int64_t>(random() % 31), i);
      }
      std::sort(order.begin(), order.end());
      for (size_t i = 0; i < order.size(); ++i) shuffled[i] = lines[order[i].second];
      for (size_t begin = 0; begin < shuffled.size();) {
        const size_t end = std::min(begin + 1 + random() % 20, shuffled.size());
        world.engine.push(batch_of({shuffled.begin() + static_cast<ptrdiff_t>(begin),
                                    shuffled.begin() + static_cast<ptrdiff_t>(end)}));
        begin = end;
      }
      const Instant until{lines.back().ms + 45};
      world.engine.finish(until);
      std::vector<std::set<std::string>> want(2);
      uint64_t users = 0;
      for (uint32_t i = 0; i < lives.all().size(); ++i) {
        const Life& life = lives.all()[i];
        const std::vector<Event> history = histories.history(i);
        if (!life.is_at(until) || history.empty()) continue;
        ++users;
        const auto [hot, idle] = members_at(history, until);
        if (hot) want[0].insert(life.user);
        if (idle) want[1].insert(life.user);
      }
      const auto members = world.engine.members();
      for (uint32_t segment = 0; segment < 2; ++segment) {
        EXPECT_EQ(std::set<std::string>(members[segment].begin(), members[segment].end()),
                  want[segment])
            << "round " << round;
        EXPECT_EQ(world.engine.member_count(segment), static_cast<int64_t>(want[segment].size()));
      }
      EXPECT_EQ(world.engine.stats().users, users);
    }
  }
}

}  // namespace
}  // namespace segue
