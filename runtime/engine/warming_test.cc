#include "runtime/engine/warming.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "runtime/engine/engine.h"
#include "runtime/engine/test_program.h"

namespace segue {
namespace {

constexpr int kUsers = 30;
constexpr int64_t kWarmAtMs = 1280;

/// `idle` of the tests' program is another segment in it: any other event within 80 ms.
std::shared_ptr<const Program> idle_anew() {
  std::string rules = kOtherTestRules;
  rules.replace(rules.find("\"other\" node 2"), 7, "\"idle\"");
  return program_of(rules.c_str());
}

std::string user_of(int number) { return fmt::format("user {:02}", number); }

EventBatch one(int64_t at_ms, KindId kind, const std::string& user, const char* name) {
  EventBatch batch;
  Event event;
  event.at = {at_ms};
  event.kind = kind;
  event.name = name;
  event.user = batch.arena->copy(user);
  batch.events.push_back(event);
  batch.has_identity_calls = is_identity_call(kind);
  return batch;
}

/// Users who are all idle, of a segment that is another one from then on, a millisecond before it
/// is to answer.
class AboutToAnswer : public EngineListener {
 public:
  explicit AboutToAnswer(uint32_t threads)
      : engine(program(), {.threads = threads, .carried_bytes_a_call = 1}, *this) {
    for (int i = 0; i < kUsers; ++i) engine.push(one(1000 + i, KindId{2}, user_of(i), "view"));
    engine.advance_to({1200});
    EXPECT_TRUE(engine.deploy(idle_anew()).ok());
    engine.finish_deploy();
    engine.advance_to({kWarmAtMs - 1});
    EXPECT_FALSE(engine.is_deploying());
    told.clear();
  }

  void on_changes(std::span<const Change> changes) override {
    for (const Change& change : changes) {
      told.push_back(fmt::format("{}@{} {}{}{}", change.user, change.at.ms,
                                 change.entered ? '+' : '-', engine.segment_name(change.segment),
                                 change.cause == Cause::kDeploy ? " deploy" : ""));
    }
  }

  Engine engine;
  std::vector<std::string> told;
};

std::string left(int user) { return user_of(user) + "@1280 -idle deploy"; }

TEST(Warming, EndsUserByUser) {
  for (const uint32_t threads : {1u, 3u}) {
    AboutToAnswer world(threads);
    int64_t now_ms = kWarmAtMs;
    world.engine.advance_to({now_ms});
    EXPECT_TRUE(world.engine.is_deploying());
    // The last of all, and what it was is told before what it is.
    world.engine.push(one(++now_ms, kOtherKind, user_of(kUsers - 1), "other"));
    EXPECT_THAT(world.told, testing::IsEmpty()) << "in order, so not yet";
    int calls = 0;
    for (; world.engine.is_deploying(); ++calls) world.engine.advance_to({++now_ms});
    EXPECT_GE(calls, kUsers / static_cast<int>(threads) / 2);
    std::vector<std::string> expected;
    for (int i = 0; i < kUsers; ++i) expected.push_back(left(i));
    expected.push_back(user_of(kUsers - 1) + "@1281 +idle");
    EXPECT_EQ(world.told, expected) << threads;
    EXPECT_EQ(world.engine.member_count(1), 0);
    EXPECT_EQ(world.engine.member_count(2), 1);
  }
}

TEST(Warming, EndsBeforeAnythingIsAskedOrSaved) {
  AboutToAnswer asked(1);
  asked.engine.advance_to({kWarmAtMs});
  EXPECT_FALSE(asked.engine.is_member(user_of(7), 2));
  EXPECT_EQ(asked.told.size(), size_t{kUsers});
  AboutToAnswer saved(1);
  saved.engine.advance_to({kWarmAtMs});
  saved.engine.save([](std::string_view, std::span<const std::byte>) {}, false);
  EXPECT_EQ(saved.told.size(), size_t{kUsers});
}

/// The ids of who leaves are written over when all has been told.
TEST(Warming, EndsAtTheInstantOfADelete) {
  AboutToAnswer world(1);
  int64_t now_ms = kWarmAtMs;
  world.engine.push(one(now_ms, kDeleteKind, user_of(3), ""));
  world.engine.advance_to({now_ms});
  EXPECT_THAT(world.told, testing::IsEmpty()) << "in order, so not yet";
  while (world.engine.is_deploying()) world.engine.advance_to({++now_ms});
  std::vector<std::string> expected;
  for (int i = 0; i < kUsers; ++i) {
    expected.push_back(i == 3 ? user_of(3) + "@1280 -idle" : left(i));
  }
  EXPECT_EQ(world.told, expected);
}

TEST(Warming, EndsWithinOneLongCall) {
  AboutToAnswer world(1);
  world.engine.advance_to({kWarmAtMs + 10'000});
  world.engine.finish({});
  std::vector<std::string> expected;
  for (int i = 0; i < kUsers; ++i) expected.push_back(left(i));
  EXPECT_EQ(world.told, expected);
}

}  // namespace
}  // namespace segue
