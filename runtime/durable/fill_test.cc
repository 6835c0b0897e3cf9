// Deploys that are filled from the log: as if the new rules had always been there, as far as the
// log reaches, and the same after a stop at whatever record.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "runtime/durable/test_files.h"
#include "runtime/durable/test_host.h"

namespace segue::durable {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// `program()` with three segments of events and windows that it does not know, one of them over
/// all history, and one for which more has to be kept of what it knows.
const std::shared_ptr<const Program>& wider_program() {
  static const std::shared_ptr<const Program> made = program_of(R"(
window 0 rolling 100 0
kind 0 streams
kind 1 streams 1 chunks 0
kind 2 name "view" streams 0 chunks 0
stream 0 name "view" cells 0
  kind-in k0
stream 1 name "other" cells 1 2
  kind-in k1
kind-set 0 2
kind-set 1 1
cell 0 newest source 0 k 6 at 56 bytes 36
cell 1 newest source 1 k 4 at 96 bytes 24
cell 2 total source 1 at 120 bytes 5
node 0 B place 0 timed segment 0
  nth-within c0 2 100
node 1 B place 1 timed segment 1
  nth-within c0 6 400
node 2 B place 2 timed segment 2
  nth-within c1 1 300
node 3 B place 3 segment 3
  number 3
  total-count c2
  less-equal
chunk 0 first 0 count 4 timed
segment 0 name "zz_hot" node 0
segment 1 name "crowd" node 1
segment 2 name "other" node 2
segment 3 name "often" node 3
)");
  return made;
}

/// Lines of both kinds of events, some late, some twice, and calls.
std::vector<Step> mixed_steps(uint32_t seed, int count, bool has_calls) {
  std::mt19937 random(seed);
  std::vector<Step> steps = some_steps(seed, count);
  int64_t now_ms = 10'000;
  for (Step& step : steps) {
    for (unsigned more = random() % 3; more > 0; --more) {
      const char* const name = random() % 2 == 0 ? "click" : "view";
      step.lines.push_back(
          fmt::format(R"({{"userId":"user {}","event":"{}","timestamp":{},"messageId":"n{}"}})",
                      random() % 7, name, now_ms + int64_t(random() % 60) - 30, random() % 30));
    }
    if (has_calls && random() % 12 == 0) {
      step.lines.push_back(fmt::format(
          R"({{"type":"alias","previousId":"user {}","userId":"user {}","timestamp":{}}})",
          random() % 7, random() % 7, now_ms));
    }
    if (has_calls && random() % 15 == 0) {
      step.lines.push_back(fmt::format(R"({{"type":"delete","userId":"user {}","timestamp":{}}})",
                                       random() % 7, now_ms + int64_t(random() % 50)));
    }
    now_ms += 25;
  }
  return steps;
}

class FillTest : public KeptTest {
 protected:
  FillTest() {
    options_.folder = folder_.path() + "/state";
    options_.segment_bytes = 900;
    options_.checkpoint_bytes = 3000;
    options_.keep_log = kKeepAll;
    options_.sync.when = SyncPolicy::When::kNone;
  }

  void begin_anew() {
    std::filesystem::remove_all(options_.folder);
    sink_ = {};
  }

  std::unique_ptr<TestHost> open(const std::shared_ptr<const Program>& given = program(),
                                 uint32_t threads = 1) {
    auto host = std::make_unique<TestHost>(sink_, options_, threads, given);
    EXPECT_TRUE(host->status.ok()) << host->status.error().message;
    return host;
  }

  /// Lines that are accepted and the clock, from a step on.
  void give(TestHost& host, std::span<const Step> steps, uint64_t& lines) {
    for (const Step& step : steps) {
      ASSERT_TRUE(host.push(step, lines).ok());
      lines += step.lines.size();
      ASSERT_TRUE(host.finish_step(step).ok());
    }
  }

  /// Who is in what, the users' names sorted.
  static std::set<std::string> members(TestHost& host) {
    std::set<std::string> found;
    std::string told = host.told();
    for (size_t begin = 0; begin < told.size();) {
      const size_t end = told.find('\n', begin);
      const std::string line = told.substr(begin, end - begin);
      if (line.find(" in ") != std::string::npos) found.insert(line);
      begin = end + 1;
    }
    return found;
  }

  /// Of these segments, what was told behind the instant of each, sorted.
  std::vector<std::string> changes_after(const std::map<std::string, Instant>& instants) {
    std::vector<std::string> found;
    for (const std::string& change : sink_.changes) {
      const size_t at = change.find('@') + 1;
      const size_t name = change.find(' ', at) + 2;  // behind its sign
      const std::string segment = change.substr(name, change.find_first_of(" \n", name) - name);
      const auto known = instants.find(segment);
      if (known == instants.end() || std::stoll(change.substr(at)) <= known->second.ms) continue;
      found.push_back(change);
    }
    std::ranges::sort(found);
    return found;
  }

  DurableOptions options_;
  KeptSink sink_;
};

/// Behind the deploy all is as if its rules had been there from the first line on: members, and
/// each later change.
TEST_F(FillTest, ALogOfAllInputMakesItAsIfTheRulesHadAlwaysBeenThere) {
  for (uint32_t seed = 1; seed <= 24; ++seed) {
    SCOPED_TRACE(seed);
    const std::vector<Step> steps = mixed_steps(seed, 60, seed % 2 == 0);
    const size_t at = 5 + seed % 50;
    const uint32_t threads = seed % 3 == 0 ? 3 : 1;
    begin_anew();
    options_.keep_log = kKeepAll;
    std::set<std::string> filled_members;
    std::vector<std::string> filled_changes;
    {
      const auto host = open(program(), threads);
      uint64_t lines = 0;
      give(*host, std::span(steps).first(at), lines);
      ASSERT_TRUE(host->durable->deploy(wider_program()).ok());
      EXPECT_EQ(host->engine().warming(), nullptr);
      EXPECT_GT(host->engine().last_deploy().filled, 0u);
      ASSERT_TRUE(host->durable->checkpoint().ok());
      host->flush();
      const size_t told = sink_.changes.size();
      give(*host, std::span(steps).subspan(at), lines);
      ASSERT_TRUE(host->durable->finish(kLongAgo).ok());
      host->flush();
      filled_changes.assign(sink_.changes.begin() + static_cast<ptrdiff_t>(told),
                            sink_.changes.end());
      filled_members = members(*host);
    }
    begin_anew();
    const auto always = open(wider_program(), threads);
    uint64_t lines = 0;
    give(*always, std::span(steps).first(at), lines);
    always->flush();
    const size_t told = sink_.changes.size();
    give(*always, std::span(steps).subspan(at), lines);
    ASSERT_TRUE(always->durable->finish(kLongAgo).ok());
    always->flush();
    EXPECT_EQ(filled_members, members(*always));
    EXPECT_EQ(filled_changes,
              std::vector<std::string>(sink_.changes.begin() + static_cast<ptrdiff_t>(told),
                                       sink_.changes.end()));
  }
}

/// At any record. How far a log of less than all input reaches hangs on the checkpoints before the
/// deploy, so there it is stopped behind it.
TEST_F(FillTest, AStopChangesNothing) {
  for (const Duration keep : {kKeepAll, Duration{250}}) {
    options_.keep_log = keep;
    for (uint32_t seed = 1; seed <= 2; ++seed) {
      SCOPED_TRACE(seed);
      std::vector<Step> steps = mixed_steps(seed + 100, 30, true);
      steps[9].deploy = wider_program();
      if (keep == kKeepAll) {
        steps[17].deploy = other_program();
        steps[23].deploy = wider_program();
      }
      begin_anew();
      std::string whole;
      {
        const auto host = open();
        uint64_t lines = 0;
        give(*host, steps, lines);
        ASSERT_TRUE(host->durable->finish(kLongAgo).ok());
        whole = host->told();
      }
      for (size_t stop = keep == kKeepAll ? 1 : 10; stop < steps.size(); ++stop) {
        begin_anew();
        uint64_t lines = 0;
        auto given = program();
        {
          const auto host = open();
          give(*host, std::span(steps).first(stop), lines);
          given = host->durable->program();
        }
        const auto host = open(given, stop % 2 == 0 ? 1 : 3);
        EXPECT_EQ(host->taken(), lines);
        give(*host, std::span(steps).subspan(stop), lines);
        ASSERT_TRUE(host->durable->finish(kLongAgo).ok());
        EXPECT_EQ(host->told(), whole) << "stopped after step " << stop;
      }
    }
  }
}

TEST_F(FillTest, WhoIsDeletedIsInNothingThatIsFilled) {
  const auto host = open();
  const auto line = [](const char* user, const char* event, int64_t at_ms) {
    return fmt::format(R"({{"userId":"{}","event":"{}","timestamp":{}}})", user, event, at_ms);
  };
  uint64_t lines = 0;
  const std::vector<Step> steps = {
      {{line("ann", "click", 10'000), line("bob", "click", 10'001)}, 10'050, nullptr},
      {{R"({"type":"delete","userId":"ann","timestamp":10060})"}, 10'100, nullptr},
      {{line("ann", "view", 10'120)}, 10'150, nullptr}};
  give(*host, steps, lines);
  ASSERT_TRUE(host->durable->deploy(wider_program()).ok());
  EXPECT_THAT(members(*host), ElementsAre("bob in other"));
}

/// What began after a part of the log was dropped waits for no less than it must.
TEST_F(FillTest, ALogThatReachesBackSomewhatMakesTheWaitShorter) {
  const auto run = [&](std::optional<Duration> keep) {
    begin_anew();
    options_.keep_log = keep;
    const auto host = open();
    uint64_t lines = 0;
    for (int i = 0; i < 40; ++i) {
      const Step step{
          {fmt::format(R"({{"userId":"ann","event":"click","timestamp":{}}})", 10'000 + 25 * i)},
          0,
          nullptr};
      give(*host, {&step, 1}, lines);
      EXPECT_TRUE(host->durable->checkpoint().ok());
    }
    EXPECT_TRUE(host->durable->deploy(wider_program()).ok());
    const Warming* const warming = host->engine().warming().get();
    return warming == nullptr ? std::vector<Instant>() : warming->ends;
  };
  const Instant newest{10'000 + 25 * 39};
  EXPECT_EQ(run(std::nullopt).back(), newest + Duration{400});
  const std::vector<Instant> some = run(Duration{200});
  ASSERT_FALSE(some.empty());
  EXPECT_LE(some.back(), newest + Duration{400 - 200 + 50}) << "copies are known for 50 ms";
  EXPECT_THAT(run(Duration{2000}), IsEmpty());
}

TEST_F(FillTest, DamageInWhatIsKeptRefusesTheDeployAndNothingElse) {
  const auto host = open();
  uint64_t lines = 0;
  const std::vector<Step> steps = mixed_steps(7, 20, false);
  give(*host, steps, lines);
  ASSERT_TRUE(host->durable->checkpoint().ok());
  flip_bit(options_.folder + "/log/" + segment_name(1), 300);
  const Status refused = host->durable->deploy(wider_program());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Errc::kCorrupt);
  give(*host, mixed_steps(8, 1, false), lines);
  EXPECT_EQ(host->durable->program(), program());
}

/// Once a segment has waited long enough. Lines are late, come twice and are of users who are
/// joined and deleted, before the log begins and behind it.
TEST_F(FillTest, ALogOfLessMakesItSoOnceThatIsEnough) {
  size_t compared = 0;
  for (uint32_t seed = 1; seed <= 24; ++seed) {
    SCOPED_TRACE(seed);
    const std::vector<Step> steps = mixed_steps(seed, 60, seed % 3 != 0);
    begin_anew();
    options_.keep_log = Duration{100 + 60 * (seed % 10)};
    options_.checkpoint_bytes = 300 + 100 * (seed % 7);
    std::map<std::string, Instant> untils;  // by segment, of those that do not wait without end
    std::vector<std::string> filled;
    {
      const auto host = open(program(), seed % 3 == 0 ? 3 : 1);
      uint64_t lines = 0;
      give(*host, std::span(steps).first(25 + seed % 20), lines);
      ASSERT_TRUE(host->durable->deploy(wider_program()).ok());
      for (uint32_t row = 0; row < 4; ++row) {
        const auto warming = host->engine().warming();
        const bool waits = warming && std::ranges::count(warming->rows, row) != 0;
        const Instant until = waits ? warming->segments[row].until : host->engine().last_settled();
        if (until != kNever) untils[std::string(host->engine().segment_name(row))] = until;
      }
      give(*host, std::span(steps).subspan(25 + seed % 20), lines);
      ASSERT_TRUE(host->durable->finish(kLongAgo).ok());
      host->flush();
      filled = changes_after(untils);
    }
    begin_anew();
    const auto always = open(wider_program());
    uint64_t lines = 0;
    give(*always, steps, lines);
    ASSERT_TRUE(always->durable->finish(kLongAgo).ok());
    always->flush();
    EXPECT_EQ(filled, changes_after(untils));
    compared += filled.size();
  }
  EXPECT_GT(compared, 500u);
}

TEST_F(FillTest, ItIsFoundByAProcessThatKeepsNothing) {
  std::string whole;
  for (const bool stops : {false, true}) {
    begin_anew();
    options_.keep_log = kKeepAll;
    auto host = open();
    uint64_t lines = 0;
    give(*host, mixed_steps(11, 30, true), lines);
    ASSERT_TRUE(host->durable->deploy(wider_program()).ok());
    if (stops) {
      host = nullptr;
      options_.keep_log.reset();
      host = open(wider_program());
    }
    ASSERT_TRUE(host->durable->finish(kLongAgo).ok());
    if (stops) {
      EXPECT_EQ(host->told(), whole);
    } else {
      whole = host->told();
    }
  }
}

}  // namespace
}  // namespace segue::durable
