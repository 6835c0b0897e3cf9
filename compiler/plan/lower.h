#pragma once

#include "compiler/diagnostics/diagnostics.h"
#include "compiler/plan/plan.h"

namespace segue::plan {

/// The log-only plan of checked rules: every read has a log of its own, every sequence the steps of
/// its window. It is the baseline that all passes must agree with; nothing in it is shared or
/// small. What cannot be kept (two remembered texts compared by more than equality) is reported to
/// `diagnostics`.
Plan lower(const hir::Rules& rules, Diagnostics& diagnostics);

}  // namespace segue::plan
