#include <fmt/format.h>

#include <cmath>

#include "compiler/sema/comparisons.h"
#include "compiler/sema/instants.h"
#include "compiler/sema/literals.h"
#include "compiler/sema/operands.h"
#include "compiler/sema/unsupported.h"

namespace segue::sema {

using ast::ArithmeticOp;
using hir::ExprPtr;
using hir::Op;
using hir::Type;

namespace {

Operand failed_at(Span span) { return {nullptr, std::nullopt, span}; }

Op op_of(ArithmeticOp op) {
  switch (op) {
    case ArithmeticOp::kAdd:
      return Op::kAdd;
    case ArithmeticOp::kSubtract:
      return Op::kSubtract;
    case ArithmeticOp::kMultiply:
      return Op::kMultiply;
    case ArithmeticOp::kDivide:
      return Op::kDivide;
  }
  return Op::kAdd;
}

bool is_literal(const Operand& operand) {
  return operand.expr != nullptr && operand.expr->op == Op::kLiteral;
}

struct Step {
  ArithmeticOp op;
  Span op_span;
  Span span;
};

Operand report_types(Context& context, const Step& step, const Operand& left,
                     const Operand& right) {
  context
      .report(Code::kE0303, step.op_span,
              fmt::format("`{}` of {} and {}", ast::spelling(step.op), noun(left.type()),
                          noun(right.type())))
      .label("no such arithmetic")
      .also(left.span, bare(noun(left.type())))
      .also(right.span, bare(noun(right.type())));
  return failed_at(step.span);
}

Operand made(Context& context, const Step& step, Type type, ExprPtr left, ExprPtr right) {
  std::vector<ExprPtr> sides{std::move(left), std::move(right)};
  return {context.nodes.make(op_of(step.op), type, step.span, std::move(sides)), std::nullopt,
          step.span};
}

/// `2 * 1d`, `7d / 2` are durations as if they were written; other products of time would make a
/// comparison that is not linear in T, or one that is solved only later.
Operand scale(Context& context, const Step& step, const Operand& left, const Operand& right) {
  const bool length_first = left.type() == Type::kDuration;
  const Operand& length = length_first ? left : right;
  const Operand& factor = length_first ? right : left;
  const bool divides = step.op == ArithmeticOp::kDivide;
  if (factor.type() != Type::kNumber && factor.type() != Type::kAny) {
    return report_types(context, step, left, right);
  }
  if (divides && !length_first) return report_types(context, step, left, right);
  if (!is_literal(length) || !is_literal(factor)) {
    unsupported_condition(context, step.span, "a duration that is scaled");
    return failed_at(step.span);
  }
  const double number = factor.expr->literal.number;
  const double ms = static_cast<double>(length.expr->literal.duration.ms);
  const double scaled = divides ? ms / number : ms * number;
  if (!(std::abs(scaled) <= static_cast<double>(kDurationMax.ms)) || scaled != std::floor(scaled)) {
    context.report(Code::kE0303, step.span, "a duration that is no whole number of milliseconds")
        .label("or longer than 200 years");
    return failed_at(step.span);
  }
  return {context.nodes.duration({static_cast<int64_t>(scaled)}, step.span), std::nullopt,
          step.span};
}

/// Sums and differences in which an instant takes part.
Operand shift(Context& context, const Scope& scope, const Step& step, const Operand& left,
              const Operand& right) {
  const auto time = [](const Operand& side) {
    return side.type() == Type::kInstant || side.type() == Type::kAny;
  };
  const bool subtracts = step.op == ArithmeticOp::kSubtract;
  if (time(left) && right.type() == Type::kDuration) {
    return made(context, step, Type::kInstant, instant_operand(context, scope, left), right.expr);
  }
  if (left.type() == Type::kDuration && time(right) && !subtracts) {
    return made(context, step, Type::kInstant, instant_operand(context, scope, right), left.expr);
  }
  if (subtracts && time(left) && time(right)) {
    return made(context, step, Type::kDuration, instant_operand(context, scope, left),
                instant_operand(context, scope, right));
  }
  return report_types(context, step, left, right);
}

Operand combine(Context& context, const Scope& scope, const Step& step, const Operand& left,
                const Operand& right) {
  if (!left.ok() || !right.ok()) return failed_at(step.span);
  const Type a = left.type();
  const Type b = right.type();
  const auto number = [](Type type) { return type == Type::kNumber || type == Type::kAny; };
  const bool scales = step.op == ArithmeticOp::kMultiply || step.op == ArithmeticOp::kDivide;
  if (number(a) && number(b)) return made(context, step, Type::kNumber, left.expr, right.expr);
  if (scales) {
    const bool length = a == Type::kDuration || b == Type::kDuration;
    return length ? scale(context, step, left, right) : report_types(context, step, left, right);
  }
  if (a == Type::kDuration && b == Type::kDuration) {
    return made(context, step, Type::kDuration, left.expr, right.expr);
  }
  const auto timely = [&](Type type) { return type == Type::kInstant || type == Type::kDuration; };
  if (timely(a) || timely(b)) return shift(context, scope, step, left, right);
  return report_types(context, step, left, right);
}

}  // namespace

Operand arithmetic(Context& context, const Scope& scope, const ast::Arithmetic& chain, Span span) {
  Operand sum = operand(context, scope, *chain.first);
  for (const ast::Arithmetic::Term& term : chain.rest) {
    const Operand next = operand(context, scope, *term.operand);
    const Step step{term.op, term.op_span, cover(chain.first->span, term.operand->span)};
    sum = combine(context, scope, step, sum, next);
  }
  sum.span = span;
  return sum;
}

Operand negation(Context& context, const Scope& scope, const ast::Negate& negate, Span span) {
  // A run of minus signs is as long as the file lets it be: so it is counted, not descended.
  const ast::Expr* inner = negate.operand.get();
  bool odd = true;
  while (const auto* again = inner->as<ast::Negate>()) {
    odd = !odd;
    inner = again->operand.get();
  }
  Operand value = operand(context, scope, *inner);
  if (!value.ok() || !odd) return value;
  value.span = span;
  if (value.day || (value.type() != Type::kNumber && value.type() != Type::kDuration &&
                    value.type() != Type::kAny)) {
    context.report(Code::kE0303, span, fmt::format("minus {}", noun(value.type())))
        .label("only numbers and durations have a sign");
    return failed_at(span);
  }
  if (is_literal(value)) {
    hir::Literal literal = value.expr->literal;
    literal.duration.ms = -literal.duration.ms;
    if (literal.type == Type::kNumber) negate_number(literal);
    value.expr = context.nodes.literal(std::move(literal), span);
    return value;
  }
  const bool length = value.type() == Type::kDuration;
  ExprPtr zero = length ? context.nodes.duration({}, span) : context.nodes.number(0, span);
  return made(context, {ArithmeticOp::kSubtract, span, span},
              length ? Type::kDuration : Type::kNumber, std::move(zero), value.expr);
}

}  // namespace segue::sema
