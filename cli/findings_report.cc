#include "cli/findings_report.h"

#include <fmt/format.h>
#include <cstdio>

#include "cli/complaint.h"
#include "cli/state_text.h"
#include "cli/terminal.h"

namespace segue::cli {
std::string findings_text(const Findings& findings, bool color) {
  if (findings.empty()) return {};
  std::string counts;
  if (findings.error_count() > 0) counts = counted(findings.error_count(), "error");
  if (findings.warning_count() > 0) {
    counts += (counts.empty() ? "" : ", ") + counted(findings.warning_count(), "warning");
  }
  return fmt::format("{}\n{}\n", findings.render(FindingsFormat::kText, color), counts);
}

Compilation compile_or_fail(const std::vector<std::string>& paths, const CompileOptions& options,
                            bool color) {
  Compilation compilation;
  require(compile_files(paths, options, compilation));
  const Findings& findings = compilation.findings();
  if (compilation.ok() && findings.warning_count() > 0) {
    // Who runs rules every hour has seen them.
    fmt::print(stderr, "seg: {}, which `seg check` shows\n",
               counted(findings.warning_count(), "warning"));
  }
  if (compilation.ok()) return compilation;
  fmt::print(stderr, "{}", findings_text(findings, color));
  throw Complaint(Exit::kWrong, "the rules are wrong");
}

std::shared_ptr<const CompiledProgram> program_of(const Compilation& compilation) {
  std::shared_ptr<const CompiledProgram> program;
  const Outcome outcome = compilation.program(program);
  if (!outcome.ok()) throw Complaint(Exit::kWrong, outcome.message());
  return program;
}

void finish(Output& out) {
  out.flush();
  if (!out.failure().empty()) {
    throw Complaint(Exit::kUsage, "cannot write to standard output: " + out.failure());
  }
}

}  // namespace segue::cli
