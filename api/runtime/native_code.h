// Native code for a compiled program, made beside the interpreter's work.
#pragma once

#include "api/runtime/program_state.h"
#include "segue/code.h"

namespace segue {

/// Starts to make it on a thread of its own, once a program; the interpreter answers until it is
/// installed, and goes on where none can be made. Whoever comes first decides on the options. A
/// null `maker`: nothing happens.
void start_native(const CompiledProgram::State& program, const CodeOptions& options,
                  NativeMaker maker);

/// Starts it if nobody has, and waits until it is installed.
Outcome wait_for_native(const CompiledProgram::State& program, const CodeOptions& options,
                        NativeMaker maker);

inline void start_native(const CompiledProgram::State& program, const CodeOptions& options) {
  start_native(program, options, program.make_native);
}
inline Outcome wait_for_native(const CompiledProgram::State& program, const CodeOptions& options) {
  return wait_for_native(program, options, program.make_native);
}

}  // namespace segue
