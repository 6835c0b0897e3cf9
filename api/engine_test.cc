#include "segue/engine.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <set>

#include "api/test_programs.h"
#include "segue/compile.h"
#include "segue/time.h"

namespace segue {
namespace {

constexpr const char* kRules = R"seg(
event view { path: text? }
event order { total: number }
trait plan: text
segment keen = view >= 2 within 2h
segment gone = no view within 3h
segment buyer = sum(order.total) >= 10 within 1d and plan = "pro"
segment waits = (view then no order within 1h) >= 1 within 1d
score heat {
  within 1d
  +1 view
  +5 order
}
)seg";

Compilation compiled() {
  Compilation compilation;
  EXPECT_TRUE(compile_text("rules.seg", kRules, {}, compilation).ok());
  EXPECT_TRUE(compilation.ok()) << compilation.findings().render(FindingsFormat::kText);
  return compilation;
}

TimePoint at(int64_t minute) {
  return TimePoint(Milliseconds(1'700'000'000'000 + minute * 60'000));
}

/// Events of a few users over two days, a minute's grid so that instants meet; some are copies.
std::vector<std::string> random_lines(std::mt19937& random, int64_t disorder_minutes) {
  std::vector<std::pair<int64_t, std::string>> lines;
  for (int i = 0; i < 200; ++i) {
    const int64_t minute = random() % 2880;
    const std::string head = fmt::format(R"({{"userId":"u{}","timestamp":"{}","messageId":"m{}",)",
                                         random() % 5, format_time(at(minute)), random() % 150);
    std::string line = head + R"("event":"view"})";
    if (i % 4 == 1)
      line = head + fmt::format(R"("event":"order","properties":{{"total":{}}}}})", i % 9);
    if (i % 11 == 2) line = head + R"("type":"identify","traits":{"plan":"pro"}})";
    if (i % 17 == 3) line = head;  // no JSON
    const int64_t shift = disorder_minutes == 0 ? 0 : random() % disorder_minutes;
    lines.emplace_back(minute + shift, line);
  }
  std::sort(lines.begin(), lines.end());
  std::vector<std::string> sorted;
  for (auto& [minute, line] : lines) sorted.push_back(std::move(line));
  return sorted;
}

/// All that an engine tells, in order.
struct Told {
  std::vector<std::string> lines;

  void change(const MembershipChange& change) {
    lines.push_back(fmt::format("{} {} {} {} {} {} {}", format_time(change.at), change.user,
                                change.segment_name, change.entered ? "enters" : "leaves",
                                name_of(change.cause), change.event, change.id));
  }
  void snapshot(const Snapshot& snapshot) {
    std::string line = fmt::format("{}: {} users", format_time(snapshot.at), snapshot.users);
    for (const auto& ids : snapshot.members) line += fmt::format(" [{}]", fmt::join(ids, " "));
    for (const auto& values : snapshot.scores) {
      for (const auto& [user, value] : values) line += fmt::format(" {}={}", user, value);
    }
    lines.push_back(line);
  }
  void stats(const RunStats& stats) {
    std::string line = fmt::format("{} events {} copies {} late {} changes {} users", stats.events,
                                   stats.duplicates, stats.late, stats.changes, stats.users);
    for (const RejectCount& reject : stats.rejects) {
      line += fmt::format(" {} {} from {}", reject.count, reject.name, reject.first[0].line);
    }
    lines.push_back(line);
  }
};

Told drive(const Compilation& compilation, const EngineSettings& settings,
           const std::vector<std::string>& lines, std::optional<TimePoint> advance = {}) {
  MembershipEngine engine;
  EXPECT_TRUE(start_engine(compilation, settings, engine).ok());
  Told told;
  engine.on_change([&](const MembershipChange& change) { told.change(change); });
  const auto stop = [&](int64_t minute, bool with_scores) {
    EXPECT_TRUE(engine
                    .on_snapshot(at(minute), with_scores,
                                 [&](const Snapshot& snapshot) { told.snapshot(snapshot); })
                    .ok());
  };
  stop(700, true);
  stop(-50, false);
  stop(4000, true);
  for (size_t i = 0; i < lines.size(); ++i) {
    if (advance && i == lines.size() / 2) {
      EXPECT_TRUE(engine.advance_to(*advance).ok());
    }
    EXPECT_TRUE(engine.push(lines[i] + "\n").ok());
  }
  EXPECT_TRUE(engine.finish(at(3500)).ok());
  told.stats(engine.stats());
  return told;
}

TEST(MembershipEngine, AllEvaluatorsTellTheSame) {
  const Compilation compilation = compiled();
  std::mt19937 random(20260501);
  for (int round = 0; round < 20; ++round) {
    EngineSettings settings;
    settings.lateness = std::chrono::minutes(round % 4 * 20);
    settings.any_lateness = round % 5 == 4;
    if (round % 3 == 2) settings.dedupe = std::chrono::minutes(90);
    const std::vector<std::string> lines = random_lines(random, round % 3 * 40);
    const std::optional<TimePoint> advance =
        round % 7 == 6 ? std::optional(at(1500)) : std::nullopt;

    settings.evaluator = Evaluator::kNaive;
    const Told naive = drive(compilation, settings, lines, advance);
    EXPECT_GT(naive.lines.size(), 20U);
    for (const Evaluator evaluator : {Evaluator::kInterpreter, Evaluator::kNative}) {
      for (const unsigned threads : {1U, 4U}) {
        settings.evaluator = evaluator;
        settings.threads = threads;
        EXPECT_EQ(drive(compilation, settings, lines, advance).lines, naive.lines)
            << "round " << round << ", " << threads << " threads";
      }
    }
  }
}

TEST(MembershipEngine, ChangesComeAsSoonAsTheyAreSure) {
  const Compilation compilation = compiled();
  MembershipEngine engine;
  ASSERT_TRUE(start_engine(compilation, {}, engine).ok());
  std::vector<std::string> told;
  engine.on_change([&](const MembershipChange& change) {
    told.push_back(fmt::format("{} {}", change.segment_name, change.entered));
  });
  const auto view = [&](int64_t minute) {
    return fmt::format(R"({{"userId":"a","event":"view","timestamp":"{}"}})",
                       format_time(at(minute)));
  };
  ASSERT_TRUE(engine.push(view(0) + "\n" + view(10)).ok());
  EXPECT_TRUE(told.empty());  // another event of minute 10 may come
  ASSERT_TRUE(engine.push(view(11)).ok());
  EXPECT_EQ(told, std::vector<std::string>{"keen true"});
  ASSERT_TRUE(engine.advance_to(at(60)).ok());
  ASSERT_TRUE(engine.push(view(60)).ok());
  EXPECT_EQ(engine.stats().late, 1U);  // dated at the instant that is settled
}

TEST(MembershipEngine, SnapshotsOfThePastAreRefused) {
  const Compilation compilation = compiled();
  MembershipEngine engine;
  ASSERT_TRUE(start_engine(compilation, {}, engine).ok());
  ASSERT_TRUE(engine.advance_to(at(60)).ok());
  const Outcome outcome = engine.on_snapshot(at(10), false, [](const Snapshot&) {});
  EXPECT_EQ(outcome.fault(), Fault::kTooLate);
}

TEST(MembershipEngine, RefusesRulesWithErrorsAndTooManyThreads) {
  Compilation wrong;
  ASSERT_TRUE(compile_text("rules.seg", "segment a = nothing", {}, wrong).ok());
  EXPECT_FALSE(wrong.ok());
  MembershipEngine engine;
  EXPECT_EQ(start_engine(wrong, {}, engine).fault(), Fault::kInvalid);
  EngineSettings settings;
  settings.threads = 1000;
  EXPECT_EQ(start_engine(compiled(), settings, engine).fault(), Fault::kInvalid);
}

// ---- deploys ------------------------------------------------------------------------------------

std::string view_of(const std::string& user, int64_t minute) {
  return fmt::format(R"({{"userId":"{}","event":"view","timestamp":"{}"}})", user,
                     format_time(at(minute))) +
         "\n";
}

struct Changes {
  std::vector<std::string> told;
  void listen(MembershipEngine& engine) {
    engine.on_change([this](const MembershipChange& change) {
      told.push_back(fmt::format("{} {}{} {}", change.user, change.entered ? '+' : '-',
                                 change.segment_name, name_of(change.cause)));
    });
  }
};

constexpr const char* kBefore = R"seg(
event view
segment keen = view >= 2 within 2h
segment old = view within 1d
)seg";
constexpr const char* kAfter = R"seg(
event view
segment keen = view >= 2 within 2h
segment seen = view >= 2 within 1h
)seg";

TEST(Deploy, KeepsWhatMeansTheSameAndTellsTheRest) {
  for (const unsigned threads : {1U, 3U}) {
    MembershipEngine engine;
    ASSERT_TRUE(start_engine(program_of(kBefore), {.threads = threads}, engine).ok());
    Changes changes;
    changes.listen(engine);
    ASSERT_TRUE(engine.push(view_of("ann", 0) + view_of("bob", 1) + view_of("ann", 2)).ok());
    ASSERT_TRUE(engine.advance_to(at(3)).ok());
    EXPECT_EQ(changes.told,
              (std::vector<std::string>{"ann +old event", "bob +old event", "ann +keen event"}));
    changes.told.clear();
    ASSERT_TRUE(engine.deploy(program_of(kAfter)).ok());
    // Ann's two views are known.
    ASSERT_TRUE(engine.push(view_of("ann", 10)).ok());
    ASSERT_TRUE(engine.finish(at(60)).ok());
    EXPECT_FALSE(engine.is_deploying());
    EXPECT_EQ(changes.told,
              (std::vector<std::string>{"ann -old deploy", "ann +seen deploy", "bob -old deploy"}));
    const Snapshot snapshot = engine.snapshot(false);
    EXPECT_EQ(snapshot.member_counts, (std::vector<uint64_t>{1, 1}));
  }
}

TEST(Deploy, OfTheSameProgramTellsNothing) {
  MembershipEngine engine;
  ASSERT_TRUE(start_engine(program_of(kBefore), {}, engine).ok());
  ASSERT_TRUE(engine.push(view_of("ann", 0) + view_of("ann", 2)).ok());
  ASSERT_TRUE(engine.advance_to(at(3)).ok());
  Changes changes;
  changes.listen(engine);
  ASSERT_TRUE(engine.deploy(program_of(kBefore)).ok());
  ASSERT_TRUE(engine.finish(at(60)).ok());
  EXPECT_TRUE(changes.told.empty());
}

/// Who drops what bears an id that was seen must end with the members that the engine has.
TEST(Deploy, ToAndFroAtOneInstantBearsIdsOfItsOwn) {
  const auto keen_from = [](int amount) {
    return program_of(
        fmt::format("event buy {{ amount: number }}\n"
                    "segment keen = sum(buy.amount) >= {} within 7d\n",
                    amount));
  };
  std::vector<std::string> of_one_thread;
  for (const unsigned threads : {1U, 3U}) {
    MembershipEngine engine;
    ASSERT_TRUE(start_engine(keen_from(50), {.threads = threads}, engine).ok());
    std::vector<std::string> told;
    std::set<std::string, std::less<>> ids;
    std::map<std::string, bool, std::less<>> members;
    engine.on_change([&](const MembershipChange& change) {
      told.push_back(fmt::format("{} {}", change.user, change.id));
      if (ids.emplace(change.id).second) members[std::string(change.user)] = change.entered;
      const std::string alone =
          change_id(change.user, change.segment_name, change.at, change.entered);
      EXPECT_EQ(change.id == alone, change.cause != ChangeCause::kDeploy);
    });
    std::string lines;
    for (const char* user : {"ann", "bob", "cat"}) {
      lines += fmt::format(
          R"({{"userId":"{}","event":"buy","timestamp":"{}","properties":{{"amount":60}}}})", user,
          format_time(at(0)));
      lines += "\n";
    }
    ASSERT_TRUE(engine.push(lines).ok());
    ASSERT_TRUE(engine.advance_to(at(0)).ok());
    for (const int amount : {100, 50, 100, 50}) {
      ASSERT_TRUE(engine.deploy(keen_from(amount)).ok());
    }
    ASSERT_TRUE(engine.finish().ok());
    EXPECT_EQ(told.size(), 15u);
    EXPECT_EQ(ids.size(), 15u);
    EXPECT_EQ(members, (std::map<std::string, bool, std::less<>>{
                           {"ann", true}, {"bob", true}, {"cat", true}}));
    if (threads == 1) of_one_thread = told;
    EXPECT_EQ(told, of_one_thread);
  }
}

TEST(Deploy, TheNaiveEvaluatorTakesNone) {
  MembershipEngine engine;
  Compilation naive;
  ASSERT_TRUE(compile_text("rules.seg", kBefore, {}, naive).ok());
  ASSERT_TRUE(start_engine(naive, {.evaluator = Evaluator::kNaive}, engine).ok());
  EXPECT_EQ(engine.deploy(program_of(kAfter)).fault(), Fault::kUnsupported);
}

}  // namespace
}  // namespace segue
