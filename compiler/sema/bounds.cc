#include <fmt/format.h>

#include <cmath>

#include "compiler/sema/comparisons.h"
#include "compiler/sema/limits.h"
#include "compiler/sema/literals.h"
#include "compiler/sema/ops.h"

namespace segue::sema {

using ast::CompareOp;
using hir::Expr;
using hir::Op;

namespace {

/// The most a count can be; infinite without a cap.
double most(const Expr& count) {
  const bool calendar = count.window.kind == hir::Window::Kind::kCalendar;
  if (count.op == Op::kStreak) return count.window.periods;
  if (count.op == Op::kDays && calendar && count.window.unit == count.unit) {
    return count.window.periods;
  }
  return count.cap == 0 ? INFINITY : count.cap;
}

bool counts(const Expr& expr) {
  return expr.op == Op::kCount || expr.op == Op::kDays || expr.op == Op::kStreak ||
         (expr.op == Op::kAggregate && expr.aggregate == hir::Aggregate::kDistinct);
}

/// `count op number` for the whole numbers 0..most: never, always, or neither.
enum class Outcome : uint8_t { kNever, kAlways, kEither };

Outcome outcome(CompareOp op, double number, double most) {
  const auto holds = [&](bool always, bool never) {
    return always ? Outcome::kAlways : never ? Outcome::kNever : Outcome::kEither;
  };
  const bool possible = number >= 0 && number <= most && number == std::floor(number);
  switch (op) {
    case CompareOp::kEqual:
      return holds(false, !possible);
    case CompareOp::kNotEqual:
      return holds(!possible, false);
    case CompareOp::kLess:
      return holds(number > most, number <= 0);
    case CompareOp::kLessEqual:
      return holds(number >= most, number < 0);
    case CompareOp::kGreater:
      return holds(number < 0, number >= most);
    case CompareOp::kGreaterEqual:
      return holds(number <= 0, number > most);
  }
  return Outcome::kEither;
}

CompareOp turned(CompareOp op) {
  switch (op) {
    case CompareOp::kLess:
      return CompareOp::kGreater;
    case CompareOp::kLessEqual:
      return CompareOp::kGreaterEqual;
    case CompareOp::kGreater:
      return CompareOp::kLess;
    case CompareOp::kGreaterEqual:
      return CompareOp::kLessEqual;
    case CompareOp::kEqual:
    case CompareOp::kNotEqual:
      break;
  }
  return op;
}

}  // namespace

bool check_count_bounds(Context& context, const Comparing& how, const Operand& left,
                        const Operand& right) {
  const bool first = left.expr != nullptr && counts(*left.expr);
  const Operand& count = first ? left : right;
  const Operand& number = first ? right : left;
  if (count.expr == nullptr || !counts(*count.expr)) return true;
  if (number.expr == nullptr || number.expr->op != Op::kLiteral) return true;
  const double given = number.expr->literal.number;
  const Expr& counted = *count.expr;
  if (counted.cap != 0 && given > counted.cap) {
    context
        .report(Code::kE0501, number.span,
                fmt::format("counting to {} in a window", number.expr->literal.text))
        .label(fmt::format("at most the newest {} count", kWindowCap))
        .also(count.span, "counted here");
    return false;
  }
  const CompareOp op = first ? how.op : turned(how.op);
  switch (outcome(op, given, most(counted))) {
    case Outcome::kEither:
      break;
    case Outcome::kAlways:
    case Outcome::kNever: {
      const bool always = outcome(op, given, most(counted)) == Outcome::kAlways;
      const bool fraction = given != std::floor(given);
      std::string why =
          counted.op == Op::kDays && given >= most(counted)
              ? fmt::format("there are only {} {}s", most(counted), hir::name_of(counted.unit))
          : fraction ? "a count is a whole number"
                     : "a count is 0 or more";
      warn_constant(context, how.span, always, std::move(why));
    }
  }
  return true;
}

void warn_outside_limit(Context& context, const Scope& scope, const Operand& value,
                        const hir::Literal& literal, Span span) {
  if (value.declared == nullptr || !value.declared->limit) return;
  const auto* allowed = std::get_if<ast::Scalars>(&value.declared->limit->bound);
  if (allowed == nullptr || literal.type != value.type()) return;
  std::vector<std::string> names;
  for (const ast::Scalar& scalar : allowed->items) {
    const Constant item = constant(context, scope, scalar);
    if (item.failed || item.day || item.literal == literal) return;
    names.push_back(written(item));
  }
  Constant given;
  given.literal = literal;
  context
      .report(Code::kW0212, span,
              fmt::format("`{}` is never {}", context.quote(value.span, "it"), written(given)))
      .label("none of its values")
      .also(allowed->span, "the values it may have")
      .suggest(nearest_names(written(given), names));
}

}  // namespace segue::sema
