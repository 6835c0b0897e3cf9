// The fault matrix: whatever fails, at whatever call, nothing acknowledged is lost and nothing is
// answered wrong. Damage is refused by name or recovered.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <initializer_list>
#include <map>

#include "runtime/durable/test_files.h"
#include "runtime/durable/test_host.h"
#include "runtime/durable/test_store.h"

namespace segue::durable {
namespace {

using testing::HasSubstr;

struct Tally {
  int trials = 0;
  int failed_calls = 0;
  int tried_again = 0;  // with success, in the same process
  int restarts = 0;
  int refused = 0;
  int recovered = 0;
  int differences = 0;
};
std::map<std::string, Tally>& matrix() {
  static std::map<std::string, Tally> rows;
  return rows;
}

std::string_view name_of(Fault::Kind kind) {
  switch (kind) {
    case Fault::Kind::kNone:
      return "none";
    case Fault::Kind::kShortWrite:
      return "short write";
    case Fault::Kind::kWriteError:
      return "EIO";
    case Fault::Kind::kFullDisk:
      return "ENOSPC";
    case Fault::Kind::kSync:
      return "failing fsync";
    case Fault::Kind::kOpen:
      return "failing open";
    case Fault::Kind::kTruncate:
      return "failing truncate";
    case Fault::Kind::kRename:
      return "failing rename";
    case Fault::Kind::kRemove:
      return "failing remove";
    case Fault::Kind::kFolder:
      return "failing sync of a folder";
  }
  return "";
}

class FaultsTest : public KeptTest {
 protected:
  FaultsTest() {
    options_.folder = folder_.path() + "/state";
    options_.segment_bytes = 1500;
    options_.checkpoint_bytes = 2500;
    options_.files = &files_;
    options_.opener = open_faulty;
    options_.sync.when = SyncPolicy::When::kAlways;
  }

  static void TearDownTestSuite() {
    fmt::print(
        "fault matrix: trials, calls failed, tried again, restarts, refused, recovered, "
        "differences\n");
    int differences = 0;
    for (const auto& [name, row] : matrix()) {
      fmt::print("  {:<28} {:>5} {:>6} {:>6} {:>6} {:>6} {:>6} {:>3}\n", name, row.trials,
                 row.failed_calls, row.tried_again, row.restarts, row.refused, row.recovered,
                 row.differences);
      differences += row.differences;
    }
    fmt::print("fault matrix: differences = {}\n", differences);
  }

  void heal() {
    files_.set({});
    store_faults.set({});
  }

  std::unique_ptr<TestHost> open() { return std::make_unique<TestHost>(sink_, options_); }

  /// Gives all steps while calls fail. What fails is tried again once; then the process ends, all
  /// is well again, and the next one goes on from what the state says.
  std::string run(const std::vector<Step>& steps, Tally& row) {
    ++row.trials;
    auto host = open();
    uint64_t lines = 0;  // acknowledged
    for (size_t i = 0; i < steps.size();) {
      if (host == nullptr || !host->status.ok()) {
        host = nullptr;
        heal();
        ++row.restarts;
        host = open();
        if (!host->status.ok()) return host->status.error().message;
      }
      if (host->taken() < lines) return "acknowledged lines were lost";
      bool done = host->taken() > lines;  // the step was kept, and not acknowledged
      for (int turn = 0; turn < 2 && !done; ++turn) {
        done = host->push(steps[i], lines).ok();
        row.failed_calls += done ? 0 : 1;
        row.tried_again += done ? turn : 0;
      }
      for (int turn = 0; turn < 2 && done; ++turn) {
        const bool finished = host->finish_step(steps[i]).ok();
        row.failed_calls += finished ? 0 : 1;
        row.tried_again += finished ? turn : 0;
        if (finished) break;
        done = turn == 0;
      }
      if (!done) {
        host = nullptr;
        continue;
      }
      lines += steps[i].lines.size();
      ++i;
    }
    heal();
    while (!host->durable->finish(kLongAgo).ok()) {
      host = nullptr;
      ++row.restarts;
      host = open();
      if (!host->status.ok()) return host->status.error().message;
    }
    const std::string told = host->told();
    host = nullptr;
    std::filesystem::remove_all(options_.folder);
    sink_ = {};
    return told;
  }

  /// Each kind of failure at each of that many calls, once or from there on: none changes what is
  /// told, which is returned.
  std::string fail_every_call(std::string_view what, const std::vector<Step>& steps, uint64_t calls,
                              std::initializer_list<Fault::Kind> kinds) {
    Tally none;
    std::string plain = run(steps, none);
    EXPECT_THAT(plain, HasSubstr(" changes"));
    for (const Fault::Kind kind : kinds) {
      for (const bool stays : {false, true}) {
        Tally& row = matrix()[fmt::format("{}: {}{}", what, name_of(kind), stays ? ", stays" : "")];
        for (uint64_t after = 0; after < calls; after += stays ? 3 : 1) {
          files_.set({kind, after, stays});
          const std::string found = run(steps, row);
          row.differences += found == plain ? 0 : 1;
          EXPECT_EQ(found, plain) << name_of(kind) << " at call " << after;
        }
        EXPECT_GT(row.failed_calls + row.restarts, 0);
      }
    }
    return plain;
  }

  FaultyFiles files_;
  DurableOptions options_;
  KeptSink sink_;
};

TEST_F(FaultsTest, TheLogAtEveryCall) {
  fail_every_call("log", some_steps(5, 24), 40,
                  {Fault::Kind::kShortWrite, Fault::Kind::kWriteError, Fault::Kind::kFullDisk,
                   Fault::Kind::kSync, Fault::Kind::kOpen});
}

/// What fails may be the image's file, its folder, or the deploy's record.
TEST_F(FaultsTest, DeploysAtEveryCall) {
  const std::string plain =
      fail_every_call("deploys", with_deploys(some_steps(5, 24), 4), 45,
                      {Fault::Kind::kShortWrite, Fault::Kind::kWriteError, Fault::Kind::kFullDisk,
                       Fault::Kind::kSync, Fault::Kind::kOpen, Fault::Kind::kTruncate,
                       Fault::Kind::kRename, Fault::Kind::kFolder});
  EXPECT_THAT(plain, HasSubstr(" deploy\n"));
}

/// The same where deploys read a log that is kept, and users are taken out of it between them.
TEST_F(FaultsTest, FilledDeploysAtEveryCall) {
  options_.keep_log = kKeepAll;
  std::vector<Step> steps = with_deploys(some_steps(5, 24), 6);
  for (const size_t at : {4, 9, 15}) {
    steps[at].lines.push_back(fmt::format(
        R"({{"type":"delete","userId":"user {}","timestamp":{}}})", at % 7, 10'000 + 25 * at));
  }
  const std::string plain = fail_every_call(
      "filled deploys", steps, 70,
      {Fault::Kind::kShortWrite, Fault::Kind::kFullDisk, Fault::Kind::kSync, Fault::Kind::kOpen,
       Fault::Kind::kTruncate, Fault::Kind::kRename, Fault::Kind::kFolder});
  EXPECT_THAT(plain, HasSubstr(" deploy\n"));
}

TEST_F(FaultsTest, ADeployThatFailsLeavesTheOldProgramAtWork) {
  for (const auto kind :
       {Fault::Kind::kFullDisk, Fault::Kind::kSync, Fault::Kind::kRename, Fault::Kind::kFolder}) {
    auto host = open();
    Step step = some_steps(5, 6)[5];
    ASSERT_TRUE(host->push(step, 0).ok());
    const std::string told = host->told();
    files_.set({kind, 0, true});
    EXPECT_FALSE(host->durable->deploy(other_program()).ok());
    heal();
    EXPECT_EQ(host->durable->program(), program());
    EXPECT_EQ(host->told(), told);
    EXPECT_TRUE(host->durable->advance_to({1'000'000}).ok());
    EXPECT_TRUE(host->durable->deploy(other_program()).ok());
    EXPECT_EQ(host->durable->program(), other_program());
    host = nullptr;
    std::filesystem::remove_all(options_.folder);
    sink_ = {};
  }
}

TEST_F(FaultsTest, TheCheckpointAtEveryWrite) {
  const std::vector<Step> steps = some_steps(5, 40);
  options_.checkpoint_bytes = 600;
  Tally none;
  const std::string plain = run(steps, none);
  for (const auto kind : {StoreFault::Kind::kNotWritten, StoreFault::Kind::kWrittenAndFailed}) {
    const bool written = kind == StoreFault::Kind::kWrittenAndFailed;
    Tally& row =
        matrix()[fmt::format("checkpoint: {}", written ? "written, told failed" : "ENOSPC")];
    for (const bool stays : {false, true}) {
      for (uint64_t after = 0; after < 8; ++after) {
        store_faults.set({kind, after, stays, 0});
        const std::string found = run(steps, row);
        row.differences += found == plain ? 0 : 1;
        EXPECT_EQ(found, plain) << "write " << after;
      }
    }
  }
}

TEST_F(FaultsTest, AFullDiskStopsInputNotReadsAndResumes) {
  const std::vector<Step> steps = some_steps(5, 30);
  Tally none;
  const std::string plain = run(steps, none);
  auto host = open();
  uint64_t lines = 0;
  for (const Step& step : steps) {
    const std::string before = host->told();
    files_.set({Fault::Kind::kFullDisk, 0, true});
    if (!step.lines.empty()) {
      const Status full = host->push(step, lines);
      ASSERT_FALSE(full.ok());
      EXPECT_THAT(full.error().message, HasSubstr("No space left on device"));
    }
    EXPECT_EQ(host->told(), before);
    heal();
    ASSERT_TRUE(host->push(step, lines).ok());
    lines += step.lines.size();
    ASSERT_TRUE(host->finish_step(step).ok());
  }
  ASSERT_TRUE(host->durable->finish(kLongAgo).ok());
  EXPECT_EQ(host->told(), plain);
}

/// The call behind the one that could not be logged says so, and nothing of either is applied.
TEST_F(FaultsTest, WhatCannotBeLoggedAheadIsToldByTheNextCall) {
  const std::vector<Step> steps = some_steps(5, 30);
  Tally none;
  const std::string plain = run(steps, none);
  auto host = open();
  uint64_t lines = 0;
  for (const Step& step : steps) {
    const std::string before = host->told();
    if (!step.lines.empty()) {
      files_.set({Fault::Kind::kFullDisk, 0, true});
      ASSERT_TRUE(host->push_on(step, lines).ok());
      Status full = host->push_on(step, lines);  // unless it was quicker
      if (full.ok()) full = host->durable->settle();
      ASSERT_FALSE(full.ok());
      ASSERT_TRUE(host->durable->settle().ok()) << "what could not be logged is gone";
      EXPECT_THAT(full.error().message, HasSubstr("No space left on device"));
      EXPECT_EQ(host->told(), before);
      heal();
    }
    ASSERT_TRUE(host->push_on(step, lines).ok());
    lines += step.lines.size();
    ASSERT_TRUE(host->durable->settle().ok());
    if (step.advance_ms > 0) {
      ASSERT_TRUE(host->durable->advance_to({step.advance_ms}).ok());
    }
  }
  ASSERT_TRUE(host->durable->finish(kLongAgo).ok());
  EXPECT_EQ(host->told(), plain);
}

// ---- damage -------------------------------------------------------------------------------------

std::string kind_of(const std::filesystem::path& file) {
  const std::string name = file.filename();
  if (file.parent_path().filename() == "log") return "bit flips: input log";
  if (file.extension() == ".segi") return "bit flips: programs";
  if (file.extension() == ".sst") return "bit flips: checkpoint table";
  if (file.extension() == ".log") return "bit flips: checkpoint log";
  if (name.starts_with("MANIFEST")) return "bit flips: MANIFEST";
  return "bit flips: " + name.substr(0, name.find('-'));
}

/// Files of a state that died with tables, a store's log and an input log.
std::vector<std::filesystem::path> files_of(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if (entry.is_regular_file() && name != "LOCK" && !name.starts_with("LOG")) {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

TEST_F(FaultsTest, AnyBitOfAnyFile) {
  std::vector<Step> steps = some_steps(5, 40);
  steps[25].deploy = other_program();  // the last checkpoint is of it
  Tally none;
  const std::string plain = run(steps, none);
  options_.opener = open_store;
  uint64_t lines = 0;
  std::string told;
  {
    auto host = open();
    for (size_t i = 0; i < steps.size(); ++i) {
      ASSERT_TRUE(host->push(steps[i], lines).ok());
      lines += steps[i].lines.size();
      ASSERT_TRUE(host->finish_step(steps[i]).ok());
      if (i == 20 || i == 30) {  // a start behind a checkpoint makes a table of it
        ASSERT_TRUE(host->durable->checkpoint().ok());
      }
      if (i != 20) continue;
      host = nullptr;
      host = open();
    }
    told = host->told();
  }
  const std::string whole = folder_.path() + "/whole";
  std::filesystem::rename(options_.folder, whole);
  const KeptSink kept = sink_;
  const auto files = files_of(whole);
  for (const auto& file : files) {
    Tally& row = matrix()[kind_of(file)];
    const uint64_t bytes = std::filesystem::file_size(file);
    const uint64_t step = std::max<uint64_t>(1, bytes / 25);
    for (uint64_t at = 0; at < bytes; at += step) {
      std::filesystem::remove_all(options_.folder);
      std::filesystem::copy(whole, options_.folder, std::filesystem::copy_options::recursive);
      flip_bit(options_.folder + "/" + std::filesystem::relative(file, whole).string(), at);
      sink_ = kept;
      ++row.trials;
      const auto host = open();
      if (!host->status.ok()) {
        ++row.refused;
        EXPECT_THAT(host->status.error().message, HasSubstr(options_.folder));
        continue;
      }
      ++row.recovered;
      const bool same = host->told() == told;
      row.differences += same ? 0 : 1;
      EXPECT_TRUE(same) << file << " byte " << at;
    }
  }
  EXPECT_GT(matrix()["bit flips: checkpoint table"].refused, 0);
  EXPECT_GT(matrix()["bit flips: input log"].refused, 0);
  EXPECT_GT(matrix()["bit flips: programs"].refused, 0);
}

}  // namespace
}  // namespace segue::durable
