// The table of HIR ops as functions.
#pragma once

#include <string_view>

#include "compiler/sema/hir.h"

namespace segue::hir {

std::string_view name_of(Op op);
std::string_view name_of(Aggregate aggregate);  // as rules write it: `sum`
/// Number of children, -1 for a list.
int arity_of(Op op);

}  // namespace segue::hir
