// What rules cost, in words.
#pragma once

#include <string>

#include "segue/program.h"

namespace segue::cli {

/// Each segment and score with what it keeps and what can change it, then the totals. `only`: just
/// the segment or score of that name; empty: all.
std::string plan_text(const CompiledProgram& program, const std::string& only, bool color);

}  // namespace segue::cli
