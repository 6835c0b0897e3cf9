// Native code for a compiled program, made beside the interpreter's work.
#pragma once

#include "api/program_state.h"
#include "segue/code.h"

namespace segue {

/// Starts to make it on a thread of its own, once a program; the interpreter answers until it is
/// installed, and goes on where none can be made. Whoever comes first decides on the options.
void start_native(const CompiledProgram::State& program, const CodeOptions& options);

/// Starts it if nobody has, and waits until it is installed.
Outcome wait_for_native(const CompiledProgram::State& program, const CodeOptions& options);

}  // namespace segue
