// Instants and dates as values, and the windows in which one can lie.
#pragma once

#include "compiler/sema/context.h"

namespace segue::sema {

/// `now`, a date, an instant, `5d ago`, `2h from now`.
Operand moment(Context& context, const Scope& scope, const ast::Moment& moment, Span span);

/// `time since last login`, `time since created_at`: T less the instant.
Operand elapsed(Context& context, const Scope& scope, const ast::Anchor& anchor, Span span);

/// `first login`, `last order`: when that was.
Operand ordinal(Context& context, const Scope& scope, const ast::Ordinal& ordinal, Span span);

/// A value that is an instant, or can turn out to be one; null if it was reported.
hir::ExprPtr instant_operand(Context& context, const Scope& scope, const Operand& value);

/// Whether the instant `value` lies in a window as it is written: that of an occurrence, or of a
/// date, which may also lie ahead.
hir::ExprPtr lies_in(Context& context, const Scope& scope, const hir::ExprPtr& value,
                     const ast::Window& window, bool occurrence);

/// The number of the local day that `value` lies in, in each user's own zone.
hir::ExprPtr day_number(Context& context, const hir::ExprPtr& value, Span span);

/// `birthday is today`, `renewal is not next month`: the day or period that a date falls in.
/// (calendar.cc)
hir::ExprPtr is_in_period(Context& context, const Scope& scope, const ast::Is& is, Span span);

/// Whether `value` lies in `today`, `last month`, `in the last 7 full days`, …
hir::ExprPtr in_last_periods(Context& context, const Scope& scope, const hir::ExprPtr& value,
                             const ast::Window& window);

/// `behind` something that has none of what it could count.
void report_unused_window(Context& context, Span window);

}  // namespace segue::sema
