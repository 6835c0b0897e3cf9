// Engines that have less memory than their users need answer as those that have more.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "runtime/engine/engine.h"
#include "runtime/engine/test_program.h"

namespace segue {
namespace {

using testing::HasSubstr;

/// States in a map; calls fail when they are told to.
class FakeCold final : public ColdStates {
 public:
  uint32_t add_table() override { return tables_++; }
  Status put(uint32_t table, std::span<const State> states) override {
    const std::lock_guard lock(mutex_);
    if (puts_fail) return Error{Errc::kUnreadable, "No space left on device"};
    for (const State& state : states) {
      largest = std::max(largest, state.bytes.size());
      states_[{table, state.number}].assign(reinterpret_cast<const char*>(state.bytes.data()),
                                            state.bytes.size());
    }
    return {};
  }
  Status get(uint32_t table, uint32_t number, std::string& into) override {
    const std::lock_guard lock(mutex_);
    if (gets_left && (*gets_left)-- == 0) {
      gets_left = 0;
      return Error{Errc::kUnreadable, "Input/output error"};
    }
    const auto found = states_.find({table, number});
    if (found == states_.end()) return Error{Errc::kCorrupt, "it is not there"};
    into = found->second;
    return {};
  }
  Status remove(uint32_t table, uint32_t number) override {
    const std::lock_guard lock(mutex_);
    states_.erase({table, number});
    return {};
  }
  Status remove_table(uint32_t table) override {
    const std::lock_guard lock(mutex_);
    std::erase_if(states_, [&](const auto& state) { return state.first.first == table; });
    return {};
  }
  bool has_any_of(uint32_t table) const {
    const auto first = states_.lower_bound({table, 0});
    return first != states_.end() && first->first.first == table;
  }
  void cut_short() {
    for (auto& [place, state] : states_) state.pop_back();
  }

  bool puts_fail = false;
  std::optional<uint64_t> gets_left;  // until they fail
  size_t largest = 0;

 private:
  std::mutex mutex_;
  uint32_t tables_ = 0;
  std::map<std::pair<uint32_t, uint32_t>, std::string> states_;
};

/// Sums and counts over a log that grows with each event.
std::shared_ptr<const Program> growing_program() {
  return program_of(R"(
layout words 2 fixed 128 growing 1 max 16777216
window 0 rolling 1000000000 0
window 1 rolling 700 0
kind-set 0 2
slot 0 property "x"
kind 0
kind 1
kind 2 name "view" slots 0 streams 0 chunks 0
stream 0 name "view" cells 0
  kind-in k0
cell 0 log source 0 horizon 1000000000 value X at 72 bytes 16
  slot 0
  sum-of
node 0 B place 0 timed segment 0
  log-sum c0 w0
  sum-less 5
node 1 B place 1 timed segment 1
  log-sum c0 w1
  sum-less 3
chunk 0 first 0 count 2 timed
segment 0 name "poor" node 0
segment 1 name "calm" node 1
)");
}

class Told : public EngineListener {
 public:
  Told(std::shared_ptr<const Program> of, EngineOptions options)
      : program_(std::move(of)), options_(options) {
    make();
  }

  void on_changes(std::span<const Change> changes) override {
    for (const Change& change : changes) {
      told += fmt::format("{}@{} {}{}{}\n", change.user, change.at.ms, change.entered ? '+' : '-',
                          engine->segment_name(change.segment),
                          change.cause == Cause::kDeploy ? " deploy" : "");
    }
  }
  void on_stop(Instant at) override { told += fmt::format("stop {}\n", at.ms) + members(); }

  std::string members() const {
    std::string text;
    const auto members = engine->members();
    for (uint32_t segment = 0; segment < members.size(); ++segment) {
      EXPECT_EQ(engine->member_count(segment), static_cast<int64_t>(members[segment].size()));
      for (const auto& user : members[segment]) {
        text += fmt::format("{} ", user);
        EXPECT_TRUE(engine->is_member(user, segment));
      }
      text += fmt::format("in {}\n", segment);
    }
    for (uint32_t score = 0; score < program_->view().scores.size(); ++score) {
      for (const auto& [user, value] : engine->scores(score)) {
        text += fmt::format("{}={} ", user, value);
        EXPECT_EQ(engine->score_of(user, score), value);
      }
    }
    return text;
  }

  /// What changed is written over what was kept before, and all of it read into a new engine.
  void put_away_and_take_out() {
    const auto keep = [&](std::string_view id, std::span<const std::byte> state) {
      kept_[std::string(id)].assign(state.begin(), state.end());
      if (state.empty()) kept_.erase(std::string(id));  // merged or deleted
    };
    const std::string rest = engine->save(keep, true);
    make();
    ASSERT_TRUE(engine->restore(rest).ok());
    for (const auto& [id, state] : kept_) ASSERT_TRUE(engine->restore_user(id, state).ok());
  }

  /// A process that ends has lost what is not kept, so `put_away_and_take_out` is of it.
  void deploy(std::shared_ptr<const Program> next) {
    program_ = std::move(next);
    ASSERT_TRUE(engine->deploy(program_).ok());
  }

  std::string told;
  FakeCold cold;
  std::unique_ptr<Engine> engine;

 private:
  void make() {
    engine = std::make_unique<Engine>(program_, options_, *this);
    engine->keep_cold_in(cold);
    engine->track_changed_users();
  }

  std::shared_ptr<const Program> program_;
  EngineOptions options_;
  std::map<std::string, std::vector<std::byte>> kept_;
};

EventBatch views(std::mt19937& random, int64_t& now_ms, int users, int count,
                 bool with_calls = false) {
  EventBatch batch;
  for (int i = 0; i < count; ++i) {
    now_ms += random() % 3 == 0 ? 0 : static_cast<int64_t>(random() % 4);
    Event event;
    event.at = {now_ms};
    event.kind = random() % 8 == 0 ? kOtherKind : KindId{2};
    event.name = event.kind == kOtherKind ? "other" : "view";
    // Some come often, most seldom.
    const auto most = static_cast<uint32_t>(users);
    const auto who = random() % 2 == 0 ? random() % 10 : random() % most;
    event.user = batch.arena->copy(fmt::format("user {}", who));
    event.tie = batch.arena->copy(fmt::format("m{}", i));
    if (with_calls && random() % 30 == 0) {
      event.kind = random() % 2 == 0 ? kAliasKind : kDeleteKind;
      event.name = batch.arena->copy(fmt::format("user {}", random() % most));
      batch.has_identity_calls = true;
    }
    batch.events.push_back(event);
  }
  return batch;
}

struct Outcome {
  std::string told;
  ResidenceStats residence;
};

Outcome run(uint32_t seed, EngineOptions options, bool is_kept, bool deploys = false) {
  std::mt19937 random(seed);
  Told world(program(), options);
  int64_t now_ms = 10'000;
  for (int turn = 0; turn < 30; ++turn) {
    const Status stop = turn % 5 == 3 ? world.engine->stop_at({now_ms + 10}) : Status();
    EXPECT_TRUE(stop.ok());
    world.engine->push(views(random, now_ms, 400, 300, seed % 2 == 0));
    if (turn % 7 == 6) {
      now_ms += static_cast<int64_t>(random() % 200);
      world.engine->advance_to({now_ms});
    }
    if (deploys && turn % 8 == 4) world.deploy(turn % 16 == 4 ? other_program() : program());
    if (is_kept && turn % 6 == 2) world.put_away_and_take_out();
  }
  world.engine->finish({now_ms + 500});
  EXPECT_TRUE(world.engine->trouble().ok());
  const EngineStats stats = world.engine->stats();
  world.told += fmt::format("{} users, {} changes\n", stats.users, stats.changes);
  world.told += world.members();
  return {std::move(world.told), stats.residence};
}

TEST(ColdUsers, ChangeNoAnswer) {
  for (uint32_t seed = 1; seed <= 6; ++seed) {
    for (const uint32_t threads : {1u, 4u}) {
      const std::string plain = run(seed, {.threads = threads}, false).told;
      for (const size_t bytes : {size_t{1}, size_t{2'000}, size_t{20'000}}) {
        const EngineOptions bounded{.threads = threads, .state_bytes_max = bytes};
        for (const bool is_kept : {false, true}) {
          const Outcome outcome = run(seed, bounded, is_kept);
          EXPECT_EQ(outcome.told, plain) << seed << " " << threads << " " << bytes << is_kept;
          EXPECT_GT(outcome.residence.evicted, 200u);
          EXPECT_GT(outcome.residence.misses, 200u);
          EXPECT_TRUE(outcome.residence.hits > 0 || bytes == 1);
          EXPECT_EQ(outcome.residence.failed_puts, 0u);
        }
      }
    }
  }
}

/// Users are carried over to another program from memory and from outside, by turns.
TEST(ColdUsers, AreCarriedOver) {
  for (const uint32_t seed : {2u, 3u}) {
    const std::string plain = run(seed, {.threads = 1}, false, true).told;
    EXPECT_THAT(plain, HasSubstr(" deploy\n"));
    for (const uint32_t threads : {1u, 4u}) {
      for (const size_t bytes : {size_t{0}, size_t{1}, size_t{2'000}, size_t{20'000}}) {
        for (const size_t carried : {size_t{1}, size_t{300}}) {
          const EngineOptions bounded{
              .threads = threads, .state_bytes_max = bytes, .carried_bytes_a_call = carried};
          const Outcome outcome = run(seed, bounded, seed % 3 == 0, true);
          EXPECT_EQ(outcome.told, plain) << seed << " " << threads << " " << bytes;
          EXPECT_TRUE(bytes == 0 || outcome.residence.misses > 100);
        }
      }
    }
  }
}

/// Both tables share the bound while users go from one to the other.
TEST(ColdUsers, MemoryHoldsNoMoreWhileTheyAreCarriedOver) {
  Told world(program(), {.state_bytes_max = 10'000, .carried_bytes_a_call = 2'000});
  std::mt19937 random(1);
  int64_t now_ms = 10'000;
  for (int turn = 0; turn < 10; ++turn) world.engine->push(views(random, now_ms, 1'000, 200));
  world.deploy(other_program());
  bool deploying = true;
  for (int turn = 0; turn < 2'000 && deploying; ++turn) {
    deploying = world.engine->is_deploying();
    EXPECT_EQ(deploying || turn > 3, true);
    const EngineStats stats = world.engine->stats();
    EXPECT_LE(stats.state_bytes - stats.residence.cold_bytes, 10'000u + 2 * 200u);
    world.engine->push(views(random, now_ms, 1'000, 20));
  }
  EXPECT_FALSE(deploying);
  EXPECT_FALSE(world.cold.has_any_of(0)) << "of the program before";
  EXPECT_TRUE(world.cold.has_any_of(1));
}

TEST(ColdUsers, WhoCannotBeReadToBeCarriedOverEndsTheEngine) {
  for (const uint64_t gets : {uint64_t{0}, uint64_t{7}, uint64_t{100}}) {
    for (const uint32_t threads : {1u, 4u}) {
      Told world(program(), {.threads = threads, .state_bytes_max = 3'000});
      std::mt19937 random(5);
      int64_t now_ms = 10'000;
      for (int turn = 0; turn < 10; ++turn) world.engine->push(views(random, now_ms, 400, 300));
      const std::string told = world.told;
      world.deploy(other_program());
      world.cold.gets_left = gets;
      world.engine->finish({now_ms + 500});
      EXPECT_EQ(world.engine->trouble().error().message, "Input/output error");
      EXPECT_TRUE(world.told == told) << "nothing of the deploy is told";
      EXPECT_FALSE(world.engine->deploy(program()).ok());
    }
  }
}

/// The bound is kept but for the two states at work.
TEST(ColdUsers, MemoryHoldsNoMoreThanItMay) {
  Told world(program(), {.state_bytes_max = 10'000});
  std::mt19937 random(1);
  int64_t now_ms = 10'000;
  for (int turn = 0; turn < 20; ++turn) {
    world.engine->push(views(random, now_ms, 1'000, 200));
    const EngineStats stats = world.engine->stats();
    EXPECT_LE(stats.state_bytes - stats.residence.cold_bytes, 10'000u);
  }
  EXPECT_GT(world.engine->stats().state_bytes, 30'000u);
}

/// Who was asked for since the hand passed stays for another round, and so do the last two.
TEST(ColdUsers, WhoIsSeldomAskedForLeaves) {
  FakeCold cold;
  Residents residents({.bytes = 1, .cold = &cold});
  const auto all_are_here = [](uint32_t) { return true; };
  for (uint32_t number = 0; number < 10; ++number) residents.add(number);
  residents.ask(0);
  residents.ask(9);
  std::vector<uint32_t> left = {residents.next(all_are_here)};
  for (const uint32_t often : {1u, 2u, 3u, 4u}) {
    if (often != left[0]) residents.use(often);
  }
  while (left.size() < 4) left.push_back(residents.next(all_are_here));
  for (const uint32_t number : left) {
    EXPECT_TRUE(number == left[0] || (number > 4 && number < 9)) << number;
  }
  while (left.back() != Residents::kNone) left.push_back(residents.next(all_are_here));
  EXPECT_EQ(left.size(), 9u) << "eight, and then none";
  EXPECT_THAT(left, testing::Not(testing::Contains(0u)));
  EXPECT_THAT(left, testing::Not(testing::Contains(9u)));
  residents.ask(1);
  residents.ask(2);
  EXPECT_EQ(residents.next([](uint32_t number) { return number != 0; }), 9u) << "0 has gone";
}

/// States that grow until they are mappings of their own, put out and brought back in between.
std::string run_large(EngineOptions options, ResidenceStats& residence, size_t& largest) {
  Told world(growing_program(), options);
  int64_t now_ms = 10'000;
  for (int turn = 0; turn < 60; ++turn) {
    EventBatch batch;
    const auto add = [&](std::string_view user) {
      Event event;
      event.at = {++now_ms};
      event.kind = KindId{2};
      event.name = "view";
      event.user = batch.arena->copy(user);
      const std::span<Value> slots = batch.arena->make<Value>(1);
      slots[0] = number_from_text("1");
      event.slots = slots;
      event.tie = "m";
      batch.events.push_back(event);
    };
    for (int i = 0; i < 600; ++i) add(fmt::format("large {}", turn % 2));
    for (int i = 0; i < 100; ++i) add(fmt::format("small {}", (turn * 37 + i) % 300));
    world.engine->push(std::move(batch));
    if (turn == 30) world.put_away_and_take_out();
  }
  world.engine->finish();
  EXPECT_TRUE(world.engine->trouble().ok());
  residence = world.engine->stats().residence;
  largest = world.cold.largest;
  return world.told + world.members();
}

TEST(ColdUsers, MayBeLargeOnes) {
  ResidenceStats none, residence;
  size_t largest = 0;
  const std::string plain = run_large({}, none, largest);
  EXPECT_EQ(none.hits + none.misses + none.evicted, 0u);
  EXPECT_THAT(plain, HasSubstr("large 1@"));
  EXPECT_EQ(run_large({.state_bytes_max = 50'000}, residence, largest), plain);
  EXPECT_GT(residence.misses, 500u);
  EXPECT_GT(largest, size_t{256} << 10) << "mappings were put out";
}

/// What cannot be put out stays in memory, which is told; later it may leave.
TEST(ColdUsers, StayWhileTheyCannotBePutOut) {
  std::mt19937 random(3);
  Told world(program(), {.state_bytes_max = 5'000});
  world.cold.puts_fail = true;
  int64_t now_ms = 10'000;
  world.engine->push(views(random, now_ms, 400, 600));
  EngineStats stats = world.engine->stats();
  EXPECT_EQ(stats.residence.evicted, 0u);
  EXPECT_GT(stats.residence.failed_puts, 0u);
  EXPECT_LT(stats.residence.failed_puts, 100u) << "not at every event";
  EXPECT_THAT(stats.residence.last_failure, HasSubstr("No space left"));
  EXPECT_GT(stats.state_bytes, 5'000u);
  EXPECT_TRUE(world.engine->trouble().ok());
  world.cold.puts_fail = false;
  world.engine->push(views(random, now_ms, 2'000, 2'000));
  stats = world.engine->stats();
  EXPECT_LE(stats.state_bytes - stats.residence.cold_bytes, 5'000u);
}

/// After a state could not be read nothing more is told, whatever is asked.
TEST(ColdUsers, WhoCannotBeReadEndsTheEngine) {
  for (const uint64_t gets : {uint64_t{0}, uint64_t{7}, uint64_t{100}}) {
    for (const uint32_t threads : {1u, 4u}) {
      const EngineOptions options{.threads = threads, .state_bytes_max = 3'000};
      Told whole(program(), options), cut(program(), options);
      cut.cold.gets_left = gets;
      std::mt19937 random(5);
      int64_t now_ms = 10'000;
      for (int turn = 0; turn < 10; ++turn) {
        std::mt19937 again = random;
        int64_t again_ms = now_ms;
        whole.engine->push(views(random, now_ms, 400, 300));
        cut.engine->push(views(again, again_ms, 400, 300));
      }
      EXPECT_TRUE(cut.engine->stop_at({now_ms + 500}).ok());
      whole.engine->finish({now_ms + 500});
      cut.engine->finish({now_ms + 500});
      const Status trouble = cut.engine->trouble();
      ASSERT_FALSE(trouble.ok());
      EXPECT_EQ(trouble.error().message, "Input/output error");
      EXPECT_TRUE(whole.told.starts_with(cut.told)) << "what was told until then was right";
      EXPECT_LT(cut.told.size(), whole.told.size());
    }
  }
}

TEST(ColdUsers, WhoIsNotWhatWasPutOutIsCorrupt) {
  Told world(program(), {.state_bytes_max = 3'000});
  std::mt19937 random(5);
  int64_t now_ms = 10'000;
  world.engine->push(views(random, now_ms, 400, 2'000));
  world.cold.cut_short();
  world.engine->members();
  ASSERT_FALSE(world.engine->trouble().ok());
  EXPECT_EQ(world.engine->trouble().error().code, Errc::kCorrupt);
}

}  // namespace
}  // namespace segue
