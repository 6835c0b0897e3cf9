#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "cli/change_output.h"
#include "cli/commands.h"
#include "cli/complaint.h"
#include "cli/event_run.h"
#include "cli/files.h"
#include "cli/state_text.h"

namespace segue::cli {
namespace {

const std::string kDefaultLateness = "0s";

struct RunFlags : EventRunFlags {
  std::string until;
  std::string output;
  std::string state;
  std::string sync;
  std::string skew;
  std::string memory;
  std::string keep_log;
  bool history_starts_now = false;

  ChangeOutput::Options output_options() const;
  std::optional<TimePoint> end() const;
  DurableSettings durable(DurableSink& sink) const;
  std::function<TimePoint()> newest_allowed() const;
};

std::function<TimePoint()> RunFlags::newest_allowed() const {
  if (skew.empty()) return {};
  const auto length = parse_length(skew);
  if (!length) {
    usage_error(fmt::format("--skew takes a duration such as `10m` or `1d`, not `{}`", skew));
  }
  return [length = *length] {
    return std::chrono::floor<Milliseconds>(std::chrono::system_clock::now()) + length;
  };
}

ChangeOutput::Options RunFlags::output_options() const {
  ChangeOutput::Options options;
  options.path = output;
  const bool as_lines = !output.empty() || !state.empty();
  options.format =
      records.format.empty() && as_lines ? RecordFormat::kJsonl : records.record_format();
  if (!state.empty() && options.format == RecordFormat::kTable) {
    usage_error("--state writes changes as jsonl or csv: a table waits for the last one");
  }
  options.segments = segments;
  // What lies behind the end of this run would be told by none if it were read and not written.
  if (state.empty()) options.until = end();
  return options;
}

std::optional<TimePoint> RunFlags::end() const {
  if (until.empty()) return std::nullopt;
  return time_argument("--until", until, rules.zone);
}

/// `512MiB`: a whole number of a unit; one beyond 64 bits is `UINT64_MAX`.
std::optional<uint64_t> parse_size(std::string_view text) {
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view unit = text.substr(digits);
  const unsigned shift = unit == "KiB" ? 10 : unit == "MiB" ? 20 : unit == "GiB" ? 30 : 0;
  uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, count);
  const bool is_whole = digits > 0 && end == text.data() + digits;
  if (!is_whole || shift == 0) return std::nullopt;
  const bool fits = error == std::errc() && count <= UINT64_MAX >> shift;
  return fits ? count << shift : UINT64_MAX;
}

uint64_t memory_argument(const std::string& text) {
  constexpr uint64_t kMost = uint64_t{1} << 50;
  const std::optional<uint64_t> bytes = parse_size(text);
  if (!bytes) {
    usage_error(fmt::format("--memory takes a size such as `512MiB` or `2GiB`, not `{}`", text));
  }
  if (*bytes < kMemoryBytesMin || *bytes > kMost) {
    usage_error(fmt::format("--memory takes 1MiB to {}GiB, not {}", kMost >> 30, text));
  }
  return *bytes;
}

Milliseconds keep_log_argument(const std::string& text, const std::string& state) {
  if (state.empty()) usage_error("--keep-log needs --state: it is of its log");
  if (text == "all") return kKeepAllLog;
  const auto length = parse_length(text);
  if (!length || length->count() == 0) {
    usage_error(fmt::format("--keep-log takes all or a duration such as `90d`, not `{}`", text));
  }
  return *length;
}

DurableSettings RunFlags::durable(DurableSink& sink) const {
  DurableSettings settings;
  if (!memory.empty()) {
    if (state.empty()) usage_error("--memory needs --state: where users lie that are too many");
    settings.memory_bytes = memory_argument(memory);
  }
  if (!sync.empty() && state.empty()) usage_error("--sync needs --state: it is of its log");
  if (history_starts_now && state.empty()) {
    usage_error("--history-starts-now needs --state: it is of rules that take others' place");
  }
  if (!state.empty() && engine.evaluator() == Evaluator::kNaive) {
    usage_error("--state takes the engines jit and interp: naive keeps whole histories in memory");
  }
  if (!keep_log.empty()) settings.keep_log = keep_log_argument(keep_log, state);
  settings.history_starts_now = history_starts_now;
  settings.folder = state;
  settings.sink = &sink;
  settings.rejects_path = events.input_options().rejects_path;
  settings.sink_patience = kNoEnd;  // a pipe may wait for its reader
  if (sync.empty()) return settings;
  if (sync == "always") {
    settings.sync = InputSync::kAlways;
  } else if (sync == "none") {
    settings.sync = InputSync::kNone;
  } else {
    const bool has_word = sync.starts_with("every ");
    const auto length = parse_length(std::string_view(sync).substr(has_word ? 6 : 0));
    if (!length || length->count() == 0) {
      usage_error(fmt::format("--sync takes always, none or `every 10ms`, not `{}`", sync));
    }
    settings.every = *length;
  }
  return settings;
}

void tell_recovery(const std::string& folder, const Recovery& found, uint64_t program) {
  if (found.is_new) return;
  if (found.cut_bytes > 0) {
    fmt::print(stderr, "warning: `{}` ended in a record cut short: {} cut off\n", found.cut_file,
               counted(found.cut_bytes, "byte"));
  }
  fmt::print(stderr, "`{}`: {} back in {:.2f} s, {} of the log applied again\n", folder,
             counted(found.users, "user"), found.seconds, counted(found.events, "event"));
  if (!found.program_before) return;
  fmt::print(stderr, "`{}`: these rules (program {:016x}) take the place of program {:016x}\n",
             folder, program, *found.program_before);
  if (found.filled > 0) {
    fmt::print(stderr, "`{}`: {} {} filled from the log\n", folder,
               counted(found.filled, "segment"), found.filled == 1 ? "was" : "were");
  }
  const auto tell_warming = [&](uint32_t segments, std::string_view until) {
    if (segments == 0) return;
    fmt::print(stderr, "`{}`: {} {} {}\n", folder, counted(segments, "segment"),
               segments == 1 ? "warms" : "warm", until);
  };
  tell_warming(found.warming, "until enough is known: `seg explain --deploy` tells how long");
  tell_warming(found.warming_for_ever,
               "without end: all of history is asked for (see --history-starts-now)");
}

/// Before anything is made, cut or written.
void check_files(const RunFlags& flags) {
  for (const std::string& input : flags.paths.events()) {
    if (flags.state.empty() || !input.ends_with(".segl")) continue;
    usage_error(fmt::format("`{}` is a packed log: --state reads lines", input));
  }
  if (flags.output.empty()) return;
  check_not_read(flags.output, flags.paths.given, "the changes");
  if (!flags.events.rejects.empty() && is_one_file(flags.output, flags.events.rejects)) {
    usage_error(fmt::format("`{}` cannot take both changes and rejects", flags.output));
  }
  require(can_write(flags.output));
}

Exit run_events(const RunFlags& flags) {
  check_files(flags);
  ChangeOutput out(flags.output_options());
  const DurableSettings durable = flags.durable(out);
  const bool is_kept = !flags.state.empty();
  EventRun run(flags, kDefaultLateness, flags.newest_allowed(), is_kept ? &durable : nullptr);
  if (is_kept) {
    tell_recovery(flags.state, run.recovery(), run.program().identity());
    if (flags.history_starts_now && !run.recovery().program_before) {
      fmt::print(stderr,
                 "warning: `{}`: nothing was deployed, so --history-starts-now did nothing\n",
                 flags.state);
    }
  } else {
    require(out.resume(0));
    run.engine().on_change([&](const MembershipChange& change) { out.give(change); });
  }
  run.read();
  require(run.engine().finish(flags.end()));
  require(run.engine().flush_sink());
  out.finish();
  require(run.engine().checkpoint());
  run.summarize(out.has_given());
  return Exit::kDone;
}

}  // namespace

void declare_run(CLI::App& app, Job& job) {
  auto flags = std::make_shared<RunFlags>();
  app.add_option("--until", flags->until,
                 "let the clock run on to T, T included (default: the last event's instant); "
                 "changes after T are not shown; with --state all are written, as what was read is "
                 "not read again")
      ->option_text("T");
  app.add_option("-o,--output", flags->output,
                 "write changes to a file (default, or `-`: standard output)")
      ->option_text("FILE");
  app.add_option("--state", flags->state,
                 "keep users and what was read in this folder; the same command goes on there")
      ->option_text("DIR");
  app.add_option("--sync", flags->sync,
                 "of --state, when input reaches the disk: always, none, or 'every D' (default: "
                 "every 10ms)")
      ->option_text("WHEN");
  app.add_option("--skew", flags->skew,
                 "leave out what is dated further ahead of this machine's clock (default: nothing)")
      ->option_text("D");
  app.add_option(
         "--memory", flags->memory,
         "of --state, for users' states: 512MiB, 2GiB; others lie in DIR and come back when "
         "they are needed (default: all are in memory)")
      ->option_text("SIZE");
  app.add_option(
         "--keep-log", flags->keep_log,
         "of --state: keep the log so far behind the newest event, or all of it, to fill in "
         "what new rules ask for (default: only what a start needs)")
      ->option_text("D");
  app.add_flag("--history-starts-now", flags->history_starts_now,
               "of --state, when the rules are others: what looks at all of history may answer "
               "from now on");
  add_event_run_flags(app, *flags, kDefaultLateness);
  app.callback([flags, &job] {
    if (flags->output == "-") flags->output.clear();
    job = [flags] { return run_events(*flags); };
  });
}

}  // namespace segue::cli
