#include <unistd.h>
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/bench_report.h"
#include "cli/code_cache.h"
#include "cli/commands.h"
#include "cli/complaint.h"
#include "cli/event_flags.h"
#include "cli/findings_report.h"
#include "cli/flags.h"
#include "cli/output.h"
#include "segue/measure.h"

namespace segue::cli {
namespace {

const std::string kDefaultLateness = "0s";

struct BenchFlags {
  InputPaths paths;
  SyntheticEvents wanted;
  std::string format = "text";
  EventFlags events;
  EngineFlags engine;
  RuleFlags rules;
  ColorFlags color;
  MeasureOptions measure;
};

Exit bench(const BenchFlags& flags) {
  const EngineSettings settings = flags.engine.settings(flags.events, kDefaultLateness);
  const Compilation compilation =
      compile_or_fail(flags.paths.rules(), flags.rules.options(), flags.color.use(Stream::kErr));
  const auto program = program_of(compilation);
  const std::vector<std::string> paths = flags.paths.events();
  std::vector<EventLog> logs;
  if (paths.empty()) {
    logs.push_back({make_events(compilation, flags.wanted), nullptr});
  } else {
    require(read_event_logs(paths, flags.wanted.events, logs));
  }
  MeasureOptions options = flags.measure;
  options.events_max = flags.wanted.events;
  options.any_lateness = settings.any_lateness;
  options.lateness = settings.lateness;
  options.code = settings.code;
  Measurement measured;
  require(measure(compilation, logs, options, measured));

  Output out(STDOUT_FILENO);
  out.write(flags.format == "json" ? bench_json(measured, *program, paths.empty())
                                   : bench_text(measured, *program, paths.empty()));
  finish(out);
  return Exit::kDone;
}

}  // namespace

void declare_bench(CLI::App& app, Job& job) {
  auto flags = std::make_shared<BenchFlags>();
  app.add_option(
         "RULES EVENTS", flags->paths.given,
         "rules: files or folders of .seg; events: .jsonl, .jsonl.gz, .jsonl.zst, .segl or - "
         "for standard input; without them events are made up from the rules")
      ->required();
  app.add_option("--events", flags->wanted.events,
                 "events to make up, or to read (default: 200000)")
      ->option_text("N")
      ->check(CLI::Range(uint64_t{1}, uint64_t{100'000'000}));
  app.add_option("--users", flags->wanted.users, "users of made-up events (default: 20000)")
      ->option_text("N")
      ->check(CLI::Range(uint64_t{1}, uint64_t{100'000'000}));
  app.add_option("--seed", flags->wanted.seed, "of made-up events (default: 1)")->option_text("S");
  app.add_option("--rules", flags->measure.rules_max, "rules to measure one by one (default: 20)")
      ->option_text("N");
  app.add_option("--shapes", flags->measure.shapes_max, "shapes to measure (default: 20)")
      ->option_text("N");
  app.add_option("--turns", flags->measure.turns,
                 "each figure is the quickest of N turns (default: 5)")
      ->option_text("N")
      ->check(CLI::Range(1U, 1000U));
  app.add_option("--lateness", flags->events.lateness,
                 "how far behind the newest event an event may be dated and still count, or `all` "
                 "(default: " +
                     kDefaultLateness + ")")
      ->option_text("D");
  app.add_option("--format", flags->format, "text or json (default: text)")
      ->option_text("FORMAT")
      ->check(CLI::IsMember({"text", "json"}));
  app.add_flag("--no-cache", flags->engine.no_cache,
               "neither take native code from the cache nor keep it");
  add_rule_flags(app, flags->rules);
  add_color_flag(app, flags->color);
  app.callback([flags, &job] { job = [flags] { return bench(*flags); }; });
}

}  // namespace segue::cli
