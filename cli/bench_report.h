// A measurement as people and as programs read it.
#pragma once

#include <string>

#include "segue/measure.h"
#include "segue/program.h"

namespace segue::cli {

/// `made_up`: by `seg bench` itself.
std::string bench_text(const Measurement& measured, const CompiledProgram& program, bool made_up);

/// One JSON object and a line end.
std::string bench_json(const Measurement& measured, const CompiledProgram& program, bool made_up);

}  // namespace segue::cli
