#pragma once

#include <span>

#include "naive/datum.h"

namespace segue::naive {

/// Arithmetic of numbers, instants and durations. Missing where the language has none. Of a number
/// that moves with the clock the result moves too.
Datum number_op(hir::Op op, std::span<const Datum> children);

}  // namespace segue::naive
