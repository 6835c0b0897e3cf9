#include "compiler/sema/functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "compiler/sema/instants.h"
#include "compiler/sema/literals.h"
#include "compiler/sema/operands.h"
#include "compiler/sema/ops.h"
#include "compiler/sema/windows.h"

namespace segue::sema {

using hir::Expr;
using hir::ExprPtr;
using hir::Op;
using hir::Type;

namespace {

constexpr std::array<std::string_view, 7> kWeekdays{"monday", "tuesday",  "wednesday", "thursday",
                                                    "friday", "saturday", "sunday"};

/// What a function takes besides what comes undeclared, and what it makes of it.
struct Signature {
  std::vector<Type> takes;
  Type makes = Type::kNumber;
  std::string_view needs;
};

Signature signature_of(Op op) {
  switch (op) {
    case Op::kTextOf:
      return {{Type::kText, Type::kNumber, Type::kTruth}, Type::kText, "a text, number or truth"};
    case Op::kNumberOf:
      return {{Type::kText, Type::kNumber}, Type::kNumber, "a text or a number"};
    case Op::kLower:
      return {{Type::kText}, Type::kText, "a text"};
    case Op::kLength:
      return {{Type::kText, Type::kList}, Type::kNumber, "a text or a list"};
    default:
      return {{Type::kNumber}, Type::kNumber, "a number"};
  }
}

bool is_of_time(Op op) {
  return op == Op::kHour || op == Op::kWeekday || op == Op::kDate || op == Op::kAnniversary;
}

}  // namespace

int weekday_number(std::string_view name) {
  const auto found = std::find(kWeekdays.begin(), kWeekdays.end(), name);
  return found == kWeekdays.end() ? 0 : static_cast<int>(found - kWeekdays.begin()) + 1;
}

ExprPtr local_time(Context& context, const Scope& scope, Op op, ExprPtr instant, Span span) {
  Expr expr;
  expr.op = op;
  expr.type = op == Op::kDate || op == Op::kAnniversary ? Type::kInstant : Type::kNumber;
  expr.span = span;
  expr.zone = zone_of(context, scope);
  expr.children = {std::move(instant)};
  return context.nodes.make(std::move(expr));
}

Operand function(Context& context, const Scope& scope, Op op, const ast::Call& call, Span span) {
  const Operand failed{nullptr, std::nullopt, span};
  const ast::Filtered& argument = call.arguments[0];
  if (argument.where != nullptr) {
    context
        .report(Code::kE0306, argument.where->span,
                fmt::format("`{}` with a filter", call.callee.text))
        .label("of one value; only occurrences are filtered")
        .help(fmt::format("`{}(last(order.coupon where …))`", call.callee.text));
    return failed;
  }
  const Operand value = right_operand(context, scope, *argument.value);
  if (!value.ok()) return failed;
  if (is_of_time(op)) {
    if (op == Op::kAnniversary && report_in_item(context, scope, span)) return failed;
    ExprPtr at = instant_operand(context, scope, value);
    return {local_time(context, scope, op, std::move(at), span), std::nullopt, span};
  }
  const Signature signature = signature_of(op);
  const bool fits = !value.day && (value.type() == Type::kAny ||
                                   std::find(signature.takes.begin(), signature.takes.end(),
                                             value.type()) != signature.takes.end());
  if (!fits || value.divisor != 1) {
    context
        .report(
            Code::kE0306, value.span,
            fmt::format("`{}` of {}", call.callee.text, value.day ? "a date" : noun(value.type())))
        .label(fmt::format("needs {}", signature.needs));
    return failed;
  }
  return {context.nodes.make(op, signature.makes, span, {value.expr}), std::nullopt, span};
}

}  // namespace segue::sema
