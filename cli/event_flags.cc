#include "cli/event_flags.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/code_cache.h"
#include "cli/complaint.h"
#include "segue/time.h"

namespace segue::cli {
namespace {

Milliseconds length_argument(const std::string& flag, const std::string& text) {
  const std::optional<Milliseconds> length = parse_length(text);
  if (!length)
    usage_error(fmt::format("{} takes a duration such as `90s` or `1d12h`, not `{}`", flag, text));
  return *length;
}

}  // namespace

void add_event_flags(CLI::App& app, EventFlags& flags, const std::string& default_lateness) {
  app.add_option("--lateness", flags.lateness,
                 "how far behind the newest event an event may be dated and still count, or `all` "
                 "(default: " +
                     default_lateness + ")")
      ->option_text("D");
  app.add_option("--dedupe", flags.dedupe,
                 "also drop copies of a messageId stamped anew within this time")
      ->option_text("D");
  app.add_option("--rejects", flags.rejects, "write lines that do not count to a file")
      ->option_text("FILE");
  app.add_flag("--strict", flags.strict, "stop at the first bad line, exit code 2");
}

EventInputOptions EventFlags::input_options() const {
  EventInputOptions options;
  if (rejects == "-") usage_error("--rejects takes a file: standard output has the results");
  options.rejects_path = rejects;
  options.strict = strict;
  return options;
}

// ---- engine -------------------------------------------------------------------------------------

void add_engine_flag(CLI::App& app, EngineFlags& flags) {
  app.add_option("--engine", flags.engine,
                 "jit, interp, or naive, which keeps whole histories (default: jit)")
      ->option_text("ENGINE")
      ->check(CLI::IsMember({"jit", "interp", "naive"}));
  app.add_flag("--no-cache", flags.no_cache, "neither take native code from the cache nor keep it");
}

void add_threads_flag(CLI::App& app, EngineFlags& flags) {
  app.add_option("--threads", flags.threads, "shards of users, a thread each (default: 1)")
      ->option_text("N")
      ->check(CLI::Range(1U, 256U));
}

Evaluator EngineFlags::evaluator() const {
  if (engine == "naive") return Evaluator::kNaive;
  return engine == "interp" ? Evaluator::kInterpreter : Evaluator::kNative;
}

CodeOptions EngineFlags::code() const {
  CodeOptions options;
  if (!no_cache) options.cache_dir = code_cache_folder();
  return options;
}

EngineSettings EngineFlags::settings(const EventFlags& events,
                                     const std::string& default_lateness) const {
  EngineSettings settings;
  settings.threads = threads;
  settings.evaluator = evaluator();
  settings.code = code();
  const std::string& bound = events.lateness.empty() ? default_lateness : events.lateness;
  settings.any_lateness = bound == "all";
  if (!settings.any_lateness) settings.lateness = length_argument("--lateness", bound);
  if (!events.dedupe.empty()) settings.dedupe = length_argument("--dedupe", events.dedupe);
  return settings;
}

}  // namespace segue::cli
