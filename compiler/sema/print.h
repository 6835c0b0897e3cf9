// HIR as text, for `seg explain --stage hir` and golden tests.
#pragma once

#include <string>
#include <string_view>

#include "compiler/sema/hir.h"

namespace segue {

/// S-expressions, stable from run to run: ops by the names of hir_ops.def, segments and scores by
/// name, streams as `s0`, durations and instants as rules write them. `only` prints one part:
/// `schema`, `streams`, `segments`, `scores`, `order` or `tests`; empty prints all. Ends with a
/// line end unless empty.
std::string print_hir(const hir::Rules& rules, std::string_view only = {});

/// One expression, as it stands in that text.
std::string print_hir(const hir::Rules& rules, const hir::Expr& expr);

/// The same text for what means the same only: segments and scores of different files may share a
/// name.
std::string meaning_text(const hir::Rules& rules, const hir::Expr& expr);

}  // namespace segue
