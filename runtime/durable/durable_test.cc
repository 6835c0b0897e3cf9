#include "runtime/durable/durable.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "runtime/durable/test_files.h"
#include "runtime/durable/test_host.h"
#include "runtime/durable/test_store.h"

namespace segue::durable {
namespace {

using testing::HasSubstr;

class DurableTest : public KeptTest {
 protected:
  DurableTest() {
    options_.folder = folder_.path() + "/state";
    options_.settings = "lateness 30ms";
    options_.segment_bytes = 2000;
  }

  std::unique_ptr<TestHost> open(uint32_t threads = 1,
                                 const std::shared_ptr<const Program>& given = program()) {
    return std::make_unique<TestHost>(sink_, options_, threads, given);
  }

  /// Each step whole; the process ends behind some of them, and another begins.
  std::string run(const std::vector<Step>& steps, bool dies, uint32_t threads = 1) {
    std::filesystem::remove_all(options_.folder);
    sink_ = {};
    auto host = open(threads);
    uint64_t lines = 0;
    for (size_t i = 0; i < steps.size(); ++i) {
      EXPECT_TRUE(host->push(steps[i], lines).ok());
      lines += steps[i].lines.size();
      EXPECT_TRUE(host->finish_step(steps[i]).ok());
      if (!dies) continue;
      if (i % 5 == 2) {
        EXPECT_TRUE(host->durable->checkpoint().ok());
      }
      if (i % 3 == 1) {
        host = nullptr;
        host = open(1 + i % 4, i % 2 == 0 ? program() : other_program());
        EXPECT_TRUE(host->status.ok()) << host->status.error().message;
        EXPECT_EQ(host->taken(), lines);
      }
    }
    EXPECT_TRUE(host->durable->finish(kLongAgo).ok());
    return host->told();
  }

  std::string error_of_opening() {
    const auto host = open();
    return host->status.ok() ? "" : host->status.error().message;
  }

  DurableOptions options_;
  KeptSink sink_;
};

TEST_F(DurableTest, AProcessThatEndsAndBeginsAgainGivesTheSame) {
  for (uint32_t seed = 0; seed < 6; ++seed) {
    const std::vector<Step> steps = some_steps(seed, 40);
    options_.checkpoint_bytes = seed % 2 == 0 ? 1500 : uint64_t{1} << 30;
    const std::string plain = run(steps, false);
    EXPECT_EQ(run(steps, true), plain) << "seed " << seed;
    EXPECT_EQ(run(steps, true, 4), plain) << "seed " << seed;
    EXPECT_THAT(plain, HasSubstr(" in zz_hot\n"));
  }
}

/// Whatever program the next process is given, it goes on with the last one that was deployed.
TEST_F(DurableTest, DeploysAreAppliedAgainWhereTheyWere) {
  for (uint32_t seed = 0; seed < 6; ++seed) {
    const std::vector<Step> steps = with_deploys(some_steps(seed, 60), 4 + seed % 3);
    options_.checkpoint_bytes = seed % 2 == 0 ? 1500 : uint64_t{1} << 30;
    const std::string plain = run(steps, false);
    EXPECT_EQ(run(steps, true), plain) << "seed " << seed;
    EXPECT_EQ(run(steps, true, 4), plain) << "seed " << seed;
    EXPECT_THAT(plain, HasSubstr(" deploy\n"));
  }
}

std::vector<std::string> names_in(const std::string& folder) {
  return posix_files().list(folder).value();
}

TEST_F(DurableTest, ImagesAreKeptWhileSomethingNamesThem) {
  const std::string programs = options_.folder + "/programs";
  const auto file_of = [](const Program& program) {
    return fmt::format("{:016x}.segi", program.image().identity());
  };
  std::vector<std::string> both = {file_of(*program()), file_of(*other_program())};
  std::sort(both.begin(), both.end());
  auto host = open();
  EXPECT_EQ(names_in(programs), std::vector{file_of(*program())});
  ASSERT_TRUE(host->push(some_steps(1, 2)[1], 0).ok());
  ASSERT_TRUE(host->durable->deploy(other_program()).ok());
  EXPECT_EQ(names_in(programs), both);
  EXPECT_EQ(describe(options_.folder, true)->deployed,
            std::vector{other_program()->image().identity()});
  ASSERT_TRUE(host->durable->deploy(program()).ok());
  host = nullptr;
  host = open();
  EXPECT_EQ(host->durable->program(), program());
  EXPECT_EQ(names_in(programs), both);
  ASSERT_TRUE(host->durable->deploy(other_program()).ok());
  ASSERT_TRUE(host->durable->checkpoint().ok());
  EXPECT_EQ(names_in(programs), std::vector{file_of(*other_program())});
  EXPECT_TRUE(describe(options_.folder, true)->deployed.empty());
  host = nullptr;
  std::filesystem::remove(programs + "/" + file_of(*other_program()));
  EXPECT_THAT(error_of_opening(), HasSubstr("made by other rules"));
  EXPECT_FALSE(describe(options_.folder, true).has_value());
  host = open(1, other_program());
  EXPECT_TRUE(host->status.ok()) << "its rules are given";
  EXPECT_TRUE(describe(options_.folder, true).has_value());
}

/// A folder that a version without deploys has made.
TEST_F(DurableTest, AFolderWithoutImagesGoesOnWithItsRules) {
  open();
  std::filesystem::remove_all(options_.folder + "/programs");
  EXPECT_TRUE(describe(options_.folder, true).has_value());
  {
    const auto host = open(1, other_program());
    EXPECT_THAT(host->status.error().message, HasSubstr("whose image is not there"));
  }
  EXPECT_EQ(error_of_opening(), "");
  const auto host = open(1, other_program());
  EXPECT_TRUE(host->status.ok());
  EXPECT_EQ(host->durable->program()->image().identity(), program()->image().identity());
}

/// It would wait until all users are over.
TEST_F(DurableTest, NoCheckpointIsBegunWhileUsersAreCarriedOver) {
  options_.checkpoint_bytes = 1;
  auto host = open();
  Step many;
  for (int user = 0; user < 200; ++user) {
    many.lines.push_back(fmt::format(R"({{"userId":"user {}","event":"view","timestamp":{}}})",
                                     user, 10'000 + user));
  }
  ASSERT_TRUE(host->push(many, 0).ok());
  ASSERT_TRUE(host->durable->deploy(other_program()).ok());
  int calls = 0;
  while (host->engine().is_deploying()) {
    if (++calls == 10) {  // with the last of them one is begun, and soon there
      EXPECT_EQ(describe(options_.folder, false)->manifest.program, program()->image().identity());
    }
    ASSERT_TRUE(host->durable->advance_to({10'200 + calls}).ok());
  }
  EXPECT_GT(calls, 10);
  ASSERT_TRUE(host->durable->deploy(program()).ok());
  ASSERT_TRUE(host->durable->checkpoint().ok());
  EXPECT_FALSE(host->engine().is_deploying());
}

/// A batch is logged while the next one is made; a process may end before it is applied.
TEST_F(DurableTest, WhatIsLoggedAheadIsAppliedByWhateverComesNext) {
  for (uint32_t seed = 0; seed < 4; ++seed) {
    options_.checkpoint_bytes = seed % 2 == 0 ? 1500 : uint64_t{1} << 30;
    const std::vector<Step> steps = some_steps(seed, 40);
    const std::string plain = run(steps, false);
    std::filesystem::remove_all(options_.folder);
    sink_ = {};
    std::vector<uint64_t> begins;  // of each step, in lines
    uint64_t lines = 0;
    for (const Step& step : steps) {
      begins.push_back(lines);
      lines += step.lines.size();
    }
    auto host = open();
    int calls = 0;
    for (size_t i = 0; i < steps.size(); ++i, ++calls) {
      ASSERT_TRUE(host->push_on(steps[i], begins[i]).ok());
      if (calls % 7 == 3) {
        ASSERT_TRUE(host->durable->settle().ok());
        EXPECT_EQ(host->taken(), begins[i] + steps[i].lines.size());
      }
      ASSERT_TRUE(host->finish_step(steps[i]).ok());
      if (calls % 11 == 2) {
        ASSERT_TRUE(host->durable->checkpoint().ok());
      }
      if (calls % 5 != 1 || i + 1 == steps.size()) continue;
      host = nullptr;
      host = open(1 + calls % 3);
      ASSERT_TRUE(host->status.ok()) << host->status.error().message;
      const auto next = std::lower_bound(begins.begin(), begins.end(), host->taken());
      i = static_cast<size_t>(next - begins.begin()) - 1;
    }
    ASSERT_TRUE(host->durable->finish(kLongAgo).ok());
    EXPECT_EQ(host->told(), plain) << "seed " << seed;
  }
}

/// An engine that was asked to stop later than its input ends has been there after a recovery too.
TEST_F(DurableTest, ALaterStopMovesTheClockForGood) {
  const std::vector<Step> steps = some_steps(2, 20);
  const Step late{{R"({"userId":"late","event":"view","timestamp":19000,"messageId":"z"})"}, 0};
  const auto finish = [&](bool dies) {
    std::filesystem::remove_all(options_.folder);
    sink_ = {};
    auto host = open();
    uint64_t lines = 0;
    for (const Step& step : steps) {
      EXPECT_TRUE(host->push(step, lines).ok());
      lines += step.lines.size();
    }
    EXPECT_TRUE(host->stop_at({20'000}).ok());
    EXPECT_TRUE(host->durable->finish(kLongAgo).ok());
    host->flush();
    const KeptSink stopped = sink_;
    if (dies) {
      host = nullptr;
      host = open();
      host->flush();
      sink_ = stopped;  // a recovery is asked for no stop
    }
    EXPECT_TRUE(host->push(late, lines).ok());
    EXPECT_TRUE(host->durable->finish(kLongAgo).ok());
    return host->told();
  };
  const std::string plain = finish(false);
  EXPECT_THAT(plain, HasSubstr("stop at 20000\n"));
  EXPECT_EQ(finish(true), plain);
}

TEST_F(DurableTest, ACheckpointBoundsWhatIsAppliedAgain) {
  const std::vector<Step> steps = some_steps(3, 40);
  auto host = open();
  uint64_t lines = 0;
  for (const Step& step : steps) {
    ASSERT_TRUE(host->push(step, lines).ok());
    lines += step.lines.size();
  }
  host = nullptr;
  host = open();
  EXPECT_GT(host->replayed, 50u);
  EXPECT_FALSE(host->durable->has_logged());
  ASSERT_TRUE(host->durable->checkpoint().ok());
  host = nullptr;
  host = open();
  EXPECT_EQ(host->replayed, 0u);
  EXPECT_EQ(host->taken(), lines);
}

TEST_F(DurableTest, OneProcessHasAFolder) {
  const auto host = open();
  EXPECT_THAT(error_of_opening(), HasSubstr("another process"));
}

TEST_F(DurableTest, OtherSettingsOrSinksAreRefusedByName) {
  open();
  options_.settings = "lateness 1h";
  EXPECT_THAT(error_of_opening(), HasSubstr("the settings lateness 30ms, not lateness 1h"));
  options_.settings = "lateness 30ms";
  options_.sink = "changes.jsonl";
  EXPECT_THAT(error_of_opening(), HasSubstr("not to `changes.jsonl`"));
}

TEST_F(DurableTest, HalfAFolderIsRefused) {
  const std::vector<Step> steps = some_steps(1, 10);
  {
    const auto host = open();
    for (const Step& step : steps) ASSERT_TRUE(host->push(step, 0).ok());
    ASSERT_TRUE(host->durable->checkpoint().ok());
  }
  std::filesystem::rename(options_.folder + "/log", folder_.path() + "/log");
  EXPECT_THAT(error_of_opening(), HasSubstr("its log is gone"));
  std::filesystem::remove_all(options_.folder + "/log");
  std::filesystem::rename(folder_.path() + "/log", options_.folder + "/log");
  std::filesystem::remove_all(options_.folder + "/checkpoint");
  EXPECT_THAT(error_of_opening(), HasSubstr("its checkpoint is gone"));
}

/// It fits in all but whose it is: the same program, the same numbers of records.
TEST_F(DurableTest, TheLogOfAnotherFolderIsRefused) {
  const auto make = [&](const std::string& name) {
    options_.folder = folder_.path() + "/" + name;
    sink_ = {};
    const auto host = open();
    uint64_t lines = 0;
    for (const Step& step : some_steps(1, 10)) {
      ASSERT_TRUE(host->push(step, lines).ok());
      lines += step.lines.size();
    }
  };
  make("one");
  make("other");
  std::filesystem::remove_all(options_.folder + "/log");
  std::filesystem::rename(folder_.path() + "/one/log", options_.folder + "/log");
  EXPECT_THAT(error_of_opening(), HasSubstr("it is of the log of another folder"));
  const auto found = describe(options_.folder, true);
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code, Errc::kCorrupt);
  EXPECT_THAT(found.error().message, HasSubstr("it is of the log of another folder"));
}

/// A log whose records no checkpoint holds yet: nobody could tell otherwise that there were any.
TEST_F(DurableTest, ALogThatIsGoneBeforeTheSecondCheckpointIsMissedToo) {
  {
    const auto host = open();
    ASSERT_TRUE(host->push(some_steps(1, 1)[0], 0).ok());
  }
  for (const auto& entry : std::filesystem::directory_iterator(options_.folder + "/log")) {
    std::filesystem::remove(entry.path());
  }
  EXPECT_THAT(error_of_opening(), HasSubstr("its log is gone"));
}

TEST_F(DurableTest, ProgramsWhoseLogAndCheckpointAreGoneAreRefused) {
  open();
  std::filesystem::remove_all(options_.folder + "/checkpoint");
  std::filesystem::rename(options_.folder + "/log", folder_.path() + "/log");
  sink_.changes = {"a change"};
  EXPECT_THAT(error_of_opening(),
              HasSubstr("has programs, but their log and their checkpoint are gone"));
  EXPECT_EQ(names_in(options_.folder), (std::vector<std::string>{"LOCK", "programs"}));
  EXPECT_EQ(sink_.changes.size(), 1u);
  std::filesystem::remove_all(options_.folder + "/programs");
  std::filesystem::create_directory(options_.folder + "/log");
  std::filesystem::rename(folder_.path() + "/log/newest", options_.folder + "/log/newest");
  EXPECT_THAT(error_of_opening(), HasSubstr("has a log, but its checkpoint is gone"));
  EXPECT_EQ(sink_.changes.size(), 1u);
}

TEST_F(DurableTest, AFirstStartThatWasCutShortIsTriedAgain) {
  std::filesystem::create_directories(options_.folder + "/log");
  std::ofstream(options_.folder + "/LOCK") << "";
  ASSERT_TRUE(LogWriter::open(posix_files(), options_.folder + "/log", 1, {}).has_value());
  ProgramFiles programs(posix_files(), options_.folder + "/programs");
  ASSERT_TRUE(programs.keep(program()->image().identity(), program()->image().bytes()).ok());
  const auto host = open();
  EXPECT_TRUE(host->status.ok());
  EXPECT_TRUE(host->durable->report().is_new);
}

TEST_F(DurableTest, ANewFoldersOwnNameSurvivesTheMachineToo) {
  FaultyFiles files;
  options_.files = &files;
  std::vector<std::string> failed;
  bool is_open = false;
  for (uint64_t after = 0; !is_open; ++after) {
    std::filesystem::remove_all(options_.folder);
    files.set({Fault::Kind::kFolder, after, false});
    const auto host = open();
    is_open = host->status.ok();
    if (!is_open) failed.push_back(host->status.error().message);
  }
  EXPECT_THAT(failed, testing::Contains("cannot sync " + options_.folder + "/.."));
}

/// The record of its deploy names it, and the checkpoint that a start makes.
TEST_F(DurableTest, TheImageOfARecordsProgramIsKeptAgainIfItIsGone) {
  const std::string image =
      fmt::format("{}/programs/{:016x}.segi", options_.folder, other_program()->image().identity());
  {
    const auto host = open();
    ASSERT_TRUE(host->durable->deploy(other_program()).ok());
  }
  ASSERT_TRUE(std::filesystem::remove(image));
  for (const bool checkpoint : {false, true}) {
    const TestHost host(sink_, options_, 1, other_program());
    ASSERT_TRUE(host.status.ok()) << host.status.error().message;
    if (checkpoint) {
      EXPECT_TRUE(host.durable->checkpoint().ok());
    }
    EXPECT_TRUE(std::filesystem::exists(image));
  }
  EXPECT_TRUE(std::filesystem::exists(image));
  EXPECT_TRUE(describe(options_.folder, true).has_value());
  EXPECT_TRUE(open()->status.ok()) << "with the rules before, and no image but those of the folder";
}

TEST_F(DurableTest, WhatIsSomethingElsesIsLeftAlone) {
  const std::string file = options_.folder + "/cold/mine";
  std::filesystem::create_directories(options_.folder + "/cold");
  std::ofstream(file) << "precious";
  EXPECT_THAT(error_of_opening(), HasSubstr("is not empty, and holds no engine's state"));
  EXPECT_TRUE(std::filesystem::exists(file));
  EXPECT_FALSE(std::filesystem::exists(options_.folder + "/LOCK"));
}

/// What a process leaves that ends while a table is taken in.
TEST_F(DurableTest, AnotherNameOfALiveTableIsNotWrittenOver) {
  const std::vector<Step> steps = some_steps(1, 10);
  std::string told;
  {
    const auto host = open();
    for (const Step& step : steps) ASSERT_TRUE(host->push(step, 0).ok());
    ASSERT_TRUE(host->durable->advance_to({20'000}).ok());
    ASSERT_TRUE(host->durable->checkpoint().ok());
    const std::filesystem::path tables = options_.folder + "/checkpoint";
    std::filesystem::path newest;
    for (const auto& entry : std::filesystem::directory_iterator(tables)) {
      if (entry.path().extension() == ".sst") newest = std::max(newest, entry.path());
    }
    std::filesystem::create_hard_link(newest, tables / "next.table");
    ASSERT_TRUE(host->durable->advance_to({30'000}).ok());
    ASSERT_TRUE(host->durable->checkpoint().ok());
    told = host->told();
  }
  const auto host = open();
  ASSERT_TRUE(host->status.ok()) << host->status.error().message;
  EXPECT_EQ(host->told(), told);
}

/// A process that ends again and again, long before a checkpoint is due.
TEST_F(DurableTest, WhatWasAppliedAgainIsNotOnceMore) {
  const std::vector<Step> steps = some_steps(1, 30);
  uint64_t lines = 0;
  for (size_t i = 0; i < steps.size(); ++i) {
    const auto host = open();
    ASSERT_TRUE(host->status.ok()) << host->status.error().message;
    EXPECT_LE(host->replayed, i == 0 ? 0 : steps[i - 1].lines.size());
    ASSERT_TRUE(host->push(steps[i], lines).ok());
    lines += steps[i].lines.size();
  }
}

/// One that has no room when a checkpoint is due: the input that made it due is accepted.
TEST_F(DurableTest, InputDoesNotFailForACheckpointsSake) {
  options_.checkpoint_bytes = 1;
  options_.opener = open_faulty;
  const std::vector<Step> steps = some_steps(2, 10);
  const auto host = open();
  store_faults.set({.kind = StoreFault::Kind::kNotWritten, .stays = true});
  uint64_t lines = 0;
  for (const Step& step : steps) {
    ASSERT_TRUE(host->push(step, lines).ok());
    lines += step.lines.size();
  }
  EXPECT_EQ(host->taken(), lines);
  EXPECT_FALSE(host->durable->checkpoint().ok());
  store_faults.set({});
  EXPECT_TRUE(host->durable->checkpoint().ok());
}

/// Checkpoints go on, and hold what waits; whoever opens the folder gives it first.
TEST_F(DurableTest, ASinkThatFailsHoldsBackItsPositionAlone) {
  for (const bool begins_anew : {false, true}) {
    const std::vector<Step> steps = some_steps(3, 60);
    const std::string plain = run(steps, false);
    std::filesystem::remove_all(options_.folder);
    sink_ = {};
    options_.checkpoint_bytes = 700;
    auto host = open();
    uint64_t lines = 0;
    const auto push = [&](size_t first, size_t end) {
      for (size_t i = first; i < end; ++i) {
        ASSERT_TRUE(host->push(steps[i], lines).ok());
        ASSERT_TRUE(host->finish_step(steps[i]).ok());
        lines += steps[i].lines.size();
      }
    };
    push(0, 20);
    host->flush();
    const size_t taken = sink_.changes.size();
    host->sink_fails = true;
    push(20, 40);
    EXPECT_FALSE(host->durable->outbox().flush(std::chrono::milliseconds(1)).ok());
    ASSERT_TRUE(host->durable->checkpoint().ok());
    const auto found = describe(options_.folder, true);
    ASSERT_TRUE(found.has_value()) << found.error().message;
    EXPECT_EQ(found->manifest.sink_position, taken);
    EXPECT_GT(found->waiting.changes, 0u);
    EXPECT_EQ(found->waiting.changes, host->durable->outbox().waiting().changes);
    if (begins_anew) {
      host = nullptr;
      host = open();
      ASSERT_TRUE(host->status.ok()) << host->status.error().message;
      EXPECT_EQ(host->replayed, 0u);
    }
    host->sink_fails = false;
    push(40, steps.size());
    ASSERT_TRUE(host->durable->finish(kLongAgo).ok());
    EXPECT_EQ(host->told(), plain);
    ASSERT_TRUE(host->durable->checkpoint().ok());
    EXPECT_EQ(describe(options_.folder, true)->waiting.changes, 0u);
  }
}

TEST_F(DurableTest, AFolderIsDescribedWithoutTakingIt) {
  const std::vector<Step> steps = some_steps(1, 10);
  const auto host = open();
  for (const Step& step : steps) ASSERT_TRUE(host->push(step, 0).ok());
  ASSERT_TRUE(host->durable->advance_to({20'000}).ok());
  ASSERT_TRUE(host->durable->checkpoint().ok());
  ASSERT_TRUE(host->durable->advance_to({30'000}).ok());
  const auto found = describe(options_.folder, true);
  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_EQ(found->manifest.settings, "lateness 30ms");
  EXPECT_EQ(found->log.records, 1u);
  EXPECT_GT(found->users, 0u);
  const auto none = describe(folder_.path() + "/none", false);
  ASSERT_FALSE(none.has_value());
  EXPECT_THAT(none.error().message, HasSubstr("holds no engine's state"));
}

}  // namespace
}  // namespace segue::durable
