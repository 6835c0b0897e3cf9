#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "compiler/sema/comparisons.h"
#include "compiler/sema/instants.h"
#include "compiler/sema/limits.h"
#include "compiler/sema/literals.h"
#include "compiler/sema/operands.h"

namespace segue::sema {

using ast::ArithmeticOp;
using hir::Expr;
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

/// A number as a fraction of whole numbers; empty with too many decimals, or too large.
struct Ratio {
  int64_t above = 1;
  int64_t below = 1;
};

std::optional<Ratio> ratio_of(const std::string& digits) {
  Ratio ratio{0, 1};
  uint32_t decimals = 0;
  bool fraction = false;
  for (const char c : digits) {
    if (c == '-') continue;
    if (c == '.') {
      fraction = true;
      continue;
    }
    if (fraction && ++decimals > kScaleDecimalsMax) return std::nullopt;
    if (fraction) ratio.below *= 10;
    ratio.above = ratio.above * 10 + (c - '0');
    if (ratio.above > kScaleMax * 1'000) return std::nullopt;
  }
  if (digits.starts_with('-')) ratio.above = -ratio.above;
  const int64_t common = std::gcd(ratio.above, ratio.below);
  return Ratio{ratio.above / common, ratio.below / common};
}

void report_factor(Context& context, Span span) {
  context.report(Code::kE0501, span, "a factor of a duration with too many digits")
      .label(fmt::format("at most {} decimals, and {} times a duration with all decimals "
                         "multiplied out",
                         kScaleDecimalsMax, kScaleMax));
}

/// A duration that is written, times a number: as if the product were written.
Operand scaled_literal(Context& context, const Step& step, const Operand& length, double number) {
  const double ms = static_cast<double>(length.expr->literal.duration.ms);
  const double product = step.op == ArithmeticOp::kDivide ? ms / number : ms * number;
  if (!(std::abs(product) <= static_cast<double>(kDurationMax.ms)) ||
      product != std::floor(product)) {
    context.report(Code::kE0303, step.span, "a duration that is no whole number of milliseconds")
        .label("or longer than 200 years");
    return failed_at(step.span);
  }
  return {context.nodes.duration({static_cast<int64_t>(product)}, step.span), std::nullopt,
          step.span};
}

/// `2 * time since last login`, `7d / 2`: a duration times a number that is written. Other products
/// of time would make a comparison that is not linear in T.
Operand scale(Context& context, const Step& step, const Operand& left, const Operand& right) {
  const bool length_first = left.type() == Type::kDuration;
  const Operand& length = length_first ? left : right;
  const Operand& factor = length_first ? right : left;
  const bool divides = step.op == ArithmeticOp::kDivide;
  if (factor.type() != Type::kNumber && factor.type() != Type::kAny) {
    return report_types(context, step, left, right);
  }
  if (divides && !length_first) return report_types(context, step, left, right);
  if (!is_literal(factor)) {
    context.report(Code::kE0303, step.op_span, "a duration times what is no literal")
        .label("must be a number as it is written, or a parameter")
        .also(factor.span, "changes");
    return failed_at(step.span);
  }
  const double number = factor.expr->literal.number;
  if (is_literal(length) && length.divisor == 1) {
    return scaled_literal(context, step, length, number);
  }
  if (divides && number == 0) {
    context.report(Code::kE0303, factor.span, "a duration divided by 0").label("never a duration");
    return failed_at(step.span);
  }
  auto ratio = ratio_of(factor.expr->literal.text);
  if (ratio && divides) *ratio = {ratio->below, ratio->above};
  if (ratio && ratio->below < 0) *ratio = {-ratio->above, -ratio->below};
  if (!ratio || length.divisor > kScaleMax / ratio->below) {
    report_factor(context, factor.span);
    return failed_at(step.span);
  }
  Operand product = scaled(context, length, ratio->above);
  product.divisor = length.divisor * ratio->below;
  product.span = step.span;
  return product;
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
  const bool sums = step.op == ArithmeticOp::kAdd || step.op == ArithmeticOp::kSubtract;
  if (sums && (left.divisor != 1 || right.divisor != 1)) {
    const int64_t both = std::lcm(left.divisor, right.divisor);
    Operand first = scaled(context, left, both / left.divisor);
    Operand second = scaled(context, right, both / right.divisor);
    first.divisor = second.divisor = 1;
    Operand sum = combine(context, scope, step, first, second);
    sum.divisor = both;
    return sum;
  }
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

Operand scaled(Context& context, const Operand& value, int64_t times) {
  Operand result = value;
  if (!value.ok() || times == 1) return result;
  if (times > kScaleMax || times < -kScaleMax || value.expr == nullptr) {
    report_factor(context, value.span);
    result.expr = nullptr;
    result.day.reset();
    return result;
  }
  Expr expr;
  expr.op = Op::kScale;
  expr.type = value.type();
  expr.span = value.span;
  expr.factor = times;
  ExprPtr inner = value.expr;
  if (inner->op == Op::kLiteral && inner->type == Type::kDuration) {
    const int64_t ms = inner->literal.duration.ms;
    if (ms == 0 || std::abs(ms) <= kDurationMax.ms / std::abs(times)) {
      result.expr = context.nodes.duration({ms * times}, value.span);
      return result;
    }
  }
  if (inner->op == Op::kScale) {
    expr.factor *= inner->factor;  // both are small
    inner = inner->children[0];
  }
  if (std::abs(expr.factor) > kScaleMax) {
    report_factor(context, value.span);
    result.expr = nullptr;
    return result;
  }
  expr.children = {std::move(inner)};
  result.expr = context.nodes.make(std::move(expr));
  return result;
}

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
  if (length && value.divisor != 1) return scaled(context, value, -1);
  ExprPtr zero = length ? context.nodes.duration({}, span) : context.nodes.number(0, span);
  return made(context, {ArithmeticOp::kSubtract, span, span},
              length ? Type::kDuration : Type::kNumber, std::move(zero), value.expr);
}

}  // namespace segue::sema
