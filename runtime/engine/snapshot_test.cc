#include "runtime/engine/snapshot.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "runtime/engine/engine.h"
#include "runtime/engine/test_program.h"

namespace segue {
namespace {

/// An engine that can be put away and taken out again between any two calls.
class Kept : public EngineListener {
 public:
  explicit Kept(EngineOptions options) { make(options); }

  void on_changes(std::span<const Change> changes) override {
    for (const Change& change : changes) {
      told += fmt::format("{}@{} {}{}\n", change.user, change.at.ms, change.entered ? '+' : '-',
                          change.segment);
    }
  }
  void on_late(const Event& event, const Origin*) override {
    told += fmt::format("late {}@{}\n", event.user, event.at.ms);
  }

  /// What changed is written over what was kept before, and all of it read into a new engine.
  void put_away_and_take_out(EngineOptions options) {
    const auto keep = [&](std::string_view id, std::span<const std::byte> state) {
      users_[std::string(id)].assign(state.begin(), state.end());
    };
    const std::string rest = engine->save(keep, true);
    make(options);
    ASSERT_TRUE(engine->restore(rest).ok());
    for (const auto& [id, state] : users_) ASSERT_TRUE(engine->restore_user(id, state).ok());
    EXPECT_EQ(engine->save([](auto, auto) {}, false), rest);
  }

  std::string told;
  std::unique_ptr<Engine> engine;

 private:
  void make(EngineOptions options) {
    engine = std::make_unique<Engine>(program(), options, *this);
    engine->track_changed_users();
  }

  std::map<std::string, std::vector<std::byte>> users_;
};

/// Some events, in order but for `disorder_ms`, some of them copies.
EventBatch some_events(std::mt19937& random, int64_t begin_ms, int64_t disorder_ms) {
  EventBatch batch;
  const int count = std::uniform_int_distribution<int>(0, 12)(random);
  for (int i = 0; i < count; ++i) {
    Event event;
    event.at = {begin_ms + std::uniform_int_distribution<int64_t>(-disorder_ms, 60)(random)};
    event.kind = random() % 8 == 0 ? kOtherKind : KindId{2};
    event.name = event.kind == kOtherKind ? "other" : "view";
    event.user = batch.arena->copy(fmt::format("user {}", random() % 9));
    event.has_message_id = random() % 2 == 0;
    event.tie = batch.arena->copy(fmt::format("m{}", random() % 20));
    batch.events.push_back(event);
  }
  return batch;
}

std::string run(uint32_t seed, EngineOptions options, bool is_kept) {
  std::mt19937 random(seed);
  Kept kept(options);
  int64_t now_ms = 10'000;
  for (int turn = 0; turn < 40; ++turn) {
    if (random() % 7 == 0) {
      kept.engine->advance_to({now_ms - 30});
    } else {
      kept.engine->push(some_events(random, now_ms, 80));
    }
    now_ms += static_cast<int64_t>(random() % 90);
    if (is_kept) kept.put_away_and_take_out(options);
  }
  kept.engine->finish({now_ms + 500});
  const EngineStats stats = kept.engine->stats();
  kept.told += fmt::format("{} events, {} copies, {} late, {} users, {} and {} members\n",
                           stats.events, stats.duplicates, stats.late, stats.users,
                           kept.engine->member_count(0), kept.engine->member_count(1));
  for (const auto& ids : kept.engine->members()) {
    for (const std::string_view id : ids) kept.told += fmt::format("{} ", id);
  }
  return kept.told;
}

TEST(Snapshot, AnEnginePutAwayAfterEveryCallTellsTheSame) {
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    EngineOptions options;
    options.threads = 1 + seed % 3;
    options.lateness = Duration{seed % 4 == 3 ? kLatenessAll.ms : int64_t{50} * (seed % 4)};
    if (seed % 2 == 0) options.dedupe = Duration{100};
    EXPECT_EQ(run(seed, options, true), run(seed, options, false)) << "seed " << seed;
  }
}

TEST(Snapshot, TheNumberOfThreadsMayChange) {
  std::mt19937 random(7);
  Kept kept({.threads = 2, .lateness = {100}, .dedupe = Duration{200}});
  Kept plain({.threads = 1, .lateness = {100}, .dedupe = Duration{200}});
  for (int turn = 0; turn < 30; ++turn) {
    std::mt19937 again = random;
    kept.engine->push(some_events(random, 10'000 + turn * 40, 80));
    plain.engine->push(some_events(again, 10'000 + turn * 40, 80));
    const auto threads = static_cast<uint32_t>(1 + turn % 4);
    EngineOptions options{.threads = threads, .lateness = {100}, .dedupe = Duration{200}};
    // The rest names the number of threads, so it differs from what was kept.
    std::vector<std::pair<std::string, std::vector<std::byte>>> users;
    const std::string rest = kept.engine->save(
        [&](std::string_view id, std::span<const std::byte> state) {
          users.emplace_back(id, std::vector<std::byte>(state.begin(), state.end()));
        },
        false);
    kept.engine = std::make_unique<Engine>(program(), options, kept);
    ASSERT_TRUE(kept.engine->restore(rest).ok());
    for (const auto& [id, state] : users) ASSERT_TRUE(kept.engine->restore_user(id, state).ok());
  }
  kept.engine->finish();
  plain.engine->finish();
  EXPECT_EQ(kept.told, plain.told);
  EXPECT_EQ(kept.engine->members(), plain.engine->members());
  EXPECT_EQ(kept.engine->member_count(1), plain.engine->member_count(1));
}

TEST(Snapshot, BytesThatEndTooEarlyAreRefused) {
  Kept kept({.lateness = {1000}, .dedupe = Duration{200}});
  std::mt19937 random(3);
  kept.engine->push(some_events(random, 10'000, 50));
  const std::string rest = kept.engine->save([](auto, auto) {}, false);
  for (size_t size = 0; size < rest.size(); ++size) {
    Engine engine(program(), {}, kept);
    EXPECT_FALSE(engine.restore(rest.substr(0, size)).ok()) << size;
  }
}

/// The program's identity, then the watermark's two instants and what is settled, seven counts, and
/// how many shards and segments have counts.
constexpr size_t kTimesAt = 12;
constexpr size_t kCountsAt = kTimesAt + 3 * 8 + 7 * 8;

TEST(Snapshot, TimesThatWereNeverReachedAreRefused) {
  Kept kept({});
  std::mt19937 random(3);
  kept.engine->push(some_events(random, 10'000, 50));
  const std::string rest = kept.engine->save([](auto, auto) {}, false);
  for (size_t i = 0; i < 3; ++i) {
    for (const int64_t forged_ms : {INT64_MIN, INT64_MAX, INT64_MAX / 2}) {
      std::string bytes = rest;
      std::memcpy(bytes.data() + kTimesAt + 8 * i, &forged_ms, sizeof forged_ms);
      Engine engine(program(), {}, kept);
      EXPECT_FALSE(engine.restore(bytes).ok()) << i << " " << forged_ms;
    }
  }
}

TEST(Snapshot, CountsOfMoreThanThereIsAreRefused) {
  Kept kept({});
  std::string rest = kept.engine->save([](auto, auto) {}, false);
  ASSERT_TRUE(warming_in(rest).has_value());
  // As bytes these are none, modulo 2^64.
  const uint32_t shards = uint32_t{1} << 31;
  const uint32_t segments = uint32_t{1} << 30;
  std::memcpy(rest.data() + kCountsAt, &shards, sizeof shards);
  Engine engine(program(), {}, kept);
  EXPECT_FALSE(engine.restore(rest).ok());
  std::memcpy(rest.data() + kCountsAt + sizeof shards, &segments, sizeof segments);
  const auto found = warming_in(rest);
  ASSERT_FALSE(found.has_value());
  EXPECT_NE(found.error().message.find("its counts"), std::string::npos);
}

}  // namespace
}  // namespace segue
