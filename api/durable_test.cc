// Kept engines as a host meets them: what one process left out, counted and answered is so for the
// next.
#include "segue/durable.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "api/test_programs.h"
#include "runtime/durable/test_files.h"

namespace segue {
namespace {

using testing::ElementsAre;

std::string view(const std::string& user, int64_t at_ms) {
  return R"({"userId":")" + user + R"(","event":"view","timestamp":)" + std::to_string(at_ms) +
         "}\n";
}

constexpr int64_t kMinute = 60'000;

class DurableEngineTest : public testing::Test {
 protected:
  void SetUp() override {
    program_ = program_of(
        "event view\nsegment busy = view >= 2 within 1h\n"
        "score heat { half_life 1h\n +8 view }\n");
    if (open().fault() == Fault::kUnsupported) GTEST_SKIP() << "no store";
    engine_ = {};
    std::filesystem::remove_all(folder_ + "/kept");
  }

  /// Another process: the one before ended without a word.
  Outcome open() {
    engine_ = {};
    EngineSettings engine;
    engine.lookups = true;
    engine.newest_allowed = [this] { return TimePoint(Milliseconds(newest_ms_)); };
    DurableSettings settings;
    settings.folder = folder_ + "/kept";
    settings.sync = InputSync::kNone;
    return open_engine(program_, engine, settings, engine_, recovery_);
  }

  void read(const std::string& lines) {
    const std::string path = folder_ + "/log.jsonl";
    std::ofstream(path) << lines;
    EventInput input;
    ASSERT_TRUE(open_event_input({&path, 1}, {}, input).ok());
    ASSERT_TRUE(engine_.read(input).ok());
  }

  /// Lines left out, by kind.
  std::vector<std::string> left_out() const {
    std::vector<std::string> counts;
    for (const RejectCount& kind : engine_.stats().rejects) {
      counts.push_back(kind.name + " " + std::to_string(kind.count));
    }
    return counts;
  }

  const durable::TestFolder dir_;
  const std::string folder_ = dir_.path();
  std::shared_ptr<const CompiledProgram> program_;
  int64_t newest_ms_ = INT64_MAX;
  Recovery recovery_;
  MembershipEngine engine_;
};

TEST_F(DurableEngineTest, WhatWasOfTheFutureStaysLeftOutWhenTheClockHasMovedOn) {
  const std::string lines = view("ann", kMinute) + view("bob", 9 * kMinute) +
                            view("ann", 2 * kMinute) + view("cat", 8 * kMinute);
  newest_ms_ = 5 * kMinute;
  for (const bool checkpoint : {false, true}) {
    ASSERT_TRUE(open().ok());
    read(lines);
    EXPECT_EQ(engine_.stats().events, 2u);
    EXPECT_THAT(left_out(), ElementsAre("future 2"));
    if (checkpoint) {
      ASSERT_TRUE(engine_.checkpoint().ok());
    }
    newest_ms_ = 10 * kMinute;
  }
  ASSERT_TRUE(open().ok());
  read(lines + view("dan", 9 * kMinute));
  EXPECT_EQ(engine_.stats().events, 3u);
  EXPECT_THAT(left_out(), ElementsAre("future 2"));
}

TEST_F(DurableEngineTest, CountsOfLinesLeftOutAreThoseOfOneProcess) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(engine_.push(view("ann", kMinute) + "no event\n").ok());
  ASSERT_TRUE(engine_.checkpoint().ok());
  ASSERT_TRUE(engine_.push("{}\n" + view("ann", 2 * kMinute) + "nor this\n").ok());
  const std::vector<std::string> counted = left_out();
  EXPECT_THAT(counted, ElementsAre("not_json 2", "no_user 1"));
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(recovery_.events, 1u);
  EXPECT_EQ(left_out(), counted);
  ASSERT_TRUE(engine_.checkpoint().ok());
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(left_out(), counted);
}

TEST_F(DurableEngineTest, LookupsAnswerOfWhatWasBefore) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(engine_.push(view("ann", kMinute) + view("ann", 2 * kMinute)).ok());
  ASSERT_TRUE(engine_.advance_to(TimePoint(Milliseconds(3 * kMinute))).ok());
  const double heat = engine_.score_of("ann", 0);
  EXPECT_GT(heat, 15);
  EXPECT_LT(heat, 16);
  for (const bool checkpoint : {false, true}) {
    EXPECT_TRUE(engine_.is_member("ann", 0));
    EXPECT_EQ(engine_.member_count(0), 1u);
    EXPECT_EQ(engine_.score_of("ann", 0), heat);
    if (checkpoint) {
      ASSERT_TRUE(engine_.checkpoint().ok());
    }
    ASSERT_TRUE(open().ok());
  }
  EXPECT_TRUE(engine_.is_member("ann", 0));
  EXPECT_EQ(engine_.member_count(0), 1u);
  EXPECT_EQ(engine_.score_of("ann", 0), heat);
}

TEST_F(DurableEngineTest, OneFileIsOneInput) {
  ASSERT_TRUE(open().ok());
  const std::string path = folder_ + "/log.jsonl";
  std::ofstream(path) << view("ann", kMinute);
  const std::string twice[] = {path, folder_ + "/./log.jsonl"};
  EventInput input;
  ASSERT_TRUE(open_event_input(twice, {}, input).ok());
  EXPECT_EQ(engine_.read(input).fault(), Fault::kInvalid);
}

}  // namespace
}  // namespace segue
