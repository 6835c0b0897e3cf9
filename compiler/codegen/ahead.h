#pragma once

#include <string>
#include <string_view>

#include "runtime/interp/program.h"

namespace segue::codegen {

/// A program as a relocatable object of this machine's kind: its image, all its code, and a
/// `segue_built_program` of the external name `symbol` (an identifier of C) that leads to them. All
/// else in it is local. What it calls is in runtime/native.
///
/// Cost: as `generate` on one thread.
std::string object_of_program(const Program& program, std::string_view symbol);

}  // namespace segue::codegen
