// Comparisons: what may be compared, and dates as whole days.
#pragma once

#include "compiler/sema/context.h"

namespace segue::sema {

struct Comparing {
  ast::CompareOp op = ast::CompareOp::kEqual;
  Span op_span{};
  Span span{};  ///< of the whole comparison
  bool ignoring_case = false;
};

/// `left op right` as a condition; null if it was reported.
hir::ExprPtr compare(Context& context, const Scope& scope, const Comparing& how,
                     const Operand& left, const Operand& right);

/// `value in low..high`: both ends included, of a date its whole day.
hir::ExprPtr in_range(Context& context, const Scope& scope, const Operand& value,
                      const ast::Range& range, Span span);

/// Reports two types that cannot meet.
void report_mismatch(Context& context, Span op, const Operand& left, const Operand& right);

/// "never true" or "always true", as a warning.
void warn_constant(Context& context, Span span, bool always, std::string why);

/// Warns of a literal that the declaration of what it is compared with does not allow. (bounds.cc)
void warn_outside_limit(Context& context, const Scope& scope, const Operand& value,
                        const hir::Literal& literal, Span span);

/// Counts: a number above the cap is an error, a comparison that cannot change a warning.
/// False if it was an error. (bounds.cc)
bool check_count_bounds(Context& context, const Comparing& how, const Operand& left,
                        const Operand& right);

}  // namespace segue::sema
