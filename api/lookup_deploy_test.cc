// Lookups from other threads while rules take the place of others.
#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <thread>

#include "api/test_programs.h"
#include "segue/engine.h"
#include "segue/event.h"

namespace segue {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string on(const std::string& user, int64_t minute) {
  return json_line({.user = user, .name = "on", .at = TimePoint(std::chrono::minutes(minute))}) +
         "\n";
}

constexpr const char* kFew = R"(
event on
score seen { within 90m
  +1 on }
score heat { half_life 1h
  +8 on }
segment hot = heat >= 4
segment many = seen >= 2
)";
constexpr const char* kMore = R"(
event on
score heat { half_life 1h
  +8 on }
score twice { within 90m
  +2 on }
score sum { half_life 45m
  +5 on }
segment brief = on within 10m
segment many = twice >= 4
segment hot = heat >= 4
)";

/// As a snapshot says it, of users who are carried over.
void expect_as_snapshot(MembershipEngine& engine, const CompiledProgram& program, int64_t minute) {
  const auto through = TimePoint(std::chrono::minutes(minute));
  Snapshot wanted;
  ASSERT_TRUE(engine.on_snapshot(through, true, [&](const Snapshot& s) { wanted = s; }).ok());
  ASSERT_TRUE(engine.advance_to(through).ok());
  EXPECT_EQ(engine.lookups_of(), program.identity());
  for (uint32_t score = 0; score < program.scores().size(); ++score) {
    for (const auto& [user, value] : wanted.scores[score]) {
      EXPECT_EQ(engine.score_of(user, score), value) << user;
      const UserLookup all = engine.look_up(user);
      EXPECT_EQ(all.program, program.identity());
      EXPECT_EQ(all.at, through);
      EXPECT_EQ(all.scores[score], value);
      EXPECT_EQ(all.segments, engine.segments_of(user));
    }
  }
  for (uint32_t segment = 0; segment < program.segments().size(); ++segment) {
    std::vector<std::string> members;
    EXPECT_TRUE(
        engine.each_member(segment, [&](std::string_view id) { members.emplace_back(id); }));
    EXPECT_THAT(members, testing::UnorderedElementsAreArray(wanted.members[segment]));
    EXPECT_EQ(engine.member_count(segment), members.size());
    for (const std::string& user : members) EXPECT_TRUE(engine.is_member(user, segment));
  }
}

TEST(LookupDeploy, AnswersAreTheNewProgramsOnceUsersAreOver) {
  const auto few = program_of(kFew);
  const auto more = program_of(kMore);
  for (const unsigned threads : {1U, 2U}) {
    MembershipEngine engine;
    ASSERT_TRUE(start_engine(few, {.threads = threads, .lookups = true}, engine).ok());
    std::mt19937 random(threads);
    int64_t minute = 1;
    for (int turn = 0; turn < 8; ++turn) {
      for (int i = 0; i < 20; ++i) {
        minute += static_cast<int64_t>(random() % 5);
        ASSERT_TRUE(engine.push(on("u" + std::to_string(random() % 30), minute)).ok());
      }
      const auto& next = turn % 2 == 0 ? more : few;
      ASSERT_TRUE(engine.deploy(next).ok());
      EXPECT_EQ(engine.lookups_of(), next->identity());
      expect_as_snapshot(engine, *next, minute + 3);
      minute += 4;
    }
  }
}

/// Between the deploy and its turn a user is what it was, by the new numbers.
TEST(LookupDeploy, WhoIsNotOverIsWhatItWas) {
  const auto few = program_of(kFew);
  const auto more = program_of(kMore);
  MembershipEngine engine;
  ASSERT_TRUE(start_engine(few, {.lookups = true}, engine).ok());
  ASSERT_TRUE(engine.push(on("ann", 1) + on("ann", 2) + on("bob", 2)).ok());
  ASSERT_TRUE(engine.advance_to(TimePoint(std::chrono::minutes(3))).ok());
  EXPECT_THAT(engine.segments_of("ann"), ElementsAre(0, 1));
  const UserLookup before = engine.look_up("ann");
  ASSERT_TRUE(engine.deploy(more).ok());
  EXPECT_THAT(engine.segments_of("ann"), ElementsAre(1, 2));
  EXPECT_THAT(engine.segments_of("bob"), ElementsAre(2));
  EXPECT_TRUE(engine.is_member("bob", 2));
  EXPECT_FALSE(engine.is_member("bob", 0));
  EXPECT_FALSE(engine.is_member("bob", 3));
  EXPECT_EQ(engine.member_count(2), 2U);
  EXPECT_EQ(engine.member_count(0), 0U);
  const UserLookup ann = engine.look_up("ann");
  EXPECT_EQ(ann.program, more->identity());
  EXPECT_EQ(ann.at, before.at);
  EXPECT_THAT(ann.scores, ElementsAre(before.scores[1], 0, 0));
  EXPECT_EQ(engine.score_of("ann", 0), before.scores[1]);
  EXPECT_THAT(engine.segments_of("cat"), IsEmpty());
}

/// Twins hold together or not at all, and one that some programs have alone goes with them.
TEST(LookupDeploy, IsNeverTorn) {
  std::string twins = "event on\n";
  for (int i = 0; i < 70; ++i) twins += "segment s" + std::to_string(i) + " = on within 1h\n";
  const std::shared_ptr<const CompiledProgram> programs[] = {
      program_of(twins), program_of("event on\nsegment a = on within 1h\n" + twins.substr(9)),
      program_of("event on\nscore sum { within 1h\n  +1 on }\n" + twins.substr(9))};
  MembershipEngine engine;
  ASSERT_TRUE(start_engine(programs[0], {.threads = 2, .lookups = true}, engine).ok());
  std::map<uint64_t, size_t> segments;
  for (const auto& program : programs) segments[program->identity()] = program->segments().size();
  std::atomic<bool> done{false};
  std::atomic<uint64_t> torn{0};
  std::atomic<uint64_t> held{0};
  const auto read = [&] {
    for (uint32_t i = 0; !done.load(); ++i) {
      const UserLookup found = engine.look_up("u" + std::to_string(i % 300));
      if (found.segments.empty()) continue;
      // `a` is known to hold once the user is over.
      const size_t all = segments[found.program];
      if (found.segments.size() != all && !(all == 71 && found.segments.size() == 70)) ++torn;
      ++held;
    }
  };
  std::thread first(read);
  std::thread second(read);
  for (int64_t turn = 0; turn < 60 || held.load() < 5000; ++turn) {
    std::string lines;
    for (int user = 0; user < 300; user += 3) {
      lines += on("u" + std::to_string((user + turn) % 300), turn * 7);
    }
    ASSERT_TRUE(engine.push(lines).ok());
    if (turn % 3 == 0) {
      ASSERT_TRUE(engine.deploy(programs[turn / 3 % 3]).ok());
    }
  }
  done = true;
  first.join();
  second.join();
  EXPECT_EQ(torn.load(), 0U);
}

}  // namespace
}  // namespace segue
