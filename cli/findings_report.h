// Findings in front of people, and the commands that go on only if there are no errors.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/output.h"
#include "segue/compile.h"

namespace segue::cli {

/// As text for people, and how many there are; empty if there are none.
std::string findings_text(const Findings& findings, bool color);

/// Reads and checks rules. Errors go to standard error with all that was found, and end the command
/// with exit code 1; warnings alone are only counted there.
Compilation compile_or_fail(const std::vector<std::string>& paths, const CompileOptions& options,
                            bool color);

/// Its program; one that passes a limit ends the command with exit code 1.
std::shared_ptr<const CompiledProgram> program_of(const Compilation& compilation);

/// Flushes; a failed write (a full disk) ends the command with exit code 2.
void finish(Output& out);

}  // namespace segue::cli
