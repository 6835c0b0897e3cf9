// Calls about identity while users are carried over to another program: each carries over whom it
// names, and what is told is what an engine tells that has carried over all of them at once.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/engine/engine.h"
#include "runtime/engine/test_program.h"

namespace segue {
namespace {

constexpr KindId kView{2};

EventBatch& add(EventBatch& batch, int64_t at_ms, KindId kind, std::string_view user,
                std::string_view name) {
  Event event;
  event.at = {at_ms};
  event.kind = kind;
  event.name = batch.arena->copy(name);
  event.user = batch.arena->copy(user);
  event.tie = "tie";
  batch.events.push_back(event);
  batch.has_identity_calls = batch.has_identity_calls || is_identity_call(kind);
  return batch;
}

EventBatch one(int64_t at_ms, KindId kind, std::string_view user, std::string_view name = "view") {
  EventBatch batch;
  return std::move(add(batch, at_ms, kind, user, name));
}

std::string user_of(size_t number) { return fmt::format("user {:03}", number); }

/// `idle` of the tests' program is another segment in it: any other event within 80 ms.
std::shared_ptr<const Program> idle_anew() {
  std::string rules = kOtherTestRules;
  rules.replace(rules.find("\"other\" node 2"), 7, "\"idle\"");
  return program_of(rules.c_str());
}

class Told : public EngineListener {
 public:
  explicit Told(const EngineOptions& options) : engine(program(), options, *this) {
    engine.tell_users();
  }

  void on_changes(std::span<const Change> changes) override {
    for (const Change& change : changes) {
      const std::string_view name = engine.segment_name(change.segment);
      const ChangeId id = change_id(change, name, engine.deploy_mark());
      told.push_back(fmt::format("{}@{} {}{} {}", change.user, change.at.ms,
                                 change.entered ? '+' : '-', name, static_cast<int>(change.cause)));
      ids.emplace_back(id.data(), id.size());
    }
  }
  void on_user(const UserUpdate& update) override {
    auto& in = looked_up[std::string(update.id)];
    if (update.is_anew || update.is_gone) in.clear();
    for (const Transition& change : update.changes) {
      const std::string_view name = engine.segment_name(change.segment);
      if (change.entered) in[std::string(name)] = true;
      if (!change.entered) in.erase(std::string(name));
    }
    if (in.empty()) looked_up.erase(std::string(update.id));
  }

  /// All that is needed to go on, as it would be written.
  std::string saved() {
    std::map<std::string, std::string> users;
    const std::string rest = engine.save(
        [&](std::string_view id, std::span<const std::byte> state) {
          // SAFETY: any object may be looked at as chars.
          users[std::string(id)] = {reinterpret_cast<const char*>(state.data()), state.size()};
        },
        false);
    std::string all = rest;
    for (const auto& [id, state] : users) all += id + state;
    return all;
  }

  Engine engine;
  std::vector<std::string> told;
  std::vector<std::string> ids;
  std::map<std::string, std::map<std::string, bool>> looked_up;  // by user: segments
};

/// A few instants, with calls among them.
EventBatch random_batch(std::mt19937& random, int64_t& now_ms, size_t users) {
  EventBatch batch;
  for (uint32_t count = 1 + random() % 12; count > 0; --count) {
    if (random() % 3 != 0) now_ms += random() % 6;
    const std::string user = user_of(random() % users);
    const uint32_t kind = random() % 20;
    if (kind == 0) {
      add(batch, now_ms, kDeleteKind, user, "");
    } else if (kind < 3) {
      add(batch, now_ms, kAliasKind, user, user_of(random() % users));
    } else {
      add(batch, now_ms, kind < 8 ? kOtherKind : kView, user, kind < 8 ? "other" : "view");
    }
  }
  return batch;
}

struct Figures {
  uint64_t calls_meanwhile = 0;  // while users were carried over, who was known among them
  uint64_t deploy_changes = 0;
};

/// One case; `other` carries over all users at once, whenever there is anybody to carry over.
void compare(uint32_t seed, const EngineOptions& options, Figures& figures) {
  std::mt19937 random(seed);
  Told world(options);
  Told other({.threads = 1, .lateness = options.lateness});
  const size_t users = 5 + random() % 150;
  int64_t now_ms = 10'000;
  const std::vector<std::shared_ptr<const Program>> programs = {program(), other_program(),
                                                                idle_anew()};
  for (int turn = 0; turn < 60; ++turn) {
    std::mt19937 again = random;
    int64_t again_ms = now_ms;
    const bool was_deploying = world.engine.is_deploying();
    const uint64_t known = world.engine.stats().merged + world.engine.stats().deleted;
    world.engine.push(random_batch(random, now_ms, users));
    if (was_deploying && world.engine.is_deploying()) {
      figures.calls_meanwhile += world.engine.stats().merged + world.engine.stats().deleted - known;
    }
    other.engine.push(random_batch(again, again_ms, users));
    other.engine.finish_deploy();
    if (random() % 12 == 0) {
      now_ms += random() % 120;
      world.engine.advance_to({now_ms});
      other.engine.advance_to({now_ms});
      other.engine.finish_deploy();
    }
    if (random() % 12 != 0) continue;
    const auto& next = programs[random() % programs.size()];
    ASSERT_TRUE(world.engine.deploy(next).ok());
    ASSERT_TRUE(other.engine.deploy(next).ok());
    other.engine.finish_deploy();
  }
  world.engine.finish({now_ms + 500});
  other.engine.finish({now_ms + 500});
  ASSERT_EQ(world.told, other.told) << "seed " << seed;
  ASSERT_EQ(world.ids, other.ids) << "seed " << seed;
  ASSERT_EQ(world.looked_up, other.looked_up) << "seed " << seed;
  if (options.threads == 1) {
    EXPECT_EQ(world.saved(), other.saved()) << "seed " << seed;
  }
  for (const std::string& text : world.told) {
    figures.deploy_changes += text.ends_with(std::to_string(static_cast<int>(Cause::kDeploy)));
  }
}

/// `SEGUE_SEED` chooses other cases.
TEST(CallsWhileCarried, TellWhatTheyTellWhenAllAreCarriedOver) {
  const char* const seed_text = getenv("SEGUE_SEED");
  const uint32_t first =
      seed_text == nullptr ? 0 : 1000 * static_cast<uint32_t>(strtoul(seed_text, nullptr, 10));
  for (const uint32_t threads : {1u, 3u}) {
    Figures figures;
    for (uint32_t seed = first; seed < first + 50 && !HasFailure(); ++seed) {
      const EngineOptions options{.threads = threads,
                                  .lateness = Duration{seed % 3 == 0 ? 15 : 0},
                                  .carried_bytes_a_call = seed % 2 == 0 ? size_t{1} : size_t{400}};
      compare(seed, options, figures);
    }
    EXPECT_GT(figures.calls_meanwhile, 100u) << "else little is shown";
    EXPECT_GT(figures.deploy_changes, 1'000u);
  }
}

/// Users who are all idle, and then members of nothing until they are carried over.
class Idle : public Told {
 public:
  explicit Idle(size_t users, uint32_t threads = 1)
      : Told({.threads = threads, .carried_bytes_a_call = 1}) {
    for (size_t i = 0; i < users; ++i) engine.push(one(1000, kView, user_of(i)));
    engine.advance_to({1200});
    told.clear();
    EXPECT_TRUE(engine.deploy(other_program()).ok());
  }

  int finish() {
    int calls = 0;
    for (int64_t now_ms = 2000; engine.is_deploying(); ++calls) engine.advance_to({++now_ms});
    return calls;
  }
};

TEST(CallsWhileCarried, CarryOverWhomTheyName) {
  constexpr size_t kUsers = 500;
  for (const uint32_t threads : {1u, 2u}) {
    Idle world(kUsers, threads);
    EventBatch batch;
    for (const size_t last : {kUsers - 1, kUsers - 2}) {
      add(batch, 1201, kDeleteKind, user_of(last), "");
      add(batch, 1201, kAliasKind, user_of(last - 10), user_of(last - 20));
    }
    world.engine.push(std::move(batch));
    world.engine.advance_to({1201});
    EXPECT_THAT(world.told, testing::IsEmpty()) << "in order, so not yet";
    EXPECT_EQ(world.engine.stats().users, kUsers - 4);
    EXPECT_GE(world.finish(), static_cast<int>(kUsers / threads) - 20);
    std::vector<std::string> expected;
    for (size_t i = 0; i < kUsers; ++i) expected.push_back(user_of(i) + "@1200 -idle 5");
    EXPECT_EQ(world.told, expected) << "those who are gone among them, by their names";
  }
}

TEST(CallsWhileCarried, WhoWasDeletedBeginsAnew) {
  for (const size_t who : {size_t{0}, size_t{3}, size_t{29}}) {
    Idle world(30);
    world.engine.push(one(1201, kDeleteKind, user_of(who)));
    world.engine.push(one(1202, kView, user_of(who)));
    world.engine.push(one(1203, kView, user_of(who)));
    world.finish();
    EXPECT_EQ(world.engine.stats().users, 30u);
    EXPECT_THAT(world.told, testing::Contains(user_of(who) + "@1203 +zz_hot 0"));
    EXPECT_EQ(world.engine.member_count(1), 0) << "two views, of one after the delete";
  }
}

/// Nobody has anything to tell, and still nothing of who left is kept: the place of the id is the
/// next one's.
TEST(CallsWhileCarried, TheIdIsErasedWhenAllAreCarriedOver) {
  const std::string gone(200, 'x');
  const auto bytes_of = [&](bool carried_at_once) {
    Told world({.carried_bytes_a_call = 1});
    for (size_t i = 0; i < 20; ++i) world.engine.push(one(1000, kView, user_of(i)));
    world.engine.push(one(1000, kView, gone));
    world.engine.advance_to({1001});
    EXPECT_TRUE(world.engine.deploy(other_program()).ok());
    if (carried_at_once) world.engine.finish_deploy();
    world.engine.push(one(1002, kDeleteKind, gone));
    world.engine.advance_to({1002});
    EXPECT_EQ(world.engine.is_deploying(), !carried_at_once);
    for (int64_t now_ms = 1003; now_ms < 1040; ++now_ms) world.engine.advance_to({now_ms});
    EXPECT_FALSE(world.engine.is_deploying());
    EXPECT_THAT(world.told, testing::IsEmpty());
    world.engine.push(one(1040, kView, std::string(200, 'y')));
    world.engine.advance_to({1040});
    return world.engine.stats().table_bytes;
  };
  EXPECT_EQ(bytes_of(false), bytes_of(true));
}

/// Whose number was another's, who had been a member of a segment that warms.
TEST(CallsWhileCarried, WhatSomebodyWasIsNotWhatTheNextOneIs) {
  Told world({.lateness = Duration{20}});
  world.engine.push(one(1000, kView, "member"));
  world.engine.push(one(1100, kView, "other"));
  world.engine.push(one(1110, kView, "new"));  // waits
  world.engine.push(one(1105, kDeleteKind, "member"));
  ASSERT_TRUE(world.engine.deploy(idle_anew()).ok());
  world.engine.finish({1300});
  EXPECT_THAT(world.told, testing::ElementsAre("member@1050 +idle 1", "member@1105 -idle 4"));
  EXPECT_EQ(world.engine.member_count(2), 0);
}

/// Whoever takes over another's state in a number that was free is told of once.
TEST(CallsWhileCarried, WhoTakesOverAStateIsNotToldOfTwice) {
  for (const bool finishes : {false, true}) {
    Told world({.carried_bytes_a_call = 1});
    for (const char* user : {"a", "b", "c", "d", "gone"}) {
      world.engine.push(one(1000, kOtherKind, user, "other"));
    }
    ASSERT_TRUE(world.engine.deploy(idle_anew()).ok());
    world.engine.push(one(1001, kDeleteKind, "gone"));
    world.engine.finish_deploy();
    for (const char* user : {"a", "b", "c", "d"}) {
      world.engine.push(one(1075, kOtherKind, user, "other"));
    }
    world.engine.advance_to({1080});  // it has warmed
    ASSERT_TRUE(world.engine.is_deploying());
    if (finishes) world.engine.finish_deploy();
    world.engine.push(one(1090, kAliasKind, "e", "d"));
    world.engine.finish({1090});
    EXPECT_THAT(world.told,
                testing::ElementsAre("a@1080 +idle 5", "b@1080 +idle 5", "c@1080 +idle 5",
                                     "d@1080 +idle 5", "d@1090 -idle 3", "e@1090 +idle 3"));
    EXPECT_EQ(world.engine.member_count(2), 4);
  }
}

}  // namespace
}  // namespace segue
