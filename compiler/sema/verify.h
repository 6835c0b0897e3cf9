// What holds of every checked set of rules.
#pragma once

#include <string>
#include <vector>

#include "compiler/sema/hir.h"

namespace segue {

/// What is wrong with `rules`, one sentence each; empty if nothing is. Checks ids, arity and types
/// of every op, windows and caps, sequences, the schema's order, and that segments and scores stand
/// behind what they read. Rules that were checked without errors always hold.
std::vector<std::string> verify_hir(const hir::Rules& rules);

}  // namespace segue
