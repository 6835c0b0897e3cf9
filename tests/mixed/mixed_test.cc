// Engines of four threads against whole histories, while other threads look users up.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <map>
#include <thread>

#include "segue/deploy.h"
#include "segue/durable.h"
#include "tests/mixed/judge.h"

namespace segue::mixed {
namespace {

/// How much of each there was.
struct Figures {
  uint64_t cases = 0;
  uint64_t changes = 0;
  uint64_t merged = 0;
  uint64_t deleted = 0;
  uint64_t deploys = 0;
  uint64_t deploy_changes = 0;
  uint64_t checkpoints = 0;
  uint64_t reopened = 0;
  uint64_t replayed = 0;  // events, by engines that were opened again
  uint64_t looked_up = 0;
  uint64_t torn = 0;
};

/// Keeps changes by id, since what was given before a process ended may be given again.
class Sink final : public DurableSink {
 public:
  std::string name() const override { return ""; }
  Outcome resume(uint64_t) override { return {}; }
  void give(const MembershipChange& change) override {
    const auto [known, added] = lines_.emplace(change.id, line_of(change));
    if (!added && known->second != line_of(change)) {
      wrong_.push_back("again, but another: " + line_of(change));
    }
  }
  Outcome commit(uint64_t& position) override {
    position = 0;
    return {};
  }

  std::vector<std::string> lines() const {
    std::vector<std::string> lines = wrong_;
    for (const auto& [id, line] : lines_) lines.push_back(line);
    std::sort(lines.begin(), lines.end());
    return lines;
  }

 private:
  std::map<std::string, std::string, std::less<>> lines_;
  std::vector<std::string> wrong_;
};

/// Two threads that look users up, and what they see must be of one instant.
class Readers {
 public:
  Readers(const MembershipEngine& engine, const std::vector<std::string>& users)
      : engine_(engine), users_(users) {
    for (size_t first = 0; first < 2; ++first) {
      threads_.emplace_back([this, first] { read(first); });
    }
  }
  Readers(const Readers&) = delete;
  Readers& operator=(const Readers&) = delete;
  ~Readers() { stop(); }

  /// Each has looked at least once at all, however short the engine lived.
  void stop() {
    done_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  std::atomic<uint64_t> looked_up{0};
  std::atomic<uint64_t> torn{0};

 private:
  void read(size_t first) {
    do {
      for (size_t i = first; i < users_.size(); ++i) look_up(users_[i]);
      std::this_thread::yield();
    } while (!done_);
  }
  void look_up(const std::string& user) {
    const UserLookup found = engine_.look_up(user);
    const auto is_in = [&](uint32_t segment) {
      return std::binary_search(found.segments.begin(), found.segments.end(), segment);
    };
    if (is_in(kTwin) != is_in(kOther)) ++torn;
    if (is_in(kScored) != (found.scores[0] >= kScoredFrom)) ++torn;
    ++looked_up;
  }

  const MembershipEngine& engine_;
  const std::vector<std::string>& users_;
  std::atomic<bool> done_{false};
  std::vector<std::thread> threads_;
};

/// One engine through one case.
class EngineRun {
 public:
  EngineRun(const Case& made, bool keeps, std::string folder, Figures& figures)
      : made_(made), keeps_(keeps), folder_(std::move(folder)), figures_(figures) {}

  /// What it told, and which program was at work when. A failed call is a change that nobody
  /// expects.
  Told run(std::vector<Phase>& phases) {
    phases.push_back({0});
    begin();
    for (const Step& step : made_.steps) take(step, phases);
    expect(engine_.finish(made_.until), "finish");
    expect(engine_.flush_sink(), "flush_sink");
    stop_readers();
    const RunStats stats = engine_.stats();
    figures_.merged += stats.merged;
    figures_.deleted += stats.deleted;
    const Snapshot snapshot = engine_.snapshot(true);
    compare_lookups(snapshot);
    Told told{sink_.lines(), lines_of(snapshot, *program())};
    figures_.changes += told.changes.size();
    told.changes.insert(told.changes.end(), failures_.begin(), failures_.end());
    engine_ = {};
    return told;
  }

 private:
  const std::shared_ptr<const CompiledProgram>& program() const {
    return made_.rules[at_work_]->program;
  }

  void expect(const Outcome& outcome, const char* what) {
    if (!outcome.ok()) failures_.push_back(fmt::format("{}: {}", what, outcome.message()));
  }

  void begin() {
    EngineSettings settings;
    settings.evaluator = Evaluator::kInterpreter;
    settings.threads = 4;
    settings.lateness = made_.lateness;
    settings.lookups = true;
    if (keeps_) {
      DurableSettings kept;
      kept.folder = folder_;
      kept.sync = InputSync::kNone;
      kept.checkpoint_bytes = 3000;  // some begin by themselves, beside the input
      kept.sink = &sink_;
      Recovery found;
      expect(open_engine(program(), settings, kept, engine_, found), "open");
      figures_.replayed += found.events;
    } else {
      expect(start_engine(program(), settings, engine_), "start");
      engine_.on_change([this](const MembershipChange& change) { sink_.give(change); });
    }
    readers_ = std::make_unique<Readers>(engine_, made_.users);
  }

  void stop_readers() {
    const std::unique_ptr<Readers> readers = std::move(readers_);
    readers->stop();
    figures_.looked_up += readers->looked_up;
    figures_.torn += readers->torn;
  }

  /// Lookups of who is known say what a snapshot says.
  void compare_lookups(const Snapshot& snapshot) {
    for (uint32_t score = 0; score < snapshot.scores.size(); ++score) {
      for (const auto& [user, value] : snapshot.scores[score]) {
        const UserLookup found = engine_.look_up(user);
        if (found.program != program()->identity()) failures_.push_back("of another program");
        if (found.scores[score] != value) failures_.push_back("score of " + user);
        for (uint32_t segment = 0; segment < snapshot.members.size(); ++segment) {
          const std::vector<std::string>& members = snapshot.members[segment];
          const bool is_in = std::binary_search(members.begin(), members.end(), user);
          if (is_in != engine_.is_member(user, segment)) failures_.push_back("segments of " + user);
        }
      }
    }
    for (uint32_t segment = 0; segment < snapshot.members.size(); ++segment) {
      std::vector<std::string> members;
      engine_.each_member(segment, [&](std::string_view user) { members.emplace_back(user); });
      std::sort(members.begin(), members.end());
      const bool same =
          members == snapshot.members[segment] && members.size() == engine_.member_count(segment);
      if (!same) failures_.push_back("members of " + program()->segments()[segment].name);
    }
  }

  void take(const Step& step, std::vector<Phase>& phases) {
    switch (step.kind) {
      case Step::Kind::kPush:
        expect(engine_.push(step.lines), "push");
        break;
      case Step::Kind::kAdvance:
        expect(engine_.advance_to(step.through), "advance");
        floor_ = std::max(floor_, step.through);
        break;
      case Step::Kind::kDeploy:
        deploy(step.rules, phases);
        break;
      case Step::Kind::kCheckpoint:
        expect(engine_.checkpoint(), "checkpoint");
        ++figures_.checkpoints;
        break;
      case Step::Kind::kReopen:
        stop_readers();
        engine_ = {};  // without a word
        begin();
        ++figures_.reopened;
        break;
    }
  }

  void deploy(uint32_t rules, std::vector<Phase>& phases) {
    const auto newest = engine_.stats().newest;
    const TimePoint settled =
        std::max(newest ? *newest - made_.lateness - Milliseconds(1) : TimePoint::min(), floor_);
    // Two at one instant may tell a change twice.
    if (!newest || settled <= phases.back().begin) return;
    const DeployPlan plan = plan_deploy(*program(), *made_.rules[rules]->program);
    for (const RuleDeploy& segment : plan.segments) {
      if (segment.warms != Milliseconds(0)) failures_.push_back(segment.name + " warms");
    }
    at_work_ = rules;
    expect(engine_.deploy(program()), "deploy");
    phases.push_back({rules, settled});
    ++figures_.deploys;
  }

  const Case& made_;
  bool keeps_;
  std::string folder_;
  Figures& figures_;
  Sink sink_;
  MembershipEngine engine_;
  std::unique_ptr<Readers> readers_;
  uint32_t at_work_ = 0;
  TimePoint floor_ = TimePoint::min();
  std::vector<std::string> failures_;
};

class MixedTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string path = testing::TempDir() + "segue_mixed_XXXXXX";
    ASSERT_NE(mkdtemp(path.data()), nullptr);
    folder_ = path;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  bool can_keep() {
    Random random(1);
    const auto rules = make_rules(random);
    MembershipEngine engine;
    Recovery found;
    DurableSettings kept;
    kept.folder = folder_ + "/none";
    return open_engine(rules->program, {}, kept, engine, found).fault() != Fault::kUnsupported;
  }

  /// `SEGUE_SEED` chooses other cases.
  Figures run(bool keeps, uint64_t first, uint64_t cases) {
    Figures figures;
    const char* const seed_text = getenv("SEGUE_SEED");
    if (seed_text != nullptr) first += 10'000 * strtoull(seed_text, nullptr, 10);
    for (uint64_t seed = first; seed < first + cases; ++seed) {
      Random random(seed);
      const Case made = make_case(random, keeps);
      const std::string folder = fmt::format("{}/{}", folder_, seed);
      std::vector<Phase> phases;
      const Told told = EngineRun(made, keeps, folder, figures).run(phases);
      const Told expected = judge(made, phases);
      EXPECT_TRUE(told == expected) << "case " << seed << "\n" << difference(expected, told);
      for (const std::string& line : expected.changes) {
        figures.deploy_changes += line.find(" cause 5 ") != std::string::npos ? 1 : 0;
      }
      ++figures.cases;
      std::filesystem::remove_all(folder);
      if (HasFailure()) break;
    }
    fmt::print(
        "{} cases: {} changes, {} merged, {} deleted, {} deploys with {} changes, {} checkpoints, "
        "{} opened again with {} events applied again, {} lookups, {} torn\n",
        figures.cases, figures.changes, figures.merged, figures.deleted, figures.deploys,
        figures.deploy_changes, figures.checkpoints, figures.reopened, figures.replayed,
        figures.looked_up, figures.torn);
    EXPECT_GT(figures.changes, 0u);
    EXPECT_GT(figures.merged, 0u);
    EXPECT_GT(figures.deleted, 0u);
    EXPECT_GT(figures.looked_up, 0u);
    EXPECT_EQ(figures.torn, 0u);
    return figures;
  }

  std::string folder_;
};

TEST_F(MixedTest, InMemory) {
  const Figures figures = run(false, 1, 80);
  EXPECT_GT(figures.deploys, 0u);
  EXPECT_GT(figures.deploy_changes, 0u);
}

TEST_F(MixedTest, InAFolder) {
  if (!can_keep()) GTEST_SKIP() << "no store";
  const Figures figures = run(true, 1001, 20);
  EXPECT_GT(figures.deploys, 0u);
  EXPECT_GT(figures.deploy_changes, 0u);
  EXPECT_GT(figures.checkpoints, 0u);
  EXPECT_GT(figures.reopened, 0u);
  EXPECT_GT(figures.replayed, 0u);
}

}  // namespace
}  // namespace segue::mixed
