#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "cli/commands.h"
#include "cli/complaint.h"
#include "cli/state_text.h"
#include "segue/durable.h"

namespace segue::cli {
namespace {

struct StateFlags {
  std::string folder;
  bool verify = false;
};

std::string state_text(const StateReport& report) {
  std::string out = fmt::format("program     {:016x}\n", report.program);
  for (const uint64_t program : report.deployed) {
    out += fmt::format("            {:016x}, deployed behind the checkpoint\n", program);
  }
  out += fmt::format("settings    {}\n", report.settings);
  out += fmt::format("users       {}, {} of state\n", count_text(report.users),
                     counted(report.state_bytes, "byte"));
  out += fmt::format("checkpoint  of {}, {} in its tables\n", format_time(report.checkpoint_at),
                     counted(report.checkpoint_bytes, "byte"));
  out += fmt::format("log         {} in {}, {} behind the checkpoint\n",
                     counted(report.log_bytes, "byte"), counted(report.log_segments, "segment"),
                     counted(report.log_records, "record"));
  if (report.kept_log) {
    const std::string reach = report.kept_log->since
                                  ? "all dated after " + format_time(*report.kept_log->since)
                                  : "all input";
    out += fmt::format("kept        {} before it: {}\n",
                       counted(report.kept_log->records, "record"), reach);
  }
  if (report.torn_bytes > 0) {
    out += fmt::format("torn tail   {} that the next start will cut off\n",
                       counted(report.torn_bytes, "byte"));
  }
  const char* head = "warming     ";
  for (const WarmingSegment& segment : report.warming) {
    out += fmt::format("{}{} {}\n", std::exchange(head, "            "), segment.name,
                       segment.until ? "until " + format_time(*segment.until)
                                     : "without end: all of history is asked for (see "
                                       "--history-starts-now)");
  }
  out += report.sink.empty() ? "changes     to standard output\n"
                             : fmt::format("changes     to {}, {} final\n", report.sink,
                                           counted(report.sink_position, "byte"));
  if (!report.rejects.empty()) {
    out += fmt::format("rejects     to {}, {} final\n", report.rejects,
                       counted(report.rejects_position, "byte"));
  }
  if (report.waiting_changes > 0) {
    out += fmt::format("waiting     {} that it has not taken\n",
                       counted(report.waiting_changes, "change"));
  }
  for (const StateReport::Input& input : report.inputs) {
    out +=
        fmt::format("input       {}, read through line {}\n", input.name, count_text(input.lines));
  }
  return out;
}

Exit show_state(const StateFlags& flags) {
  StateReport report;
  require(describe_state(flags.folder, flags.verify, report));
  fmt::print("{}", state_text(report));
  if (!flags.verify) return Exit::kDone;
  fmt::print("verified    every checksum fits{}\n",
             report.torn_bytes > 0 ? ", but for those of the torn tail" : "");
  return Exit::kDone;
}

}  // namespace

void declare_state(CLI::App& app, Job& job) {
  auto flags = std::make_shared<StateFlags>();
  app.add_option("DIR", flags->folder, "the folder");
  CLI::App* const verify = app.add_subcommand("verify", "compares every checksum");
  verify->set_help_flag("-h,--help", "this text");
  verify->add_option("DIR", flags->folder, "the folder")->required();
  verify->callback([flags] { flags->verify = true; });
  app.callback([flags, &job] {
    if (flags->folder.empty()) throw CLI::RequiredError("DIR");
    job = [flags] { return show_state(*flags); };
  });
}

}  // namespace segue::cli
