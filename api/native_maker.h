// The maker of native code that programs of this library carry.
#pragma once

#include "api/runtime/program_state.h"

namespace segue {

/// By the code generator. See `NativeMaker`.
void make_native(Program& program, const CodeOptions& options, NativeWork& work);

}  // namespace segue
