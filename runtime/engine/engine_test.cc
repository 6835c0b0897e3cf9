#include "runtime/engine/engine.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "runtime/engine/test_program.h"

namespace segue {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// One event: a view, or what no rule mentions.
struct Call {
  int64_t ms;
  std::string user;
  std::string message_id;
  bool is_view = true;
};

EventBatch batch_of(const std::vector<Call>& calls) {
  EventBatch batch;
  for (const Call& call : calls) {
    Event event;
    event.at = {call.ms};
    event.kind = call.is_view ? KindId{2} : kOtherKind;
    event.name = call.is_view ? "view" : "other";
    event.user = batch.arena->copy(call.user);
    event.has_message_id = !call.message_id.empty();
    event.tie = event.has_message_id ? batch.arena->copy(call.message_id) : "hash";
    batch.events.push_back(event);
    batch.origins.push_back({0, batch.events.size(), {}});
  }
  return batch;
}

/// An engine and what it told, as texts.
class Told : public EngineListener {
 public:
  explicit Told(EngineOptions options = {}) : engine(program(), options, *this) {}

  void on_changes(std::span<const Change> changes) override {
    std::string first = fmt::format("{}@{}", changes[0].user, changes[0].at.ms);
    EXPECT_NE(first, last_owner) << "those of a user's instant come in one call";
    last_owner = fmt::format("{}@{}", changes.back().user, changes.back().at.ms);
    ++calls;
    for (const Change& change : changes) {
      const std::string_view name =
          program()->view().text(program()->view().segments[change.segment].name);
      told.push_back(
          fmt::format("{}@{} {}{}", change.user, change.at.ms, change.entered ? '+' : '-', name));
    }
  }
  void on_late(const Event& event, const Origin* origin) override {
    told.push_back(fmt::format("late {}@{} line {}", event.user, event.at.ms, origin->line));
  }
  void on_stop(Instant at) override {
    std::string text = fmt::format("stop {}:", at.ms);
    const auto members = engine.members();
    for (uint32_t segment = 0; segment < members.size(); ++segment) {
      EXPECT_EQ(engine.member_count(segment), static_cast<int64_t>(members[segment].size()));
      for (const std::string_view user : members[segment]) {
        text += fmt::format(" {}:{}", segment, user);
      }
    }
    for (const auto& [user, value] : engine.scores(0)) text += fmt::format(" {}={}", user, value);
    told.push_back(text);
  }

  std::vector<std::string> take() { return std::exchange(told, {}); }

  std::vector<std::string> told;
  std::string last_owner;  // of the last change told
  size_t calls = 0;
  Engine engine;
};

TEST(Engine, GivesChangesOnceTheWatermarkHasPassedThem) {
  Told world;
  world.engine.push(batch_of({{1000, "ann", ""}, {1010, "ann", ""}}));
  EXPECT_THAT(world.take(), IsEmpty()) << "1010 could still get more";
  world.engine.push(batch_of({{1011, "bob", ""}}));
  EXPECT_THAT(world.take(), ElementsAre("ann@1010 +zz_hot"));
  world.engine.push(batch_of({{2000, "bob", ""}}));
  EXPECT_THAT(world.take(), ElementsAre("ann@1060 +idle", "bob@1061 +idle", "ann@1100 -zz_hot"));
  world.engine.finish();
  EXPECT_THAT(world.take(), ElementsAre("bob@2000 -idle"));
}

TEST(Engine, WhatSeveralThreadsSettleWaitsForMoreThatFollows) {
  const std::vector<Call> calls = {{1000, "ann", ""}, {1010, "ann", ""}, {1011, "bob", ""}};
  for (const uint32_t threads : {1u, 2u}) {
    Told world({.threads = threads});
    EventBatch batch = batch_of(calls);
    batch.more = true;
    world.engine.push(std::move(batch));
    if (threads > 1) {
      EXPECT_THAT(world.take(), IsEmpty());
      EXPECT_EQ(world.engine.stats().waiting, 3u);
      world.engine.push({});
    }
    EXPECT_THAT(world.take(), ElementsAre("ann@1010 +zz_hot"));
    EXPECT_EQ(world.engine.stats().waiting, 1u);
  }
}

TEST(Engine, OrderIsInstantThenUserThenName) {
  Told world({.threads = 3});
  world.engine.push(batch_of({{1000, "b", ""}, {1000, "a", ""}, {1000, "B", ""}, {1020, "a", ""}}));
  world.engine.push(batch_of({{1069, "b", ""}, {1069, "b", "m"}, {1069, "a", ""}}));
  world.engine.finish({1170});
  EXPECT_THAT(world.take(), ElementsAre("a@1020 +zz_hot", "B@1050 +idle", "b@1050 +idle",
                                        "b@1069 -idle", "b@1069 +zz_hot", "a@1119 +idle",
                                        "b@1119 +idle", "a@1120 -zz_hot", "b@1169 -zz_hot"));
}

TEST(Engine, ManyChangesComeInSeveralCalls) {
  std::vector<std::string> alone;
  for (const uint32_t threads : {1u, 3u}) {
    Told world({.threads = threads});
    for (const int64_t ms : {1000, 1069}) {
      std::vector<Call> calls;
      if (ms == 1069) calls.push_back({ms, "a", "", false});  // idle: pairs begin at odd places
      for (int user = 0; user < 3000; ++user) calls.push_back({ms, fmt::format("u{}", user), ""});
      world.engine.push(batch_of(calls));
    }
    world.engine.finish();
    EXPECT_GT(world.calls, 6u);
    const std::vector<std::string> told = world.take();
    EXPECT_EQ(told.size(), 3u * 3000 + 1) << "idle at 1050; back, and hot, at 1069";
    if (threads == 1) alone = told;
    EXPECT_EQ(told, alone);
  }
}

TEST(Engine, AnEventExactlyAtTheWatermarkCounts) {
  Told world({.lateness = {100}});
  world.engine.push(batch_of({{1000, "a", ""}, {900, "b", ""}, {899, "c", ""}, {900, "d", ""}}));
  EXPECT_THAT(world.take(), ElementsAre("late c@899 line 3"));
  EXPECT_EQ(world.engine.stats().late, 1u);
  EXPECT_EQ(world.engine.stats().events, 3u);
  EXPECT_EQ(world.engine.stats().waiting, 3u) << "900 may still get more";
  world.engine.finish();
  EXPECT_EQ(world.engine.stats().users, 3u);
  EXPECT_EQ(world.engine.stats().waiting, 0u);
}

TEST(Engine, AnAdvanceSettlesUpToAndAtItsInstant) {
  Told world;
  world.engine.push(batch_of({{1000, "a", ""}}));
  world.engine.advance_to({1049});
  EXPECT_THAT(world.take(), IsEmpty());
  world.engine.advance_to({1050});
  EXPECT_THAT(world.take(), ElementsAre("a@1050 +idle"));
  world.engine.push(batch_of({{1050, "a", ""}, {1051, "a", ""}}));
  EXPECT_THAT(world.take(), ElementsAre("late a@1050 line 1"));
  world.engine.finish();
  EXPECT_THAT(world.take(), ElementsAre("a@1051 -idle", "a@1051 +zz_hot"));
}

TEST(Engine, WithAllLatenessAnAdvanceLeavesLaterEventsWaiting) {
  Told world({.lateness = kLatenessAll});
  world.engine.push(batch_of({{5000, "a", ""}, {1000, "b", ""}}));
  EXPECT_EQ(world.engine.stats().waiting, 2u);
  world.engine.advance_to({2000});
  EXPECT_THAT(world.take(), ElementsAre("b@1050 +idle"));
  EXPECT_EQ(world.engine.stats().waiting, 1u);
  world.engine.push(batch_of({{4990, "a", ""}}));
  world.engine.finish();
  EXPECT_THAT(world.take(), ElementsAre("a@5000 +zz_hot"));
}

TEST(Engine, StopsAnswerAsOfTheirInstant) {
  for (const Duration lateness : {Duration{0}, Duration{700}, kLatenessAll}) {
    Told world({.threads = 2, .lateness = lateness});
    for (const int64_t ms : {1049, 500, 9000, 1100, 1050, 1099}) {
      EXPECT_TRUE(world.engine.stop_at({ms}).ok());
    }
    world.engine.push(batch_of({{1000, "a", ""}, {1000, "b", ""}, {1030, "a", ""}}));
    world.engine.push(batch_of({{1100, "c", ""}, {1100, "a", ""}}));
    world.engine.push(batch_of({{1101, "d", ""}}));
    world.engine.finish();
    std::vector<std::string> stops = world.take();
    std::erase_if(stops, [](const std::string& text) { return !text.starts_with("stop"); });
    EXPECT_THAT(stops,
                ElementsAre("stop 500:", "stop 1049: 0:a a=2 b=1", "stop 1050: 0:a 1:b a=2 b=1",
                            "stop 1099: 0:a 1:a 1:b a=2 b=1", "stop 1100: 0:a 1:b a=2 b=0 c=1",
                            "stop 9000: 1:a 1:b 1:c 1:d a=0 b=0 c=0 d=0"));
  }
}

TEST(Engine, AStopBehindWhatIsSettledIsRefused) {
  Told world;
  world.engine.push(batch_of({{1000, "a", ""}}));
  world.engine.advance_to({1020});
  EXPECT_EQ(world.engine.stop_at({1019}).error().code, Errc::kTooLate);
  EXPECT_TRUE(world.engine.stop_at({1020}).ok());
  world.engine.advance_to({1021});
  EXPECT_THAT(world.take(), ElementsAre("stop 1020: a=1"));
}

TEST(Engine, CopiesAreDroppedAndCounted) {
  Told world({.lateness = {1000}});
  world.engine.push(batch_of({{1000, "a", "m"},
                              {1000, "a", "m"},
                              {1000, "b", "m"},
                              {1010, "c", ""},
                              {1010, "c", ""},
                              {1000, "a", "m"}}));
  world.engine.finish();
  EXPECT_THAT(world.take(), ElementsAre("c@1010 +zz_hot"));
  EXPECT_EQ(world.engine.stats().duplicates, 2u);
}

TEST(Engine, CopiesStampedAnewAreDroppedWithinTheTimeAskedFor) {
  for (const bool dedupe : {false, true}) {
    Told world({.dedupe = dedupe ? std::optional(Duration{20}) : std::nullopt});
    world.engine.push(batch_of({{1000, "a", "m"}, {1020, "a", "m"}, {1100, "a", "m"}}));
    world.engine.finish();
    const std::vector<std::string> told = world.take();
    EXPECT_EQ(std::count(told.begin(), told.end(), "a@1020 +zz_hot"), dedupe ? 0 : 1);
    EXPECT_EQ(world.engine.stats().duplicates, dedupe ? 1u : 0u);
  }
}

TEST(Engine, AnswersForOneUser) {
  Told world;
  world.engine.push(batch_of({{1000, "a", ""}, {1000, "a", ""}}));
  world.engine.finish();
  EXPECT_TRUE(world.engine.is_member("a", 0));
  EXPECT_FALSE(world.engine.is_member("a", 1));
  EXPECT_EQ(world.engine.score_of("a", 0), 2);
  EXPECT_FALSE(world.engine.is_member("nobody", 0));
  EXPECT_EQ(world.engine.score_of("nobody", 0), 0);
}

TEST(Engine, NothingIsSettledOfNothing) {
  Told world({.threads = 4});
  EXPECT_TRUE(world.engine.stop_at({77}).ok());
  world.engine.push(EventBatch());
  world.engine.finish();
  EXPECT_THAT(world.take(), ElementsAre("stop 77:"));
}

TEST(Engine, TheClockMayRunOnForAges) {
  Told world;
  world.engine.push(batch_of({{1000, "a", ""}}));
  world.engine.finish(kInstantEnd);
  EXPECT_THAT(world.take(), ElementsAre("a@1050 +idle"));
}

/// Calls of a few users, many at one instant, some days apart.
std::vector<Call> random_calls(std::mt19937& random, size_t count) {
  std::vector<Call> calls;
  int64_t ms = 1'000'000;
  for (size_t i = 0; i < count; ++i) {
    if (random() % 3 != 0) ms += random() % 40;
    if (random() % 200 == 0) ms += kDayMs;
    Call call{ms, "user" + std::to_string(random() % 9), "m" + std::to_string(i),
              random() % 5 != 0};
    if (!calls.empty() && random() % 20 == 0) call = calls.back();  // a copy
    calls.push_back(call);
  }
  return calls;
}

/// What one user's changes are by the pure calls alone.
std::vector<std::string> expected_changes(const std::vector<Call>& calls, int64_t until_ms) {
  std::map<std::string, std::map<int64_t, std::vector<Call>>> by_user;
  for (const Call& call : calls) by_user[call.user][call.ms].push_back(call);
  std::vector<std::tuple<int64_t, std::string, std::string, std::string>> all;
  for (const auto& [user, instants] : by_user) {
    Blob blob;
    std::vector<Transition> out;
    std::vector<EventBatch> batches;
    for (const auto& [ms, at_once] : instants) {
      batches.push_back(batch_of(at_once));
      EXPECT_TRUE(apply(*program(), blob, batches.back().events, out).ok());
    }
    advance(*program(), blob, user, {until_ms}, out);
    for (const Transition& change : out) {
      const char* const name = change.segment == 0 ? "zz_hot" : "idle";
      all.emplace_back(
          change.at.ms, user, name,
          fmt::format("{}@{} {}{}", user, change.at.ms, change.entered ? '+' : '-', name));
    }
  }
  std::sort(all.begin(), all.end());
  std::vector<std::string> texts;
  for (const auto& [ms, user, name, text] : all) texts.push_back(text);
  return texts;
}

TEST(Engine, ThreadsBatchesAndOrderWithinTheLatenessChangeNothing) {
  std::mt19937 random(11);
  for (int round = 0; round < 30; ++round) {
    std::vector<Call> calls = random_calls(random, 2000);
    const int64_t until_ms = calls.back().ms + 1000;
    const std::vector<std::string> want = expected_changes(calls, until_ms);
    ASSERT_GT(want.size(), 300u);

    // Each event is moved back by up to the lateness.
    const int64_t lateness_ms = round % 3 == 0 ? 0 : 500;
    std::vector<std::tuple<int64_t, size_t, Call>> arrivals;
    for (const Call& call : calls) {
      const auto shift_ms = static_cast<int64_t>(random() % (lateness_ms + 1));
      arrivals.emplace_back(call.ms + shift_ms, arrivals.size(), call);
    }
    std::sort(arrivals.begin(), arrivals.end(), [](const auto& a, const auto& b) {
      return std::tie(std::get<0>(a), std::get<1>(a)) < std::tie(std::get<0>(b), std::get<1>(b));
    });
    for (const uint32_t threads : {1u, 2u, 5u}) {
      for (const Duration lateness : {Duration{lateness_ms}, kLatenessAll}) {
        Told world({.threads = threads, .lateness = lateness});
        for (size_t begin = 0; begin < arrivals.size();) {
          std::vector<Call> batch;
          for (size_t size = 1 + random() % 100; size > 0 && begin < arrivals.size(); --size) {
            batch.push_back(std::get<Call>(arrivals[begin++]));
          }
          world.engine.push(batch_of(batch));
        }
        world.engine.finish({until_ms});
        ASSERT_EQ(world.take(), want) << threads << " " << lateness.ms;
        EXPECT_EQ(world.engine.stats().late, 0u);
        EXPECT_EQ(world.engine.stats().changes, want.size());
      }
    }
  }
}

}  // namespace
}  // namespace segue
