#include <unistd.h>
#include <CLI/CLI.hpp>
#include <array>
#include <memory>

#include "cli/commands.h"
#include "cli/complaint.h"
#include "cli/event_run.h"
#include "cli/findings_report.h"
#include "cli/output.h"

namespace segue::cli {
namespace {

const std::string kDefaultLateness = "0s";

struct RunFlags : EventRunFlags {
  std::string until;
};

void write_change(const MembershipChange& change, RecordWriter& writer) {
  const std::string at = format_time(change.at);
  const std::array<Field, 7> fields = {
      Field::text(at),
      Field::text(change.user),
      Field::text(change.segment_name),
      Field::text(change.entered ? "entered" : "left"),
      Field::text(name_of(change.cause)),
      change.cause == ChangeCause::kEvent ? Field::text(change.event) : Field::absent(),
      Field::text(change.id),
  };
  writer.write(fields);
}

Exit run_events(const RunFlags& flags) {
  std::optional<TimePoint> until;
  if (!flags.until.empty()) until = time_argument("--until", flags.until, flags.rules.zone);
  EventRun run(flags, kDefaultLateness);

  Output out(STDOUT_FILENO);
  const auto writer =
      make_record_writer(flags.records.record_format(),
                         {"at", "user", "segment", "change", "cause", "event", "id"}, out);
  run.engine().on_change([&](const MembershipChange& change) {
    const bool in_time = !until || change.at <= *until;
    if (in_time && run.wanted(change.segment)) write_change(change, *writer);
  });
  run.read();
  require(run.engine().finish(until));
  writer->finish();
  finish(out);
  run.summarize();
  return Exit::kDone;
}

}  // namespace

void declare_run(CLI::App& app, Job& job) {
  auto flags = std::make_shared<RunFlags>();
  app.add_option("--until", flags->until,
                 "let the clock run on to T, T included (default: the last event's instant); "
                 "changes after T are not shown")
      ->option_text("T");
  add_event_run_flags(app, *flags, kDefaultLateness);
  app.callback([flags, &job] { job = [flags] { return run_events(*flags); }; });
}

}  // namespace segue::cli
