// Deploys to engines that a folder keeps: whatever process does them or ends in their midst, each
// change is told once, by the name of its segment.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "api/test_programs.h"
#include "runtime/durable/test_files.h"
#include "segue/durable.h"
#include "segue/event.h"

namespace segue {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kViews = R"seg(
event view
segment keen = view >= 2 within 2h
segment old = view within 1d
)seg";
constexpr const char* kOthers = R"seg(
event view
event buy
segment bought = buy >= 1
segment keen = view >= 2 within 2h
segment keener = view >= 2 within 1h
)seg";
constexpr const char* kThird = R"seg(
event view
segment seen = view within 1d
)seg";

constexpr const char* kWarming = R"seg(
event view
event buy
segment bought = buy >= 1
segment keen = view >= 2 within 2h
segment recent = buy within 1h
)seg";

/// As a file: it stays when the process ends, and takes back what is behind a position.
class Kept final : public DurableSink {
 public:
  std::string name() const override { return "kept"; }
  Outcome resume(uint64_t position) override {
    told.resize(position);
    ids.resize(position);
    return {};
  }
  void give(const MembershipChange& change) override {
    told.push_back(std::string(change.user) + (change.entered ? " +" : " -") +
                   std::string(change.segment_name) +
                   (change.cause == ChangeCause::kDeploy ? " deploy" : ""));
    ids.emplace_back(change.id);
  }
  Outcome commit(uint64_t& position) override {
    position = told.size();
    return {};
  }

  std::vector<std::string> told;
  std::vector<std::string> ids;  // of each
};

TimePoint at(int64_t minute) { return TimePoint(std::chrono::minutes(minute)); }

std::string line(const std::string& user, int64_t minute, const std::string& name = "view") {
  return json_line({.user = user, .name = name, .at = at(minute)}) + "\n";
}

class KeptDeployTest : public testing::Test {
 protected:
  void SetUp() override {
    if (open(kViews).fault() == Fault::kUnsupported) GTEST_SKIP() << "no store";
  }

  /// Another process: the one before ended without a word.
  Outcome open(const std::string& rules, bool history_starts_now = false) {
    engine_ = {};
    DurableSettings settings;
    settings.folder = folder_ + "/kept";
    settings.sync = InputSync::kNone;
    settings.sink = &sink_;
    settings.history_starts_now = history_starts_now;
    return open_engine(program_of(rules), {.threads = 2}, settings, engine_, recovery_);
  }

  void push(const std::string& lines) { ASSERT_TRUE(engine_.push(lines).ok()); }
  void advance(int64_t minute) { ASSERT_TRUE(engine_.advance_to(at(minute)).ok()); }

  /// All that was made by now; of an engine that has ended all that it gave.
  std::vector<std::string>& told() {
    static_cast<void>(engine_.flush_sink());
    return sink_.told;
  }
  std::vector<std::string>& ids() {
    static_cast<void>(engine_.flush_sink());
    return sink_.ids;
  }

  const durable::TestFolder dir_;
  const std::string folder_ = dir_.path();
  Kept sink_;
  Recovery recovery_;
  MembershipEngine engine_;
};

TEST_F(KeptDeployTest, OtherRulesTakeTheirPlaceWhereTheStateStands) {
  push(line("ann", 1) + line("bob", 2) + line("ann", 3));
  advance(4);
  ASSERT_TRUE(open(kOthers).ok());
  EXPECT_EQ(recovery_.program_before, program_of(kViews)->identity());
  advance(5);
  EXPECT_FALSE(engine_.is_deploying());
  EXPECT_THAT(told(), ElementsAre("ann +old", "bob +old", "ann +keen", "ann +keener deploy",
                                  "ann -old deploy", "bob -old deploy"));
  ASSERT_TRUE(open(kOthers).ok());
  EXPECT_EQ(recovery_.program_before, std::nullopt);
  push(line("bob", 6) + line("bob", 7) + line("cat", 7, "buy"));
  advance(8);
  EXPECT_EQ(told().size(), 9u);
  EXPECT_EQ(told()[8], "cat +bought");
}

/// The process ends at each place between two calls, and goes on with the same rules or others; at
/// the end all have told what one that did not end has.
TEST_F(KeptDeployTest, AProcessThatEndsInTheMidstLosesNothing) {
  const char* const rules[] = {kViews, kOthers, kThird};
  std::vector<std::string> plain;
  for (int ends_after = 0; ends_after < 12; ++ends_after) {
    engine_ = {};
    std::filesystem::remove_all(folder_ + "/kept");
    told().clear();
    ASSERT_TRUE(open(kViews).ok());
    const char* at_work = kViews;
    for (int step = 1; step < 12; ++step) {
      const int64_t minute = step * 20;
      if (step % 3 == 1) {
        at_work = rules[step % 2 + step / 6];
        ASSERT_TRUE(engine_.deploy(program_of(at_work)).ok());
      } else {
        push(line("ann", minute) + line("bob", minute + 1) + line("u" + std::to_string(step), 4));
      }
      if (step == 5) {
        ASSERT_TRUE(engine_.checkpoint().ok());
      }
      if (step != ends_after) continue;
      ASSERT_TRUE(open(at_work).ok());
      EXPECT_EQ(recovery_.program_before, std::nullopt);
    }
    ASSERT_TRUE(engine_.finish().ok());
    for (const auto& users : engine_.snapshot(false).members) {
      told().insert(told().end(), users.begin(), users.end());
    }
    if (ends_after == 0) plain = told();
    EXPECT_EQ(told(), plain) << ends_after;
  }
  EXPECT_THAT(plain, testing::Contains(testing::HasSubstr(" deploy")));
}

/// Whatever process does the deploys, and wherever it ends: the log gives the mark of a deploy
/// again, and so does a checkpoint.
TEST_F(KeptDeployTest, ToAndFroAtOneInstantBearsTheSameIdsAfterAnEnd) {
  const std::string keen = "event buy { amount: number }\nsegment keen = sum(buy.amount) >= ";
  const std::string rules[] = {keen + "50 within 7d\n", keen + "100 within 7d\n"};
  enum class End { kNone, kBehindADeploy, kBehindACheckpoint, kOpensWithOthers };
  std::vector<std::string> plain;
  for (const End end :
       {End::kNone, End::kBehindADeploy, End::kBehindACheckpoint, End::kOpensWithOthers}) {
    engine_ = {};
    std::filesystem::remove_all(folder_ + "/kept");
    sink_ = {};
    ASSERT_TRUE(open(rules[0]).ok());
    push(json_line({.user = "ann", .name = "buy", .at = at(1), .properties = {{"amount", 60.0}}}) +
         "\n");
    advance(1);
    for (const int next : {1, 0, 1, 0}) {
      if (end == End::kOpensWithOthers) {
        ASSERT_TRUE(open(rules[next]).ok());
        continue;
      }
      ASSERT_TRUE(engine_.deploy(program_of(rules[next])).ok());
      if (end == End::kBehindACheckpoint) {
        ASSERT_TRUE(engine_.checkpoint().ok());
      }
      if (end != End::kNone) {
        ASSERT_TRUE(open(rules[next]).ok());
      }
    }
    ASSERT_TRUE(engine_.finish().ok());
    EXPECT_THAT(told(), ElementsAre("ann +keen", "ann -keen deploy", "ann +keen deploy",
                                    "ann -keen deploy", "ann +keen deploy"));
    EXPECT_EQ(std::set<std::string>(ids().begin(), ids().end()).size(), 5u);
    if (end == End::kNone) plain = ids();
    EXPECT_EQ(ids(), plain) << static_cast<int>(end);
  }
}

/// Recovery needs no rules: those at work before are in the folder, and others are deployed.
TEST_F(KeptDeployTest, TheNextProcessMayHaveYetOtherRules) {
  push(line("ann", 1));
  advance(2);
  ASSERT_TRUE(engine_.deploy(program_of(kOthers)).ok());
  push(line("ann", 3));
  advance(4);
  ASSERT_TRUE(open(kThird).ok());
  EXPECT_EQ(recovery_.program_before, program_of(kOthers)->identity());
  ASSERT_TRUE(engine_.finish().ok());
  EXPECT_THAT(told(), ElementsAre("ann +old", "ann -old deploy", "ann +keen", "ann +keener",
                                  "ann -keen deploy", "ann -keener deploy", "ann +seen deploy"));
  StateReport report;
  ASSERT_TRUE(describe_state(folder_ + "/kept", true, report).ok());
  EXPECT_EQ(report.deployed.back(), program_of(kThird)->identity());
  ASSERT_TRUE(engine_.checkpoint().ok());
  ASSERT_TRUE(describe_state(folder_ + "/kept", true, report).ok());
  EXPECT_EQ(report.program, program_of(kThird)->identity());
  EXPECT_THAT(report.deployed, IsEmpty());
}

std::string text_of(const std::vector<WarmingSegment>& warming) {
  std::string text;
  for (const WarmingSegment& segment : warming) {
    text += segment.name + " " + (segment.until ? format_time(*segment.until) : "never") + "\n";
  }
  return text;
}

/// Of the engine at once, of the folder as of its checkpoint.
TEST_F(KeptDeployTest, WhatWarmsIsTold) {
  push(line("ann", 1));
  EXPECT_THAT(engine_.stats().warming, IsEmpty());
  ASSERT_TRUE(open(kWarming).ok());
  const std::string both = "bought never\nrecent 1970-01-01T01:01:00.000Z\n";
  EXPECT_EQ(text_of(engine_.stats().warming), both);
  StateReport report;
  ASSERT_TRUE(describe_state(folder_ + "/kept", false, report).ok());
  EXPECT_THAT(report.warming, IsEmpty()) << "the deploy is behind the checkpoint";
  ASSERT_TRUE(engine_.checkpoint().ok());
  ASSERT_TRUE(describe_state(folder_ + "/kept", false, report).ok());
  EXPECT_EQ(text_of(report.warming), both);
  ASSERT_TRUE(open(kWarming).ok());
  EXPECT_EQ(text_of(engine_.stats().warming), both) << "of the next process too";
  advance(60);
  EXPECT_EQ(text_of(engine_.stats().warming), both);
  advance(61);
  EXPECT_EQ(text_of(engine_.stats().warming), "bought never\n");
  ASSERT_TRUE(engine_.checkpoint().ok());
  ASSERT_TRUE(describe_state(folder_ + "/kept", false, report).ok());
  EXPECT_EQ(text_of(report.warming), "bought never\n");
}

/// Else nobody who was known before is let in where all of history is looked at.
TEST_F(KeptDeployTest, HistoryMayStartNow) {
  for (const bool history_starts_now : {false, true}) {
    engine_ = {};
    std::filesystem::remove_all(folder_ + "/kept");
    told().clear();
    ASSERT_TRUE(open(kThird).ok());
    push(line("ann", 1));
    ASSERT_TRUE(open(kOthers, history_starts_now).ok());
    push(line("ann", 5, "buy") + line("bob", 5, "buy"));
    for (const bool again : {false, true}) {
      if (again) {
        ASSERT_TRUE(open(kOthers).ok());
      }
      ASSERT_TRUE(engine_.finish().ok());
      EXPECT_THAT(told(), testing::Contains("bob +bought"));
      EXPECT_EQ(std::count(told().begin(), told().end(), "ann +bought"),
                history_starts_now ? 1 : 0);
    }
  }
}

}  // namespace
}  // namespace segue
