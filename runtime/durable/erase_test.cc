// A deleted user leaves no byte in any file of the folder, whatever the process does meanwhile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "runtime/durable/test_files.h"
#include "runtime/durable/test_host.h"
#include "runtime/durable/test_store.h"

namespace segue::durable {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class EraseTest : public KeptTest, public testing::WithParamInterface<bool> {
 protected:
  EraseTest() {
    if (GetParam()) options_.keep_log = kKeepAll;
    options_.folder = folder_.path() + "/state";
    options_.opener = open_plain;
    store_faults.set({});
  }

  std::unique_ptr<TestHost> open() {
    auto host = std::make_unique<TestHost>(sink_, options_);
    EXPECT_TRUE(host->status.ok()) << host->status.error().message;
    return host;
  }

  void push(TestHost& host, const std::vector<std::string>& lines) {
    ASSERT_TRUE(host.push({lines, 0}, lines_).ok());
    lines_ += lines.size();
  }

  /// Files under the folder that have the text.
  std::vector<std::string> found(const std::string& text) {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(options_.folder)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(file)), {});
      if (bytes.find(text) != std::string::npos) {
        files.push_back(std::filesystem::relative(entry.path(), options_.folder));
      }
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  /// Three users with something to find, one of them under two names, all in a checkpoint.
  void fill(TestHost& host) {
    push(host, {view("visitor-4711", 10'000), view("somebody-else", 10'010),
                view("erase-me-please", 10'020)});
    push(host, {R"({"type":"alias","previousId":"visitor-4711","userId":"erase-me-please",)"
                R"("timestamp":10030})"});
    ASSERT_TRUE(host.durable->advance_to({10'060}).ok());
    ASSERT_TRUE(host.durable->checkpoint().ok());
    push(host, {view("erase-me-please", 10'100), view("visitor-4711", 10'110)});
    ASSERT_TRUE(host.durable->advance_to({10'150}).ok());
    host.flush();
  }

  void erase(TestHost& host) {
    push(host, {R"({"type":"delete","userId":"erase-me-please","timestamp":10200})"});
    ASSERT_TRUE(host.durable->advance_to({10'300}).ok());
    if (!host.sink_fails) host.flush();
  }

  static std::string view(const std::string& user, int64_t at_ms) {
    return fmt::format(R"({{"userId":"{}","event":"view","timestamp":{},"messageId":"m{}"}})", user,
                       at_ms, at_ms);
  }

  /// Whether the fault met anything.
  bool fails_and_is_done_by_the_next(const Fault& fault) {
    lines_ = 0;
    std::filesystem::remove_all(options_.folder);
    sink_ = {};
    FaultyFiles files;
    options_.files = &files;
    bool failed = false;
    {
      const auto host = open();
      fill(*host);
      erase(*host);
      files.set(fault);
      failed = !host->durable->checkpoint().ok();
    }
    files.set({});
    // Of one that failed to begin a segment alone nothing is left to be done. What it tells once
    // more names them until it is taken.
    const auto host = open();
    host->flush();
    EXPECT_TRUE(host->durable->checkpoint().ok());
    expect_nothing_of_them();
    EXPECT_TRUE(describe(options_.folder, true).has_value());
    options_.files = &posix_files();
    return failed;
  }

  void expect_nothing_of_them() {
    EXPECT_THAT(found("erase-me"), IsEmpty());
    EXPECT_THAT(found("visitor-4711"), IsEmpty());
    EXPECT_THAT(found("somebody-else"), Not(IsEmpty()));
  }

  DurableOptions options_;
  KeptSink sink_;
  uint64_t lines_ = 0;
};

TEST_P(EraseTest, NoByteIsLeft) {
  {
    const auto host = open();
    fill(*host);
    EXPECT_GE(found("erase-me-please").size(), 2u) << "in the log and in a table";
    EXPECT_GE(found("visitor-4711").size(), 2u);
    erase(*host);
    push(*host, {view("somebody-else", 10'400)});
    host->flush();
    ASSERT_TRUE(host->durable->checkpoint().ok());
    expect_nothing_of_them();
    push(*host, {view("somebody-else", 10'500)});
  }
  const auto host = open();
  expect_nothing_of_them();
  EXPECT_EQ(host->replayed, 1u);
}

/// Whether the delete comes before the deploy or behind it, while users are carried over.
TEST_P(EraseTest, NorIsThereBehindADeploy) {
  for (const bool erases_first : {true, false}) {
    lines_ = 0;
    std::filesystem::remove_all(options_.folder);
    sink_ = {};
    const auto host = open();
    fill(*host);
    if (erases_first) erase(*host);
    ASSERT_TRUE(host->durable->deploy(other_program()).ok());
    if (!erases_first) erase(*host);
    push(*host, {view("somebody-else", 10'400)});
    host->flush();
    ASSERT_TRUE(host->durable->checkpoint().ok());
    expect_nothing_of_them();
  }
}

TEST_P(EraseTest, AProcessThatEndsBeforeLeavesItToTheNext) {
  options_.opener = open_faulty;
  {
    const auto host = open();
    fill(*host);
    erase(*host);
    store_faults.set({.kind = StoreFault::Kind::kNotPurged, .stays = true});
    EXPECT_FALSE(host->durable->checkpoint().ok());
    EXPECT_THAT(found("erase-me-please"), Not(IsEmpty()));
  }
  store_faults.set({});
  const auto host = open();
  ASSERT_TRUE(host->durable->checkpoint().ok());
  expect_nothing_of_them();
}

/// What waits for the sink is told yet, and names them until it is.
TEST_P(EraseTest, ChangesThatWaitAreErasedWhenTheyAreTaken) {
  for (const bool begins_anew : {false, true}) {
    lines_ = 0;
    std::filesystem::remove_all(options_.folder);
    sink_ = {};
    auto host = open();
    fill(*host);
    host->sink_fails = true;
    erase(*host);
    ASSERT_TRUE(host->durable->checkpoint().ok());
    EXPECT_THAT(found("erase-me-please"), Not(IsEmpty()));
    if (begins_anew) {
      host = nullptr;
      host = open();
    }
    host->sink_fails = false;
    host->flush();
    EXPECT_THAT(sink_.changes, Contains(HasSubstr("erase-me-please@10200 -")));
    push(*host, {view("somebody-else", 10'400)});
    ASSERT_TRUE(host->durable->checkpoint().ok());
    expect_nothing_of_them();
    host = nullptr;
    open();
    expect_nothing_of_them();
  }
}

TEST_P(EraseTest, WhateverFailsOfTheLogIsLeftToTheNext) {
  for (const Fault::Kind kind :
       {Fault::Kind::kRemove, Fault::Kind::kRename, Fault::Kind::kSync, Fault::Kind::kOpen,
        Fault::Kind::kTruncate, Fault::Kind::kShortWrite, Fault::Kind::kFolder}) {
    bool failed = true;
    for (uint64_t after = 0; failed; ++after) {
      failed = fails_and_is_done_by_the_next({kind, after, true});
      if (testing::Test::HasFailure()) return;
    }
  }
}

TEST_P(EraseTest, ALogThatCannotBeRemovedIsLeftToTheNextToo) {
  if (GetParam()) return;  // it is not
  FaultyFiles files;
  options_.files = &files;
  {
    const auto host = open();
    fill(*host);
    erase(*host);
    files.set({Fault::Kind::kRemove, 0, true});
    EXPECT_FALSE(host->durable->checkpoint().ok());
    EXPECT_THAT(found("erase-me-please"), Not(IsEmpty()));
  }
  files.set({});
  open();
  expect_nothing_of_them();
}

/// A delete that was sent twice, and one of an id whose lines were all late: no state was theirs.
TEST_P(EraseTest, WhoHadNoStateLeavesNoLineEither) {
  const auto host = open();
  fill(*host);
  erase(*host);
  ASSERT_TRUE(host->durable->checkpoint().ok());
  push(*host, {R"({"type":"delete","userId":"erase-me-please","timestamp":10400})",
               R"({"type":"delete","userId":"never-in-time","timestamp":10400})",
               view("never-in-time", 9'000)});
  ASSERT_TRUE(host->durable->advance_to({10'500}).ok());
  ASSERT_TRUE(host->durable->checkpoint().ok());
  expect_nothing_of_them();
  EXPECT_THAT(found("never-in-time"), IsEmpty());
}

/// What stands in a segment that was being written anew is nobody's, and of users who may be
/// deleted later: also where the next process keeps no log.
TEST_P(EraseTest, NoHalfOfASegmentStays) {
  if (!GetParam()) return;  // none is written anew
  FaultyFiles files;
  options_.files = &files;
  {
    const auto host = open();
    fill(*host);
    erase(*host);
    files.set({Fault::Kind::kRename, 1, true});  // the first is of the log's newest name
    EXPECT_FALSE(host->durable->checkpoint().ok());
  }
  files.set({});
  const auto parts = [&] {
    size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(options_.folder + "/log")) {
      count += entry.path().extension() == ".part" ? 1 : 0;
    }
    return count;
  };
  EXPECT_EQ(parts(), 1u);
  options_.keep_log.reset();
  open();
  EXPECT_EQ(parts(), 0u);
  expect_nothing_of_them();
}

TEST_P(EraseTest, LaterEventsBeginAnew) {
  const auto host = open();
  fill(*host);
  erase(*host);
  ASSERT_TRUE(host->durable->checkpoint().ok());
  push(*host, {view("erase-me-please", 11'000)});
  ASSERT_TRUE(host->durable->advance_to({11'020}).ok());
  ASSERT_TRUE(host->durable->checkpoint().ok());
  EXPECT_THAT(found("erase-me-please"), Not(IsEmpty()));
  EXPECT_THAT(found("visitor-4711"), IsEmpty());
}

/// With the log dropped, and kept.
INSTANTIATE_TEST_SUITE_P(Logs, EraseTest, testing::Bool());

}  // namespace
}  // namespace segue::durable
