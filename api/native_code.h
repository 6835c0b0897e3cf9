// Native code for a compiled program, made beside the interpreter's work.
#pragma once

#include "api/program_state.h"

namespace segue {

/// Starts to make it on a thread of its own, once a program; the interpreter answers until it is
/// installed, and goes on where none can be made.
void start_native(const CompiledProgram::State& program);

/// Starts it if nobody has, and waits until it is installed.
void wait_for_native(const CompiledProgram::State& program);

}  // namespace segue
