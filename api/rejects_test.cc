// Lines that do not count, in a file of a kept engine: each once, however processes end.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "api/test_programs.h"
#include "runtime/durable/test_files.h"
#include "segue/durable.h"
#include "segue/kept_file.h"

namespace segue {
namespace {

using testing::HasSubstr;

constexpr int64_t kMinute = 60'000;

std::string view(const std::string& user, int64_t minute) {
  return R"({"userId":")" + user + R"(","event":"view","timestamp":)" +
         std::to_string(minute * kMinute) + "}\n";
}

/// Writes users to a file.
class FileSink final : public DurableSink {
 public:
  explicit FileSink(std::string path) : file_(std::move(path)) {}

  std::string name() const override { return file_.name(); }
  Outcome check(uint64_t position, std::string_view mark) override {
    return file_.check(position, mark);
  }
  Outcome resume(uint64_t position) override { return file_.resume(position); }
  void give(const MembershipChange& change) override {
    static_cast<void>(file_.write(std::string(change.user) + "\n"));
  }
  Outcome commit(uint64_t& position) override { return file_.commit(position, mark_); }
  std::string mark() const override { return mark_; }

 private:
  KeptFile file_;
  std::string mark_;
};

class RejectsTest : public testing::Test {
 protected:
  void SetUp() override {
    program_ = program_of("event view\nsegment busy = view >= 2 within 1h\n");
    if (open().fault() == Fault::kUnsupported) GTEST_SKIP() << "no store";
    engine_ = {};
    std::filesystem::remove_all(folder_ + "/kept");
  }

  /// Another process: the one before ended without a word.
  Outcome open() {
    engine_ = {};
    EngineSettings engine;
    engine.newest_allowed = [] { return TimePoint(Milliseconds(1000 * kMinute)); };
    DurableSettings settings;
    settings.folder = folder_ + "/kept";
    settings.sync = InputSync::kNone;
    settings.rejects_path = rejects_;
    settings.sink = sink_;
    settings.keep_log = keep_log_;
    return open_engine(program_, engine, settings, engine_, recovery_);
  }

  std::string text(const std::string& path) const {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  /// What a file of the state's folder has.
  bool is_in_folder(std::string_view what) const {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ + "/kept")) {
      if (entry.is_regular_file() && text(entry.path()).find(what) != std::string::npos) {
        return true;
      }
    }
    return false;
  }

  const durable::TestFolder dir_;
  const std::string folder_ = dir_.path();
  std::string rejects_ = folder_ + "/rejects";
  std::shared_ptr<const CompiledProgram> program_;
  DurableSink* sink_ = nullptr;
  std::optional<Milliseconds> keep_log_;
  Recovery recovery_;
  MembershipEngine engine_;
};

TEST_F(RejectsTest, EachLineIsThereOnceWhateverEndsAProcess) {
  // None that counts; one late, one of the future, one whose time is absurd.
  const std::string zeros = "\x01zeros" + std::string(600, '\0');
  const std::vector<std::string> given = {
      "bad 1\n" + view("ann", 10), view("late", 5) + "bad 2\n", view("new", 5000) + view("ann", 11),
      view("absurd", 5'000'000'000) + zeros + "\n", "bad 3\n" + view("ann", 12) + "bad\n"};
  std::string expected;
  for (const bool checkpoints : {false, true}) {
    std::filesystem::remove_all(folder_ + "/kept");
    for (size_t i = 0; i < given.size(); ++i) {
      ASSERT_TRUE(open().ok());
      ASSERT_TRUE(engine_.push(given[i]).ok());
      if (checkpoints && i % 2 == 1) {
        ASSERT_TRUE(engine_.checkpoint().ok());
      }
    }
    ASSERT_TRUE(open().ok());
    ASSERT_TRUE(engine_.checkpoint().ok());
    expected = "bad 1\nbad 2\n" + view("late", 5) + view("new", 5000) +
               view("absurd", 5'000'000'000) + zeros + "\nbad 3\nbad\n";
    EXPECT_EQ(text(rejects_), expected) << checkpoints;
  }
  StateReport report;
  ASSERT_TRUE(describe_state(folder_ + "/kept", false, report).ok());
  EXPECT_EQ(report.rejects, std::filesystem::weakly_canonical(rejects_));
  EXPECT_EQ(report.rejects_position, expected.size());
}

TEST_F(RejectsTest, AFileGoesOnWhereItWas) {
  const std::string path = folder_ + "/log.jsonl";
  std::string log;
  std::string expected;
  for (int i = 0; i < 6; ++i) {
    log += view("ann", 10 + i) + "bad " + std::to_string(i) + "\n" + view("late", i);
    expected += "bad " + std::to_string(i) + "\n" + view("late", i);
    std::ofstream(path) << log;
    ASSERT_TRUE(open().ok());
    EventInput input;
    ASSERT_TRUE(open_event_input({&path, 1}, {}, input).ok());
    ASSERT_TRUE(engine_.read(input).ok());
    if (i % 3 == 1) {
      ASSERT_TRUE(engine_.checkpoint().ok());
    }
    EXPECT_EQ(engine_.stats().rejects[0].first[0].path, std::filesystem::weakly_canonical(path));
  }
  ASSERT_TRUE(engine_.checkpoint().ok());
  EXPECT_EQ(text(rejects_), expected);
}

TEST_F(RejectsTest, AnotherFileIsRefusedByName) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(engine_.push("bad\n" + view("ann", 10)).ok());
  ASSERT_TRUE(engine_.checkpoint().ok());
  const std::string first = std::exchange(rejects_, folder_ + "/another");
  EXPECT_THAT(open().message(), HasSubstr("was made with rejects going to `"));
  rejects_.clear();
  EXPECT_THAT(open().message(), HasSubstr("rejects`, not to no file"));
  rejects_ = first;
  std::ofstream(first) << "abc\n";
  EXPECT_THAT(open().message(), HasSubstr("is not what the state wrote there, up to byte 4"));
  std::ofstream(first) << "ba";
  EXPECT_THAT(open().message(), HasSubstr("has 2 bytes, and the state goes on behind 4"));
  std::ofstream(first) << "bad\nand what was not kept\n";
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(text(first), "bad\n");
}

TEST_F(RejectsTest, AStateWithoutOneMayBeginIt) {
  const std::string path = std::exchange(rejects_, {});
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(engine_.push("bad\n" + view("ann", 10)).ok());
  ASSERT_TRUE(engine_.checkpoint().ok());
  rejects_ = path;
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(open().ok());
    ASSERT_TRUE(engine_.push("worse\n").ok());
    ASSERT_TRUE(engine_.checkpoint().ok());
  }
  EXPECT_EQ(text(path), "worse\nworse\n");
}

TEST_F(RejectsTest, AnInputHasNoneOfItsOwn) {
  ASSERT_TRUE(open().ok());
  const std::string path = folder_ + "/log.jsonl";
  std::ofstream(path) << view("ann", 10);
  EventInput input;
  EventInputOptions options;
  options.rejects_path = folder_ + "/own";
  ASSERT_TRUE(open_event_input({&path, 1}, options, input).ok());
  EXPECT_EQ(engine_.read(input).fault(), Fault::kInvalid);
  EventInput same;
  ASSERT_TRUE(open_event_input({&rejects_, 1}, {}, same).ok());
  EXPECT_THAT(engine_.read(same).message(), HasSubstr("is an input, it cannot take the rejects"));
}

TEST_F(RejectsTest, OneThatIsFullHoldsBackCheckpointsAndLosesNothing) {
  const std::string path = rejects_;
  std::filesystem::remove(path);
  std::filesystem::create_symlink("/dev/full", path);
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(engine_.push("bad\n").ok());
  EXPECT_THAT(engine_.checkpoint().message(), HasSubstr("No space left on device"));
  const std::string much = std::string(100'000, 'x') + "\n";  // more than waits to be written
  ASSERT_TRUE(engine_.push(much).ok());
  const uint64_t left_out = engine_.stats().rejects[0].count;
  const Outcome refused = engine_.push("worse\n" + view("ann", 10));
  EXPECT_EQ(refused.fault(), Fault::kUnreadable);
  EXPECT_THAT(refused.message(), HasSubstr("No space left on device"));
  EXPECT_EQ(engine_.stats().rejects[0].count, left_out) << "nothing of it was taken";
  EXPECT_EQ(engine_.stats().events, 0u);
}

TEST_F(RejectsTest, OfADeletedUserNoLineIsKept) {
  keep_log_ = kKeepAllLog;
  ASSERT_TRUE(open().ok());
  const std::string absurd = view("somebody", 5'000'000'000);
  ASSERT_TRUE(engine_.push(view("somebody", 10) + absurd + view("ann", 10)).ok());
  ASSERT_TRUE(engine_.checkpoint().ok());
  EXPECT_TRUE(is_in_folder("somebody"));
  const std::string gone = R"({"type":"delete","userId":"somebody","timestamp":1200000})";
  ASSERT_TRUE(engine_.push(gone + "\n" + view("ann", 30)).ok());
  ASSERT_TRUE(engine_.checkpoint().ok());
  EXPECT_FALSE(is_in_folder("somebody"));
  EXPECT_EQ(text(rejects_), absurd);
  ASSERT_TRUE(open().ok());
}

TEST_F(RejectsTest, ASinkIsAskedWhetherItsFileIsTheSame) {
  FileSink sink(folder_ + "/changes");
  sink_ = &sink;
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(engine_.push(view("ann", 10) + view("ann", 11) + view("ann", 12)).ok());
  ASSERT_TRUE(engine_.flush_sink().ok());
  ASSERT_TRUE(engine_.checkpoint().ok());
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(engine_.checkpoint().ok()) << "nothing new is committed, and the mark stays";
  engine_ = {};
  ASSERT_EQ(text(folder_ + "/changes"), "ann\n");
  std::ofstream(folder_ + "/changes") << "bob\nbob\n";
  EXPECT_THAT(open().message(), HasSubstr("is not what the state wrote there, up to byte 4"));
  EXPECT_EQ(text(folder_ + "/changes"), "bob\nbob\n") << "it is as it was";
  std::ofstream(folder_ + "/changes") << "ann\nbob\n";
  EXPECT_TRUE(open().ok());
  EXPECT_EQ(text(folder_ + "/changes"), "ann\n");
}

}  // namespace
}  // namespace segue
