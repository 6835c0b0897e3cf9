#include "segue/testing.h"

#include <fmt/format.h>
#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "api/compilation_state.h"
#include "api/rule_words.h"
#include "api/runtime/native_code.h"
#include "api/runtime/time_points.h"
#include "api/test_json.h"
#include "compiler/sema/check.h"

namespace segue {
namespace {

using Expectation = hir::Test::Expectation;

/// The latest instant that a test names: its clock runs to it.
Instant end_of(const hir::Test& test) {
  Instant end = kInstantMin;
  for (const hir::Test::User& user : test.users) {
    for (const hir::Test::Event& event : user.events) end = std::max(end, event.at);
  }
  for (const Expectation& expectation : test.expectations) {
    if (expectation.kind != Expectation::Kind::kNoOtherChanges) end = std::max(end, expectation.at);
  }
  return end;
}

std::string lines_of(const hir::Test& test) {
  std::string lines;
  for (const hir::Test::User& user : test.users) {
    for (const hir::Test::Event& event : user.events) lines += json_line(user.name, event) + "\n";
  }
  return lines;
}

/// All files that `file` uses, however indirectly, itself included.
std::set<SourceId> seen_from(const Loaded& loaded, SourceId file) {
  std::set<uint32_t> found;
  std::vector<uint32_t> open;
  for (uint32_t i = 0; i < loaded.files.size(); ++i) {
    if (loaded.files[i].id == file) open.push_back(i);
  }
  while (!open.empty()) {
    const uint32_t next = open.back();
    open.pop_back();
    if (!found.insert(next).second || next >= loaded.uses.size()) continue;
    open.insert(open.end(), loaded.uses[next].begin(), loaded.uses[next].end());
  }
  std::set<SourceId> ids;
  for (const uint32_t i : found) ids.insert(loaded.files[i].id);
  return ids;
}

/// The segments that a test is about: those of its file, else those of the files it uses, and those
/// that it names.
std::vector<bool> segments_of(const hir::Test& test, const Compilation::State& state) {
  const std::vector<hir::Segment>& segments = state.rules.segments;
  std::vector<bool> chosen(segments.size());
  bool any = false;
  for (size_t i = 0; i < segments.size(); ++i) {
    chosen[i] = segments[i].span.file == test.span.file;
    any |= chosen[i];
  }
  if (!any) {
    const std::set<SourceId> seen = seen_from(state.loaded, test.span.file);
    for (size_t i = 0; i < segments.size(); ++i) chosen[i] = seen.contains(segments[i].span.file);
  }
  for (const Expectation& expectation : test.expectations) {
    if (expectation.kind <= Expectation::Kind::kNotIn) chosen[expectation.segment.index] = true;
  }
  return chosen;
}

/// One test on an engine of its own.
class TestRun {
 public:
  TestRun(const hir::Test& test, const Compilation& compilation, Evaluator evaluator)
      : test_(test), compilation_(compilation), state_(compilation.state()) {
    settings_.evaluator = evaluator;
    settings_.any_lateness = true;  // users of a test stand one after the other
  }

  Outcome run(TestResult& result);

 private:
  struct Seen {
    TimePoint at;
    std::string user;
    uint32_t segment = 0;
    bool entered = false;
    bool expected = false;
  };

  Outcome drive();
  void judge(const Expectation& expectation, TestExpectation& told);
  void judge_change(const Expectation& expectation, TestExpectation& told);
  void judge_membership(const Expectation& expectation, TestExpectation& told);
  void judge_score(const Expectation& expectation, TestExpectation& told);
  void judge_others(TestExpectation& told);
  std::string history_of(const Expectation& expectation) const;

  const hir::Test& test_;
  const Compilation& compilation_;
  const Compilation::State& state_;
  EngineSettings settings_;
  std::vector<Seen> seen_;
  std::map<Instant, Snapshot> snapshots_;
};

Outcome TestRun::run(TestResult& result) {
  const auto begin = std::chrono::steady_clock::now();
  result.name = test_.name;
  result.at = range_of(state_.found->sources, test_.span);
  if (Outcome wrong = drive(); !wrong.ok()) return wrong;

  // Changes are claimed first, so that the order of the expectations does not matter.
  for (const Expectation& expectation : test_.expectations) {
    TestExpectation& told = result.expectations.emplace_back();
    told.at = range_of(state_.found->sources, expectation.span);
    told.text = written(state_.found->sources, expectation.span);
    if (told.text.starts_with("expect ")) told.text.erase(0, 7);
    if (expectation.kind != Expectation::Kind::kNoOtherChanges) judge(expectation, told);
  }
  for (size_t i = 0; i < test_.expectations.size(); ++i) {
    if (test_.expectations[i].kind == Expectation::Kind::kNoOtherChanges) {
      judge_others(result.expectations[i]);
    }
  }
  for (const Seen& seen : seen_) {
    result.changes.push_back({seen.at, seen.user, state_.rules.segments[seen.segment].name,
                              seen.entered, seen.expected});
  }
  result.passed = std::all_of(result.expectations.begin(), result.expectations.end(),
                              [](const TestExpectation& told) { return told.met; });
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return {};
}

Outcome TestRun::drive() {
  MembershipEngine engine;
  if (Outcome wrong = start_engine(compilation_, settings_, engine); !wrong.ok()) return wrong;
  const std::vector<bool> chosen = segments_of(test_, state_);
  engine.on_change([&](const MembershipChange& change) {
    if (!chosen[change.segment]) return;
    seen_.push_back({change.at, std::string(change.user), change.segment, change.entered, false});
  });
  for (const Expectation& expectation : test_.expectations) {
    const bool looks = expectation.kind == Expectation::Kind::kIn ||
                       expectation.kind == Expectation::Kind::kNotIn ||
                       expectation.kind == Expectation::Kind::kScore;
    if (!looks || snapshots_.contains(expectation.at)) continue;
    snapshots_[expectation.at] = {};
    const Outcome asked = engine.on_snapshot(
        time_point_of(expectation.at), true,
        [this, at = expectation.at](const Snapshot& snapshot) { snapshots_[at] = snapshot; });
    if (!asked.ok()) return asked;
  }
  if (Outcome wrong = engine.push(lines_of(test_)); !wrong.ok()) return wrong;
  return engine.finish(time_point_of(end_of(test_)));
}

// ---- judging ------------------------------------------------------------------------------------

void TestRun::judge(const Expectation& expectation, TestExpectation& told) {
  switch (expectation.kind) {
    case Expectation::Kind::kEnters:
    case Expectation::Kind::kLeaves:
      judge_change(expectation, told);
      return;
    case Expectation::Kind::kIn:
    case Expectation::Kind::kNotIn:
      judge_membership(expectation, told);
      return;
    case Expectation::Kind::kScore:
      judge_score(expectation, told);
      return;
    case Expectation::Kind::kNoOtherChanges:
      return;
  }
}

void TestRun::judge_change(const Expectation& expectation, TestExpectation& told) {
  const bool enters = expectation.kind == Expectation::Kind::kEnters;
  for (Seen& seen : seen_) {
    if (seen.user != expectation.user || seen.segment != expectation.segment.index ||
        seen.entered != enters || seen.at != time_point_of(expectation.at) || seen.expected) {
      continue;
    }
    seen.expected = true;
    told.met = true;
    return;
  }
  told.seen = history_of(expectation);
}

void TestRun::judge_membership(const Expectation& expectation, TestExpectation& told) {
  const auto& members = snapshots_[expectation.at].members;
  const auto& ids = members[expectation.segment.index];
  const bool in = std::binary_search(ids.begin(), ids.end(), expectation.user);
  told.met = in == (expectation.kind == Expectation::Kind::kIn);
  if (!told.met) told.seen = (in ? "in it then: " : "not in it then: ") + history_of(expectation);
}

void TestRun::judge_score(const Expectation& expectation, TestExpectation& told) {
  const auto& values = snapshots_[expectation.at].scores[expectation.score.index];
  const auto found = std::lower_bound(
      values.begin(), values.end(), expectation.user,
      [](const auto& value, const std::string& user) { return value.first < user; });
  const bool known = found != values.end() && found->first == expectation.user;
  told.met = known && found->second == expectation.value;
  if (!told.met) told.seen = known ? fmt::format("it was {}", found->second) : "no such user then";
}

void TestRun::judge_others(TestExpectation& told) {
  const auto others =
      std::count_if(seen_.begin(), seen_.end(), [](const Seen& seen) { return !seen.expected; });
  told.met = others == 0;
  if (others > 0) told.seen = fmt::format("{} other{}", others, others == 1 ? "" : "s");
}

/// `entered at …, left at …` of the expectation's user and segment.
std::string TestRun::history_of(const Expectation& expectation) const {
  std::string text;
  for (const Seen& seen : seen_) {
    if (seen.user != expectation.user || seen.segment != expectation.segment.index) continue;
    text += fmt::format("{}{} at {}", text.empty() ? "" : ", ", seen.entered ? "entered" : "left",
                        format_time(seen.at));
  }
  return text.empty() ? "never entered" : text;
}

/// Tests by file and line; those whose name contains the filter.
std::vector<const hir::Test*> chosen_tests(const Compilation::State& state,
                                           const std::string& filter) {
  std::vector<const hir::Test*> tests;
  for (const hir::Test& test : state.rules.tests) {
    if (test.name.find(filter) != std::string::npos) tests.push_back(&test);
  }
  std::sort(tests.begin(), tests.end(), [&](const hir::Test* a, const hir::Test* b) {
    const SourceManager& sources = state.found->sources;
    const auto key = [&](const hir::Test* test) {
      return std::make_pair(sources.file(test->span.file).path(), test->span.begin);
    };
    return key(a) < key(b);
  });
  return tests;
}

Outcome run_test(const hir::Test& test, const Compilation& compilation, const TestOptions& options,
                 TestResult& result) {
  if (options.evaluator == Evaluator::kNative) {
    std::shared_ptr<const CompiledProgram> program;
    if (Outcome wrong = compilation.program(program); !wrong.ok()) return wrong;
    (void)wait_for_native(program->state(), options.code);  // without it the interpreter answers
  }
  return TestRun(test, compilation, options.evaluator).run(result);
}

/// Its rules with the parameters of `with`; the test is found again by its place.
Outcome run_with_params(const hir::Test& test, const Compilation::State& base,
                        const TestOptions& options, TestResult& result) {
  std::vector<std::pair<std::string, std::string>> params;
  for (const auto& [name, value] : test.params) params.emplace_back(name, param_text(value));
  Compilation other;
  check_with(base, params, other);
  if (!other.ok()) {
    result.name = test.name;
    result.at = range_of(base.found->sources, test.span);
    result.expectations.push_back({"rules that hold with these parameters", result.at, false,
                                   other.findings().list()[0].message});
    return {};
  }
  for (const hir::Test& again : other.state().rules.tests) {
    if (again.span == test.span) return run_test(again, other, options, result);
  }
  return {Fault::kInvalid, "the test is not there any more"};
}

}  // namespace

Outcome run_tests(const Compilation& compilation, const TestOptions& options,
                  const std::function<void(const TestResult&)>& sink) noexcept {
  if (!compilation.ok()) return {Fault::kInvalid, "the rules are wrong"};
  const Compilation::State& state = compilation.state();
  for (const hir::Test* test : chosen_tests(state, options.filter)) {
    TestResult result;
    const Outcome outcome = test->params.empty() ? run_test(*test, compilation, options, result)
                                                 : run_with_params(*test, state, options, result);
    if (!outcome.ok()) return outcome;
    sink(result);
  }
  return {};
}

}  // namespace segue
