// Values: numbers, texts, instants, and what is counted.
#pragma once

#include "compiler/sema/context.h"

namespace segue::sema {

/// The value of `expr`. A signal is its number of occurrences in its window.
Operand operand(Context& context, const Scope& scope, const ast::Expr& expr);

/// The same for the right side of an operator, where a quoted name is a text.
Operand right_operand(Context& context, const Scope& scope, const ast::Expr& expr);

/// How often `signal` occurred in the window of the scope, else in `window`.
hir::ExprPtr count(Context& context, const Signal& signal, const OccurrenceWindow& window,
                   Span span);

/// A name in a filter: a property, or what every occurrence has.
Operand filter_value(Context& context, const Scope& scope, const ast::Path& path);

/// When it first or last happened, as an instant.
hir::ExprPtr time_of(Context& context, const Signal& signal, bool last, Span span);

/// `sum(order.revenue)`, `count(login within 7d)`, `last(order.coupon)`, … (aggregates.cc)
Operand call(Context& context, const Scope& scope, const ast::Call& call, Span span);

/// `a + b - c`, `a * b / c`, `-a` (arithmetic.cc)
Operand arithmetic(Context& context, const Scope& scope, const ast::Arithmetic& chain, Span span);
Operand negation(Context& context, const Scope& scope, const ast::Negate& negate, Span span);

/// `times` as much, of a duration or instant. (arithmetic.cc)
Operand scaled(Context& context, const Operand& value, int64_t times);

/// Reports what moves with T in a filter of list items, which are not looked at again as time goes
/// by. False elsewhere.
bool report_in_item(Context& context, const Scope& scope, Span span);

/// Reports a form that looks at the user's history, inside a filter, which looks at one event.
void report_in_filter(Context& context, Span span, std::string_view what);

}  // namespace segue::sema
