#include "tests/differential/identity.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "api/naive_backend.h"
#include "runtime/cells/merge.h"
#include "runtime/engine/engine.h"
#include "runtime/pack/as_of_events.h"

namespace segue::differential {
namespace {

/// Writes changes, and who is in what at each stop.
class Listener : public EngineListener {
 public:
  explicit Listener(const hir::Rules& rules) : rules_(rules) {}

  void on_changes(std::span<const segue::Change> changes) override {
    for (const segue::Change& change : changes) {
      lines.push_back(change_line(change.user, change.at, rules_.segments[change.segment].name,
                                  change.entered, static_cast<int>(change.cause), change.event));
    }
  }
  void on_late(const Event&, const Origin*) override { lines.push_back("error: late"); }
  void on_stop(Instant at) override {
    if (backend == nullptr) return;
    const auto members = backend->members();
    for (uint32_t i = 0; i < members.size(); ++i) {
      for (const std::string_view user : members[i]) {
        as_of.push_back(fmt::format("{} {} in {}", user, at.ms, rules_.segments[i].name));
      }
    }
    for (uint32_t i = 0; i < rules_.scores.size(); ++i) {
      for (const auto& [user, value] : backend->scores(i)) {
        as_of.push_back(fmt::format("{} {} {} = {:.17g}", user, at.ms, i, value));
      }
    }
  }

  Backend* backend = nullptr;
  Answer lines;
  Answer as_of;

 private:
  const hir::Rules& rules_;
};

/// A few events a batch, so that instants are cut by batches too.
void push_all(Backend& backend, const InputSchema& schema, const std::vector<GeneratedEvent>& input,
              const EngineMode& mode, std::vector<std::unique_ptr<Decoded>>& kept) {
  static constexpr size_t kBatch = 3;
  Random random(mode.shuffle);
  for (size_t i = 0; i < input.size(); i += kBatch) {
    kept.push_back(std::make_unique<Decoded>(schema));
    for (size_t j = i; j < std::min(i + kBatch, input.size()); ++j) kept.back()->add(input[j]);
    kept.back()->batch.more = mode.says_more(random);
    backend.push(std::move(kept.back()->batch));
  }
}

struct Contender {
  std::string name;
  Mode program;
  EngineMode engine;
};

Answer ask(const hir::Rules& rules, const std::shared_ptr<const Program>& program,
           const std::vector<GeneratedEvent>& events, Instant until, const EngineMode& mode) {
  Listener listener(rules);
  EngineOptions options;
  options.threads = mode.shards;
  options.lateness = Duration{mode.lateness_ms};
  const auto backend = make_engine_backend(program, options, listener);
  std::vector<std::unique_ptr<Decoded>> kept;
  push_all(*backend, program->schema(), mode.shuffle == 0 ? events : shuffled(events, mode), mode,
           kept);
  backend->finish(until);
  std::sort(listener.lines.begin(), listener.lines.end());
  return listener.lines;
}

/// As of those instants, from joined histories.
Answer ask_as_of(const hir::Rules& rules, const Program& program,
                 const std::vector<GeneratedEvent>& events, const std::set<Instant>& stops) {
  std::vector<pack::EventsByUser> dealt(2);
  std::vector<std::unique_ptr<Decoded>> kept;
  for (size_t i = 0; i < events.size(); ++i) {
    kept.push_back(std::make_unique<Decoded>(program.schema()));
    kept.back()->add(events[i]);
    dealt[i % 2].add(std::move(kept.back()->batch));
  }
  pack::AsOfRequest request;
  request.at.assign(stops.begin(), stops.end());
  request.with_scores = true;
  request.threads = 2;
  const pack::AsOfResult result = pack::EventsByUser::answer(program, dealt, request, {});
  Answer lines;
  for (const pack::Answers& answers : result.answers) {
    for (uint32_t i = 0; i < answers.members.size(); ++i) {
      for (const std::string_view user : answers.members[i]) {
        lines.push_back(fmt::format("{} {} in {}", user, answers.at.ms, rules.segments[i].name));
      }
    }
    for (uint32_t i = 0; i < answers.scores.size(); ++i) {
      for (const auto& [user, value] : answers.scores[i]) {
        lines.push_back(fmt::format("{} {} {} = {:.17g}", user, answers.at.ms, i, value));
      }
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

/// Of segments that are exact after a merge.
Answer exact_only(const Answer& answer, const hir::Rules& rules, const image::View& view) {
  const cells::Exactness exactness(view);
  Answer kept;
  for (const std::string& line : answer) {
    bool exact = true;
    for (uint32_t i = 0; i < rules.segments.size(); ++i) {
      const bool of_it = line.find(" " + rules.segments[i].name + " ") != std::string::npos;
      exact = exact && (!of_it || exactness.node(view.segments[i].node));
    }
    if (exact) kept.push_back(line);
  }
  return kept;
}

}  // namespace

IdentityVerdict judge_identity(const hir::Rules& rules, const std::vector<GeneratedEvent>& events,
                               Instant until, uint64_t number, bool native) {
  Listener judge(rules);
  std::vector<std::unique_ptr<Decoded>> kept;
  const auto backend = make_naive_backend(rules, {}, judge);
  judge.backend = backend.get();
  std::set<Instant> stops;
  for (size_t i = number % 3; i < events.size(); i += 3) stops.insert(Instant{events[i].at_ms});
  stops.insert(until);
  for (const Instant stop : stops) (void)backend->stop_at(stop);
  push_all(*backend, rules.schema, events, {}, kept);
  backend->finish(until);
  std::sort(judge.lines.begin(), judge.lines.end());
  std::sort(judge.as_of.begin(), judge.as_of.end());

  const bool tracked = number % 2 == 0;
  const auto program = compile(rules, {"all", false, tracked});
  const Answer as_of = ask_as_of(rules, *program, events, stops);
  if (as_of != judge.as_of) return {"as of, who is who", judge.as_of, as_of};

  const Answer first = ask(rules, program, events, until, {});
  const Answer wanted = exact_only(judge.lines, rules, program->view());
  const Answer exact = exact_only(first, rules, program->view());
  if (exact != wanted) return {"engine, who is who", wanted, exact};
  std::vector<Contender> others = {{"engine, four shards, shuffled, who is who",
                                    {"all", false, !tracked},
                                    {4, kDayMs, number + 1}}};
  if (native) others.push_back({"engine, native, who is who", {"all", true, tracked}, {}});
  for (const Contender& other : others) {
    const Answer actual = ask(rules, compile(rules, other.program), events, until, other.engine);
    if (actual != first) return {other.name, first, actual};
  }
  return {};
}

}  // namespace segue::differential
