#include "compiler/sema/conditions.h"

#include <fmt/format.h>

#include <utility>

#include "compiler/sema/anchors.h"
#include "compiler/sema/comparisons.h"
#include "compiler/sema/instants.h"
#include "compiler/sema/literals.h"
#include "compiler/sema/operands.h"
#include "compiler/sema/ops.h"
#include "compiler/sema/periods.h"
#include "compiler/sema/sequences.h"
#include "compiler/sema/signals.h"
#include "compiler/sema/windows.h"

namespace segue::sema {

using hir::Expr;
using hir::ExprPtr;
using hir::Op;
using hir::Type;

namespace {

std::vector<ExprPtr> each(Context& context, const Scope& scope,
                          const std::vector<ast::ExprPtr>& operands) {
  std::vector<ExprPtr> made;
  made.reserve(operands.size());
  for (const ast::ExprPtr& operand : operands) made.push_back(condition(context, scope, *operand));
  return made;
}

ExprPtr not_condition(Context& context, const Scope& scope, const ast::Not& negation, Span span) {
  // A run of `not` is as long as the file lets it be: so it is counted, not descended.
  warn_binding(context, negation, span);
  const ast::Expr* inner = negation.operand.get();
  bool odd = true;
  while (const auto* again = inner->as<ast::Not>()) {
    odd = !odd;
    warn_binding(context, *again, inner->span);
    inner = again->operand.get();
  }
  ExprPtr value = condition(context, scope, *inner);
  return odd ? context.nodes.negate(std::move(value), span) : value;
}

ExprPtr at_least(Context& context, const ast::Quantified& quantified, std::vector<ExprPtr> children,
                 const Scope& scope, Span span) {
  const auto given = static_cast<uint32_t>(children.size());
  const auto number = whole_number(context, scope, *quantified.count, 1, given,
                                   "the number of conditions that must hold");
  if (!number) return nullptr;
  Expr expr;
  expr.op = Op::kAtLeast;
  expr.span = span;
  expr.number = *number;
  expr.children = std::move(children);
  return context.nodes.make(std::move(expr));
}

ExprPtr quantified(Context& context, const Scope& scope, const ast::Quantified& quantified,
                   Span span) {
  Nodes& nodes = context.nodes;
  std::vector<ExprPtr> children = each(context, scope, quantified.operands);
  switch (quantified.kind) {
    case ast::Quantified::Kind::kAll:
      return nodes.all_of(std::move(children), span);
    case ast::Quantified::Kind::kAny:
      return nodes.any_of(std::move(children), span);
    case ast::Quantified::Kind::kNone:
      return nodes.negate(nodes.any_of(std::move(children), span), span);
    case ast::Quantified::Kind::kAtLeast:
      return at_least(context, quantified, std::move(children), scope, span);
  }
  return nullptr;
}

ExprPtr unless(Context& context, const Scope& scope, const ast::Unless& unless, Span span) {
  ExprPtr holds = condition(context, scope, *unless.condition);
  ExprPtr exception = condition(context, scope, *unless.exception);
  ExprPtr absent = context.nodes.negate(std::move(exception), unless.exception->span);
  return context.nodes.all_of({std::move(holds), std::move(absent)}, span);
}

/// A quoted name before an operator is an event, which is counted; but `"pro" = plan` is a value
/// the other way round.
Operand left_operand(Context& context, const Scope& scope, const ast::Comparison& comparison,
                     const Operand& right) {
  const bool equality = comparison.compare.op == ast::CompareOp::kEqual ||
                        comparison.compare.op == ast::CompareOp::kNotEqual;
  const bool of_wire = right.expr != nullptr && right.expr->op != Op::kLiteral &&
                       (right.type() == Type::kText || right.type() == Type::kAny);
  if (equality && of_wire && !comparison.window && !scope.in_filter()) {
    return right_operand(context, scope, *comparison.left);
  }
  return operand(context, scope, *comparison.left);
}

/// `inside` has the window behind it, if there is one.
ExprPtr compared(Context& context, const Scope& inside, const ast::Comparison& comparison,
                 Span span) {
  const Operand right = right_operand(context, inside, *comparison.right);
  const Operand left = left_operand(context, inside, comparison, right);
  const Comparing how{comparison.compare.op, comparison.compare.span, span,
                      comparison.ignoring_case};
  return compare(context, inside, how, left, right);
}

ExprPtr comparison(Context& context, const Scope& scope, const ast::Comparison& comparison,
                   Span span) {
  Scope inside = scope;
  if (comparison.periods) {
    const auto ask = [&](WindowUse& use) {
      inside.window = &use;
      return compared(context, inside, comparison, span);
    };
    return in_periods(context, scope, *comparison.periods, ask, span);
  }
  if (!comparison.window) return compared(context, scope, comparison, span);
  if (scope.in_filter()) {
    report_in_filter(context, comparison.window->span, "a window");
    return nullptr;
  }
  const auto window = occurrence_window(context, scope, *comparison.window);
  if (!window) return nullptr;
  WindowUse use{*window};
  inside.window = &use;
  ExprPtr made = compared(context, inside, comparison, span);
  if (made == nullptr || use.used) return made;
  report_unused_window(context, comparison.window->span);
  return nullptr;
}

/// A condition is never missing, and a date of the rule is there.
ExprPtr value_exists(Context& context, const Operand& value, Span span) {
  const bool there = value.day.has_value() || hir::is_condition(value.expr->op);
  if (there) return context.nodes.truth(true, span);
  return context.nodes.make(Op::kExists, Type::kTruth, span, {value.expr});
}

ExprPtr is_condition(Context& context, const Scope& scope, const ast::Is& is, Span span) {
  if (is.kind == ast::Is::Kind::kBand) return band(context, scope, is, span);
  if (is.kind != ast::Is::Kind::kMissing) return is_in_period(context, scope, is, span);
  const Operand value = operand(context, scope, *is.value);
  if (!value.ok()) return nullptr;
  ExprPtr exists = value_exists(context, value, span);
  return is.negated ? exists : context.nodes.negate(std::move(exists), span);
}

ExprPtr exists(Context& context, const Scope& scope, const ast::Exists& exists, Span span) {
  const Operand value = operand(context, scope, *exists.value);
  if (!value.ok()) return nullptr;
  if (value.expr != nullptr && value.expr->op == Op::kCount) {
    const std::string name = context.quote(value.span, "it");
    context.report(Code::kE0301, span, "`exists` of something that happens")
        .label("a value exists or is missing; this happened or never did")
        .help(fmt::format("`{}`, `never {}`", name, name));
    return nullptr;
  }
  return value_exists(context, value, span);
}

/// The forms that ask about the user's history: none of them has a meaning in a filter.
ExprPtr history_condition(Context& context, const Scope& scope, const ast::Expr& expr) {
  const Span span = expr.span;
  if (scope.in_filter()) {
    report_in_filter(context, span, "a question about the history");
    return nullptr;
  }
  if (const auto* form = expr.as<ast::Held>()) return held(context, scope, *form, span);
  if (const auto* form = expr.as<ast::Never>()) return never(context, scope, *form, span);
  if (const auto* form = expr.as<ast::No>()) return no(context, scope, *form, span);
  if (const auto* form = expr.as<ast::Member>()) return member(context, scope, *form, span);
  if (const auto* form = expr.as<ast::Was>()) return was(context, scope, *form, span);
  if (const auto* form = expr.as<ast::OnDays>()) return on_days(context, scope, *form, span);
  if (const auto* form = expr.as<ast::Streak>()) return streak(context, scope, *form, span);
  if (const auto* form = expr.as<ast::Reached>()) return reached(context, scope, *form, span);
  return nullptr;
}

ExprPtr predicate(Context& context, const Scope& scope, const ast::Expr& expr) {
  const Span span = expr.span;
  if (const auto* form = expr.as<ast::Comparison>()) return comparison(context, scope, *form, span);
  if (const auto* form = expr.as<ast::InSet>()) return in_set(context, scope, *form, span);
  if (const auto* form = expr.as<ast::Windowed>()) return windowed(context, scope, *form, span);
  if (const auto* form = expr.as<ast::Is>()) return is_condition(context, scope, *form, span);
  if (const auto* form = expr.as<ast::Exists>()) return exists(context, scope, *form, span);
  if (const auto* form = expr.as<ast::Has>()) return has(context, scope, *form, span);
  if (const auto* form = expr.as<ast::TextTest>()) return text_test(context, scope, *form, span);
  if (const auto* form = expr.as<ast::AnyItem>()) return any_item(context, scope, *form, span);
  switch (expr.kind()) {
    case ast::ExprKind::kHeld:
    case ast::ExprKind::kNever:
    case ast::ExprKind::kNo:
    case ast::ExprKind::kMember:
    case ast::ExprKind::kReached:
    case ast::ExprKind::kWas:
    case ast::ExprKind::kOnDays:
    case ast::ExprKind::kStreak:
      return history_condition(context, scope, expr);
    default:
      return bare_value(context, scope, expr);
  }
}

}  // namespace

ExprPtr condition(Context& context, const Scope& scope, const ast::Expr& expr) {
  const Span span = expr.span;
  if (const auto* form = expr.as<ast::Or>()) {
    if (!check_binding(context, scope, *form)) return nullptr;
    return context.nodes.any_of(each(context, scope, form->operands), span);
  }
  if (const auto* form = expr.as<ast::And>()) {
    warn_binding(context, *form);
    return context.nodes.all_of(each(context, scope, form->operands), span);
  }
  if (const auto* form = expr.as<ast::Not>()) return not_condition(context, scope, *form, span);
  if (const auto* form = expr.as<ast::Unless>()) return unless(context, scope, *form, span);
  if (const auto* form = expr.as<ast::Quantified>()) return quantified(context, scope, *form, span);
  std::vector<ExprPtr> anchors;
  std::vector<ExprPtr>* outer = std::exchange(context.anchors, &anchors);
  ExprPtr made = predicate(context, scope, expr);
  context.anchors = outer;
  return with_anchors(context, anchors, std::move(made), span);
}

}  // namespace segue::sema
