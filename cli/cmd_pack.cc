#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <system_error>

#include "cli/commands.h"
#include "cli/complaint.h"
#include "cli/event_flags.h"
#include "cli/files.h"
#include "cli/progress.h"
#include "cli/state_text.h"
#include "cli/summary.h"
#include "segue/pack.h"

namespace segue::cli {
namespace {

const std::string kDefaultLateness = "all";  // all input is read before anything is written

struct PackFlags {
  std::vector<std::string> events;
  std::string out;
  EventFlags input;
};

std::string packed_text(const PackStats& stats, double seconds) {
  const double rate = seconds > 0 ? static_cast<double>(stats.events) / seconds : 0;
  const uint64_t bytes_an_event = stats.events > 0 ? stats.bytes / stats.events : 0;
  std::string out =
      fmt::format("{} of {} packed into {} bytes, {} an event, in {:.2f} s ({})\n",
                  counted(stats.events, "event"), counted(stats.users, "user"),
                  count_text(stats.bytes), count_text(bytes_an_event), seconds, rate_text(rate));
  if (stats.duplicates > 0)
    out += fmt::format("{} dropped\n", counted(stats.duplicates, "duplicate"));
  return out + rejects_text(stats.rejects);
}

Exit pack(const PackFlags& flags) {
  EngineFlags defaults;
  const EngineSettings given = defaults.settings(flags.input, kDefaultLateness);
  PackSettings settings;
  if (!given.any_lateness) settings.lateness = given.lateness;
  settings.dedupe = given.dedupe;
  if (flags.out == "-") usage_error("a packed log is written to a file, not to standard output");
  check_not_read(flags.out, {}, "a packed log");
  check_not_read(flags.input.rejects, flags.events, "the rejects");
  std::error_code unknown;
  if (!flags.input.rejects.empty() &&
      std::filesystem::weakly_canonical(flags.input.rejects, unknown) ==
          std::filesystem::weakly_canonical(flags.out, unknown)) {
    usage_error(fmt::format("`{}` cannot take the packed log and the rejects", flags.out));
  }
  EventInput input;
  require(open_event_input(flags.events, flags.input.input_options(), input));
  Progress progress;
  PackStats stats;
  const Outcome outcome = pack_events(
      input, flags.out, settings, [&](const InputProgress& now) { progress.show(now); }, stats);
  progress.clear();
  require(outcome);
  fmt::print(stderr, "{}", packed_text(stats, progress.seconds()));
  return Exit::kDone;
}

}  // namespace

void declare_pack(CLI::App& app, Job& job) {
  auto flags = std::make_shared<PackFlags>();
  app.add_option("EVENTS", flags->events, "event logs, packed ones too; `-` is standard input")
      ->required();
  app.add_option("-o,--output", flags->out, "the packed log; what is there is replaced")
      ->option_text("FILE.segl")
      ->required();
  add_event_flags(app, flags->input, kDefaultLateness);
  app.callback([flags, &job] { job = [flags] { return pack(*flags); }; });
}

}  // namespace segue::cli
