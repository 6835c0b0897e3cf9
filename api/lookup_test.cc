// Lookups from other threads while an engine works.
#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>

#include "api/test_programs.h"
#include "segue/engine.h"
#include "segue/event.h"

namespace segue {
namespace {

using testing::IsEmpty;

// 70 segments that hold together or not at all, in two words.
std::shared_ptr<const CompiledProgram> twins() {
  std::string rules = "event on\n";
  for (int i = 0; i < 70; ++i) rules += "segment s" + std::to_string(i) + " = on within 1h\n";
  return program_of(rules);
}

/// A score of a window, one of a half-life that turns `hot` between two events, one that reads
/// another, one of arithmetic that stands still for some time.
std::shared_ptr<const CompiledProgram> scored() {
  return program_of(R"(
event on
event off
score seen { within 90m
  +1 on }
score heat { half_life 1h
  +8 on
  -3 off }
score sum { half_life 45m
  min 0 max 40
  +5 on max 3 times
  +2 if heat >= 4
  -1 if off within 30m }
segment hot = heat >= 4
segment many = seen >= 2
segment warm = sum > 6
)");
}

std::string at_minute(const std::string& user, const std::string& name, int64_t minute) {
  return json_line({.user = user, .name = name, .at = TimePoint(std::chrono::minutes(minute))}) +
         "\n";
}

std::string line(const std::string& user, int64_t hour) {
  return json_line({.user = user, .name = "on", .at = TimePoint(std::chrono::hours(hour))}) + "\n";
}

TEST(LookupTest, SaysWhatTheChangesSay) {
  MembershipEngine engine;
  ASSERT_TRUE(start_engine(twins(), {.lookups = true}, engine).ok());
  ASSERT_TRUE(engine.push(line("ann", 1) + line("bob", 2) + line("cat", 5)).ok());
  EXPECT_FALSE(engine.is_member("ann", 0));
  EXPECT_EQ(engine.member_count(69), 0U);
  ASSERT_TRUE(engine.finish().ok());
  EXPECT_TRUE(engine.is_member("cat", 69));
  EXPECT_FALSE(engine.is_member("cat", 70));
  EXPECT_FALSE(engine.is_member("nobody", 0));
  EXPECT_EQ(engine.segments_of("cat").size(), 70U);
  EXPECT_THAT(engine.segments_of("ann"), IsEmpty());
  EXPECT_EQ(engine.member_count(3), 1U);
  EXPECT_EQ(engine.member_count(99), 0U);
}

TEST(LookupTest, NothingIsKeptUnasked) {
  MembershipEngine engine;
  ASSERT_TRUE(start_engine(twins(), {}, engine).ok());
  ASSERT_TRUE(engine.push(line("ann", 1)).ok());
  ASSERT_TRUE(engine.finish().ok());
  EXPECT_FALSE(engine.is_member("ann", 0));
}

TEST(LookupTest, IsNeverTorn) {
  MembershipEngine engine;
  ASSERT_TRUE(start_engine(twins(), {.threads = 2, .lookups = true}, engine).ok());
  std::atomic<bool> done{false};
  std::atomic<uint64_t> torn{0};
  std::atomic<uint64_t> looked{0};
  const auto read = [&] {
    for (uint32_t i = 0; !done.load(); ++i) {
      const size_t held = engine.segments_of("u" + std::to_string(i % 300)).size();
      if (held != 0 && held != 70) ++torn;
      ++looked;
    }
  };
  std::thread first(read);
  std::thread second(read);
  for (int64_t hour = 0; hour < 200 || looked.load() < 1000; hour += 2) {
    std::string lines;
    for (int user = 0; user < 300; user += 3) {
      lines += line("u" + std::to_string((user + hour) % 300), hour);
    }
    ASSERT_TRUE(engine.push(lines).ok());
  }
  done = true;
  first.join();
  second.join();
  EXPECT_EQ(torn.load(), 0U);
}

// As a snapshot of the last settled instant has it, to the bit.
TEST(LookupTest, ScoresAreThoseOfTheLastSettledInstant) {
  for (const unsigned threads : {1U, 2U}) {
    MembershipEngine engine;
    ASSERT_TRUE(start_engine(scored(), {.threads = threads, .lookups = true}, engine).ok());
    std::mt19937 random(threads);
    std::vector<std::string> users;
    for (int i = 0; i < 12; ++i) users.push_back("u" + std::to_string(i));
    uint64_t compared = 0;
    for (int64_t minute = 1; minute < 2000; minute += 1 + random() % 40) {
      std::string lines;
      for (uint32_t i = random() % 4; i > 0; --i) {
        lines +=
            at_minute(users[random() % users.size()], random() % 3 != 0 ? "on" : "off", minute);
      }
      ASSERT_TRUE(engine.push(lines).ok());
      const auto through = TimePoint(std::chrono::minutes(minute) + Milliseconds(random() % 60000));
      Snapshot wanted;
      ASSERT_TRUE(engine.on_snapshot(through, true, [&](const Snapshot& s) { wanted = s; }).ok());
      ASSERT_TRUE(engine.advance_to(through).ok());
      for (uint32_t score = 0; score < wanted.scores.size(); ++score) {
        for (const auto& [user, value] : wanted.scores[score]) {
          ++compared;
          EXPECT_EQ(engine.score_of(user, score), value) << user << " at minute " << minute;
          const UserLookup all = engine.look_up(user);
          EXPECT_EQ(all.scores[score], value);
          EXPECT_EQ(all.at, through);
          EXPECT_EQ(all.segments, engine.segments_of(user));
        }
      }
      for (uint32_t segment = 0; segment < wanted.members.size(); ++segment) {
        std::vector<std::string> members;
        engine.each_member(segment, [&](std::string_view id) { members.emplace_back(id); });
        EXPECT_THAT(members, testing::UnorderedElementsAreArray(wanted.members[segment]));
        EXPECT_EQ(engine.member_count(segment), members.size());
      }
    }
    EXPECT_GT(compared, 300U);
  }
}

TEST(LookupTest, WhoIsMergedOrDeletedHasNoScores) {
  MembershipEngine engine;
  ASSERT_TRUE(start_engine(scored(), {.lookups = true}, engine).ok());
  ASSERT_TRUE(engine.push(at_minute("ann", "on", 1) + at_minute("bob", "on", 1)).ok());
  ASSERT_TRUE(engine.advance_to(TimePoint(std::chrono::minutes(1))).ok());
  EXPECT_EQ(engine.score_of("ann", 0), 1);
  EXPECT_EQ(engine.score_of("nobody", 0), 0);
  EXPECT_EQ(engine.score_of("ann", 3), 0);
  const auto call = [](UserEvent event) {
    event.at = TimePoint(std::chrono::minutes(2));
    return json_line(event) + "\n";
  };
  ASSERT_TRUE(engine
                  .push(call({.call = UserEvent::Call::kAlias, .user = "bob", .previous = "ann"}) +
                        at_minute("cat", "on", 2))
                  .ok());
  ASSERT_TRUE(engine.advance_to(TimePoint(std::chrono::minutes(2))).ok());
  EXPECT_THAT(engine.look_up("ann").scores, testing::ElementsAre(0, 0, 0));
  EXPECT_THAT(engine.look_up("ann").segments, IsEmpty());
  EXPECT_EQ(engine.score_of("bob", 0), 2);
  ASSERT_TRUE(engine.push(at_minute("cat", "on", 3)).ok());
  const UserEvent gone = {
      .call = UserEvent::Call::kDelete, .user = "bob", .at = TimePoint(std::chrono::minutes(4))};
  ASSERT_TRUE(engine.push(json_line(gone) + "\n").ok());
  ASSERT_TRUE(engine.advance_to(TimePoint(std::chrono::minutes(5))).ok());
  EXPECT_EQ(engine.score_of("bob", 0), 0);
  EXPECT_EQ(engine.score_of("cat", 0), 2);
}

// Whoever looks sees segments and scores of one instant, though some move with time alone.
TEST(LookupTest, SegmentsAndScoresAreOfOneInstant) {
  MembershipEngine engine;
  ASSERT_TRUE(start_engine(scored(), {.threads = 2, .lookups = true}, engine).ok());
  std::atomic<bool> done{false};
  std::atomic<uint64_t> torn{0};
  std::atomic<uint64_t> hot{0};
  const auto read = [&] {
    for (uint32_t i = 0; !done.load(); ++i) {
      const UserLookup found = engine.look_up("u" + std::to_string(i % 50));
      const auto is_in = [&](uint32_t segment) {
        return std::count(found.segments.begin(), found.segments.end(), segment) != 0;
      };
      if (is_in(0) != (found.scores[1] >= 4)) ++torn;
      if (is_in(1) != (found.scores[0] >= 2)) ++torn;
      if (is_in(2) != (found.scores[2] > 6)) ++torn;
      if (is_in(0)) ++hot;
    }
  };
  std::thread first(read);
  std::thread second(read);
  std::mt19937 random(7);
  for (int64_t minute = 1; minute < 150 || hot.load() < 100; ++minute) {
    std::string lines;
    for (uint32_t i = random() % 8; i > 0; --i) {
      lines +=
          at_minute("u" + std::to_string(random() % 50), random() % 4 != 0 ? "on" : "off", minute);
    }
    ASSERT_TRUE(engine.push(lines).ok());
    const auto through = TimePoint(std::chrono::minutes(minute) + Milliseconds(random() % 60000));
    ASSERT_TRUE(engine.advance_to(through).ok());
  }
  done = true;
  first.join();
  second.join();
  EXPECT_EQ(torn.load(), 0U);
}

}  // namespace
}  // namespace segue
