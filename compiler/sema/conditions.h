// Conditions: what is true or false of a user at T, or of one event in a filter.
#pragma once

#include "compiler/sema/context.h"

namespace segue::sema {

/// `expr` as a condition; null if it was reported.
hir::ExprPtr condition(Context& context, const Scope& scope, const ast::Expr& expr);

/// A bare value as a condition: a truth that is true. (truths.cc)
hir::ExprPtr bare_value(Context& context, const Scope& scope, const ast::Expr& expr);
hir::ExprPtr condition_of(Context& context, const Operand& value, Span span);

/// `login`, `login within 7d`, `first login within 7d`, `created_at within 60s`. (occurrences.cc)
hir::ExprPtr happened(Context& context, const Signal& signal, const OccurrenceWindow& window,
                      Span span);
hir::ExprPtr windowed(Context& context, const Scope& scope, const ast::Windowed& windowed,
                      Span span);
hir::ExprPtr never(Context& context, const Scope& scope, const ast::Never& never, Span span);
hir::ExprPtr no(Context& context, const Scope& scope, const ast::No& no, Span span);
hir::ExprPtr held(Context& context, const Scope& scope, const ast::Held& held, Span span);
hir::ExprPtr was(Context& context, const Scope& scope, const ast::Was& was, Span span);
hir::ExprPtr on_days(Context& context, const Scope& scope, const ast::OnDays& days, Span span);

hir::ExprPtr streak(Context& context, const Scope& scope, const ast::Streak& streak, Span span);

/// `x in 1..2`, `plan in (…)`, `user in vips`. (sets.cc)
hir::ExprPtr in_set(Context& context, const Scope& scope, const ast::InSet& in_set, Span span);
hir::ExprPtr has(Context& context, const Scope& scope, const ast::Has& has, Span span);

/// `any interests where (key = "cars")`. (any_item.cc)
hir::ExprPtr any_item(Context& context, const Scope& scope, const ast::AnyItem& any, Span span);

/// `contains`, `starts with`, `ends with`, `matches`. (texts.cc)
hir::ExprPtr text_test(Context& context, const Scope& scope, const ast::TextTest& test, Span span);

/// `in high_intent`, `intent is hot`. (members.cc)
hir::ExprPtr segment_member(Context& context, const Scope& scope, const ast::Path& path);
hir::ExprPtr member(Context& context, const Scope& scope, const ast::Member& member, Span span);
hir::ExprPtr band(Context& context, const Scope& scope, const ast::Is& is, Span span);

void report_unknown_segment(Context& context, const Scope& scope, Span span,
                            const std::string& name);

/// What a window or `for` behind the last of several conditions may seem to mean. (binding.cc)
/// False if it was an error: `no a or b within 7d`.
bool check_binding(Context& context, const Scope& scope, const ast::Or& operands);
void warn_binding(Context& context, const ast::And& operands);
void warn_binding(Context& context, const ast::Not& negation, Span span);

}  // namespace segue::sema
