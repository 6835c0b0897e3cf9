// What an event costs when there are many rules: cost follows change, not rules.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "bench/reach/measure.h"
#include "bench/reach/rows.h"
#include "bench/reach/rules.h"
#include "bench/reach/shape_rules.h"
#include "compiler/codegen/codegen.h"
#include "runtime/base/check.h"
#include "runtime/ingest/reader.h"
#include "segue/compile.h"
#include "segue/engine.h"

namespace segue::bench {
namespace {

/// The stream of these rows: the workload's, a tenth as long, since a thousand rules are looked at.
WorkloadOptions stream_of(const ReachOptions& options) {
  WorkloadOptions stream = options.workload;
  stream.events /= 10;
  stream.users /= 10;
  return stream;
}

double run_looker(const WorkloadOptions& stream, uint32_t rules, RuleLooker*& kept) {
  std::vector<Call> calls;
  Workload workload(stream);
  for (Call call; workload.next(call);) calls.push_back(call);
  auto looker =
      std::make_unique<RuleLooker>(shape_rules(rules), static_cast<uint32_t>(stream.users));
  const double begin = cpu_seconds();
  for (const Call& call : calls) looker->take(call);
  const double seconds = cpu_seconds() - begin;
  SEGUE_CHECK(looker->changes() > 0, "events change memberships");
  delete kept;
  kept = looker.release();
  return seconds;
}

/// All changes as one text, in the order they are told.
std::string told_by(const std::string& rules, Evaluator evaluator, const std::string& lines) {
  Compilation compilation;
  SEGUE_CHECK(compile_text("rules.seg", rules, {}, compilation).ok() && compilation.ok(),
              "the rules check");
  MembershipEngine engine;
  EngineSettings settings;
  settings.evaluator = evaluator;
  SEGUE_CHECK(start_engine(compilation, settings, engine).ok(), "an engine starts");
  std::string told;
  engine.on_change([&](const MembershipChange& change) {
    told.append(change.id).append(change.entered ? " +\n" : " -\n");
  });
  SEGUE_CHECK(engine.push(lines).ok() && engine.finish().ok(), "memory does not fail");
  return told;
}

}  // namespace

void check_shapes(const ReachOptions& options) {
  const std::string rules = text_of(shape_rules(1000));
  WorkloadOptions sample = options.workload;
  sample.events = 4000;
  sample.users = 100;
  const std::string lines = lines_of(sample);
  const std::string naive = told_by(rules, Evaluator::kNaive, lines);
  const std::string native = told_by(rules, Evaluator::kNative, lines);
  fmt::print(stderr, "answers: 1,000 rules, {} events: {} changes by the naive evaluator\n",
             sample.events, std::count(naive.begin(), naive.end(), '\n'));
  if (naive == native) return;
  fmt::print(stderr, "bench: the answers of 1,000 rules differ\n");
  std::exit(1);
}

void shape_rows(const ReachOptions& options) {
  pin_to(1);
  const WorkloadOptions stream = stream_of(options);
  const std::string lines = lines_of(stream);
  const auto count = static_cast<double>(stream.events);
  const auto program_with = [&](uint32_t rules) { return program_of(text_of(shape_rules(rules))); };
  const auto few = program_with(100);
  const auto many = program_with(1000);
  const auto few_batches = decode_all(*few, lines);
  const auto many_batches = decode_all(*many, lines);
  uint64_t changes = 0;
  const auto run = [&](const auto& program, const auto& batches) {
    EngineListener nobody;
    EngineStats stats;
    const double seconds = run_engine(program, {}, copies_of(batches), nobody, &stats);
    changes = stats.changes;
    return seconds;
  };
  const auto ours = [&] { return run(many, many_batches); };
  const Turns growth = take_turns(options.turns, [&] { return run(few, few_batches); }, ours);
  print_row({"an event at 1,000 rules of mixed shapes, beside one at 100", "at most 3 times",
             fmt::format("{:.2f} times", growth.ratio()), growth.ratio() <= 3,
             fmt::format("{:.0f} ns beside {:.0f}, {} changes", median(growth.theirs) / count * 1e9,
                         median(growth.ours) / count * 1e9, changes)});
  for (const uint32_t rules : {100U, 1000U}) {
    RuleLooker* looker = nullptr;
    const Turns turns = take_turns(
        std::min(3, options.turns),
        [&] { return rules == 100 ? run(few, few_batches) : run(many, many_batches); },
        [&] { return run_looker(stream, rules, looker); });
    const auto looks = static_cast<double>(looker->looks());
    const auto told = static_cast<double>(looker->changes());
    delete looker;
    print_row(
        {fmt::format("{} rules, beside looking at each triggered one by one", rules),
         "at least 5 times faster", fmt::format("{:.1f} times", turns.ratio()), turns.ratio() >= 5,
         fmt::format("{:.0f} ns an event with {:.1f} changes beside {:.0f} ns with {:.1f}, as it "
                     "has no timers; {:.0f} looks of {:.1f} ns",
                     median(turns.ours) / count * 1e9, static_cast<double>(changes) / count,
                     median(turns.theirs) / count * 1e9, told / count, looks / count,
                     median(turns.theirs) / looks * 1e9)});
  }
}

/// Which shape the time goes to: a hundred rules of each alone.
void each_shape(const ReachOptions& options) {
  pin_to(1);
  static constexpr const char* kNames[kShapes] = {
      "counts", "sums", "absences", "days", "texts", "numbers", "traits", "scores", "sequences"};
  const WorkloadOptions stream = stream_of(options);
  const std::string lines = lines_of(stream);
  for (uint32_t shape = 0; shape < kShapes; ++shape) {
    std::vector<ShapeRule> rules = shape_rules(100 * kShapes);
    std::erase_if(rules,
                  [&](const ShapeRule& rule) { return rule.shape != static_cast<Shape>(shape); });
    const auto program = program_of(text_of(rules));
    EngineListener nobody;
    EngineStats stats;
    const double seconds = run_engine(program, {}, decode_all(*program, lines), nobody, &stats);
    fmt::print(stderr, "100 {}: {:.0f} ns an event, {} changes, {} bytes a user\n", kNames[shape],
               seconds / static_cast<double>(stream.events) * 1e9, stats.changes,
               stats.state_bytes / stats.users);
  }
}

void code_rows(const ReachOptions&) {
  pin_to(2);
  const std::string rules = text_of(shape_rules(10'000));
  const std::string folder = fmt::format("/tmp/segue-bench-cache-{}", getpid());
  const double begin = now_seconds();
  const auto program = program_of(rules, false);
  const double image = now_seconds() - begin;
  const auto generated = [&](CodegenStats& stats) {
    const auto code = generate(*program, {.threads = 2, .cache_dir = folder}, &stats);
    SEGUE_CHECK(code.has_value(), "code can be made here");
  };
  CodegenStats made;
  generated(made);
  std::vector<double> loads;
  CodegenStats loaded;
  for (int turn = 0; turn < 5; ++turn) {
    generated(loaded);
    loads.push_back(loaded.ms);
  }
  std::filesystem::remove_all(folder);
  print_row({"10,000 rules to native code, two threads", "under 2 s",
             fmt::format("{:.2f} s", image + made.ms / 1000), image + made.ms / 1000 < 2,
             fmt::format("{:.0f} ms to the image, which the interpreter answers from, {:.0f} ms to "
                         "code",
                         image * 1000, made.ms)});
  print_row({"10,000 rules from the object cache", "under 50 ms",
             fmt::format("{:.0f} ms", median(loads)),
             loaded.cached_modules > 0 && median(loads) < 50,
             fmt::format("{} of {} modules were kept", loaded.cached_modules, loaded.modules)});
}

}  // namespace segue::bench
