// Sinks that stall and fail: they hold back their own position, and never the engine while there is
// room.
#include <gmock/gmock.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "api/test_programs.h"
#include "runtime/durable/test_files.h"
#include "segue/durable.h"

namespace segue {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string view(const std::string& user, int64_t minute) {
  return R"({"userId":")" + user + R"(","event":"view","timestamp":)" +
         std::to_string(minute * 60'000) + "}\n";
}

/// A file whose disk stalls or fails when it is told to.
class Disk final : public DurableSink {
 public:
  std::string name() const override { return "disk"; }
  Outcome resume(uint64_t position) override {
    const std::lock_guard lock(mutex_);
    lines_.resize(position);
    return {};
  }
  void give(const MembershipChange& change) override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !stalls_; });
    lines_.push_back(std::string(change.user) + (change.entered ? " +" : " -") +
                     std::string(change.segment_name) + " " + std::string(name_of(change.cause)) +
                     " " + std::string(change.event) + " " + format_time(change.at));
    ids_fit_ = ids_fit_ &&
               change.id == change_id(change.user, change.segment_name, change.at, change.entered);
    if (engine != nullptr) {
      of_push = engine->push("");
      saw_member = engine->is_member(change.user, change.segment);
      saw_events = engine->stats().events;
    }
  }
  Outcome commit(uint64_t& position) override {
    const std::lock_guard lock(mutex_);
    position = lines_.size();
    return fails_ ? Outcome(Fault::kUnreadable, "No space left on device") : Outcome();
  }

  void stall(bool stalls) {
    const std::lock_guard lock(mutex_);
    stalls_ = stalls;
    changed_.notify_all();
  }
  void fail(bool fails) {
    const std::lock_guard lock(mutex_);
    fails_ = fails;
  }
  std::vector<std::string> lines() {
    const std::lock_guard lock(mutex_);
    EXPECT_TRUE(ids_fit_);
    return lines_;
  }

  MembershipEngine* engine = nullptr;  // to be called out of `give`
  Outcome of_push;
  bool saw_member = false;
  uint64_t saw_events = 0;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stalls_ = false;
  bool fails_ = false;
  bool ids_fit_ = true;
  std::vector<std::string> lines_;
};

class SinkTest : public testing::Test {
 protected:
  void SetUp() override {
    settings_.folder = dir_.path() + "/kept";
    settings_.sync = InputSync::kNone;
    settings_.sink = &disk_;
    if (open().fault() == Fault::kUnsupported) GTEST_SKIP() << "no store";
  }
  void TearDown() override { disk_.stall(false); }

  Outcome open() {
    engine_ = {};
    EngineSettings engine;
    engine.lookups = true;
    Recovery recovery;
    return open_engine(program_of("event view\nsegment keen = view within 1h\n"), engine, settings_,
                       engine_, recovery);
  }

  uint64_t waiting() const { return engine_.stats().sink->waiting_changes; }

  const durable::TestFolder dir_;
  DurableSettings settings_;
  Disk disk_;
  MembershipEngine engine_;
};

TEST_F(SinkTest, OneThatStallsHoldsBackItselfAlone) {
  disk_.stall(true);
  ASSERT_TRUE(engine_.push(view("ann", 1) + view("bob", 2)).ok());
  ASSERT_TRUE(engine_.advance_to(TimePoint(std::chrono::minutes(90))).ok());
  ASSERT_TRUE(engine_.checkpoint().ok());
  EXPECT_EQ(waiting(), 4u);
  EXPECT_FALSE(engine_.is_member("ann", 0));
  EXPECT_EQ(engine_.flush_sink(Milliseconds(1)).fault(), Fault::kUnreadable);
  StateReport report;
  ASSERT_TRUE(describe_state(settings_.folder, true, report).ok());
  EXPECT_EQ(report.waiting_changes, 4u);
  EXPECT_EQ(report.sink_position, 0u);
  disk_.stall(false);
  EXPECT_TRUE(engine_.flush_sink().ok());
  EXPECT_EQ(waiting(), 0u);
  EXPECT_THAT(disk_.lines(), ElementsAre("ann +keen event view 1970-01-01T00:01:00.000Z",
                                         "bob +keen event view 1970-01-01T00:02:00.000Z",
                                         "ann -keen time  1970-01-01T01:01:00.000Z",
                                         "bob -keen time  1970-01-01T01:02:00.000Z"));
}

TEST_F(SinkTest, OneThatFailsIsGivenAllAgainByWhicheverProcess) {
  for (const bool begins_anew : {false, true}) {
    disk_.fail(true);
    ASSERT_TRUE(engine_.push(view("ann", begins_anew ? 1000 : 1)).ok());
    ASSERT_TRUE(engine_.finish().ok());
    const Outcome flushed = engine_.flush_sink();
    EXPECT_EQ(flushed.message(), "No space left on device");
    EXPECT_EQ(engine_.stats().sink->failure, "No space left on device");
    ASSERT_TRUE(engine_.checkpoint().ok());
    if (begins_anew) {
      ASSERT_TRUE(open().ok());
    }
    disk_.fail(false);
    while (!engine_.flush_sink().ok()) continue;  // a try may be under way
    EXPECT_EQ(engine_.stats().sink->failure, "");
  }
  EXPECT_THAT(disk_.lines(), ElementsAre("ann +keen event view 1970-01-01T00:01:00.000Z",
                                         "ann -keen time  1970-01-01T01:01:00.000Z",
                                         "ann +keen event view 1970-01-01T16:40:00.000Z"));
}

TEST_F(SinkTest, WithoutRoomACallFailsAndAppliesNothing) {
  settings_.sink_bytes_max = 1;
  settings_.sink_patience = Milliseconds(10);
  ASSERT_TRUE(open().ok());
  disk_.stall(true);
  ASSERT_TRUE(engine_.push(view("ann", 1)).ok());
  ASSERT_TRUE(engine_.advance_to(TimePoint(std::chrono::minutes(2))).ok());
  const Outcome refused = engine_.push(view("bob", 3));
  EXPECT_EQ(refused.fault(), Fault::kUnreadable);
  EXPECT_THAT(refused.message(), HasSubstr("1 changes wait for the sink"));
  EXPECT_FALSE(engine_.advance_to(TimePoint(std::chrono::minutes(500))).ok());
  EXPECT_TRUE(engine_.is_member("ann", 0)) << "nothing was applied, and lookups go on";
  EXPECT_TRUE(engine_.checkpoint().ok());
  disk_.stall(false);
  ASSERT_TRUE(engine_.flush_sink().ok());
  ASSERT_TRUE(engine_.push(view("bob", 3)).ok());
  ASSERT_TRUE(engine_.finish().ok());
  ASSERT_TRUE(engine_.flush_sink().ok());
  EXPECT_EQ(disk_.lines().size(), 2u);
}

TEST_F(SinkTest, MayLookUsersUpButNotCallTheEngine) {
  disk_.engine = &engine_;
  ASSERT_TRUE(engine_.push(view("ann", 1)).ok());
  ASSERT_TRUE(engine_.finish().ok());
  ASSERT_TRUE(engine_.flush_sink().ok());
  EXPECT_EQ(disk_.of_push.fault(), Fault::kInvalid);
  EXPECT_TRUE(disk_.saw_member);
  EXPECT_EQ(disk_.saw_events, 0u);
}

TEST_F(SinkTest, AListenerHearsBesideIt) {
  int heard = 0;
  engine_.on_change([&](const MembershipChange&) { ++heard; });
  ASSERT_TRUE(engine_.push(view("ann", 1)).ok());
  ASSERT_TRUE(engine_.finish().ok());
  EXPECT_EQ(heard, 1) << "before the call returns";
  ASSERT_TRUE(engine_.flush_sink().ok());
  EXPECT_EQ(disk_.lines().size(), 1u);
}

TEST_F(SinkTest, TheEndOfAnEngineGivesWhatWaits) {
  ASSERT_TRUE(engine_.push(view("ann", 1)).ok());
  ASSERT_TRUE(engine_.finish().ok());
  engine_ = {};
  EXPECT_EQ(disk_.lines().size(), 1u);
}

}  // namespace
}  // namespace segue
