#include <fmt/format.h>

#include "compiler/sema/computed.h"
#include "compiler/sema/conditions.h"
#include "compiler/sema/literals.h"
#include "compiler/sema/operands.h"
#include "compiler/sema/ops.h"
#include "compiler/sema/signals.h"
#include "compiler/sema/windows.h"

namespace segue::sema {

using hir::ExprPtr;
using hir::Op;
using hir::Type;

namespace {

hir::ExprPtr report_no_condition(Context& context, const Operand& value) {
  const std::string written = context.quote(value.span, "it");
  const std::string_view what = value.day ? "a date" : noun(value.type());
  auto& found = context.report(Code::kE0301, value.span,
                               fmt::format("{}, where a condition is needed", what));
  found.label("neither true nor false");
  switch (value.type()) {
    case Type::kText:
      found.help(fmt::format("`{} = \"…\"`, `{} exists`", written, written));
      break;
    case Type::kNumber:
      found.help(fmt::format("`{} >= 1`", written));
      break;
    case Type::kDuration:
      found.help(fmt::format("`{} >= 7d`", written));
      break;
    case Type::kInstant:
      found.help(fmt::format("`{} within 7d`", written));
      break;
    case Type::kList:
      found.help(fmt::format("`{} has \"…\"`", written));
      break;
    case Type::kTruth:
    case Type::kRecord:
    case Type::kAny:
      break;
  }
  return nullptr;
}

}  // namespace

ExprPtr condition_of(Context& context, const Operand& value, Span span) {
  if (!value.ok()) return nullptr;
  if (value.expr != nullptr && value.expr->op == Op::kTimeOf) {
    // `first login` alone: there is one.
    return context.nodes.make(Op::kExists, Type::kTruth, span, {value.expr});
  }
  if (value.day || (value.type() != Type::kTruth && value.type() != Type::kAny)) {
    return report_no_condition(context, value);
  }
  if (value.expr->op == Op::kLiteral || hir::is_condition(value.expr->op)) return value.expr;
  return context.nodes.make(Op::kIsTrue, Type::kTruth, span, {value.expr});
}

ExprPtr bare_value(Context& context, const Scope& scope, const ast::Expr& expr) {
  const auto* group = expr.as<ast::Group>();
  if (group != nullptr && group->inner.where == nullptr) {
    return condition(context, scope, *group->inner.value);
  }
  if (!scope.in_filter() && is_signal(context, scope, expr)) {
    const OccurrenceWindow window = default_window(scope);
    return happened(context, signal(context, scope, expr), window, expr.span);
  }
  if (const auto* name = expr.as<ast::NameRef>()) {
    if (const Declared* computed = find_computed(context, scope, name->path)) {
      return computed_condition(context, scope, *computed, expr.span);
    }
  }
  return condition_of(context, operand(context, scope, expr), expr.span);
}

}  // namespace segue::sema
