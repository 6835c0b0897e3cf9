#include <fmt/format.h>

#include <utility>

#include "compiler/plan/lowering.h"
#include "runtime/base/check.h"

namespace segue::plan {

namespace b = build;

/// By families: conditions of conditions, comparisons, tests of one value, and the few others.
ExprPtr Lowering::truth(const hir::Expr& expr, In in) {
  switch (expr.op) {
    case hir::Op::kLiteral:
      return b::truth(expr.literal.truth);
    case hir::Op::kMember:
      return b::node(Op::kNodeTruth, segment_nodes_[expr.segment.index]);
    case hir::Op::kUserIn:
      return b::set_test(Op::kUserIn, {}, expr.literals);
    case hir::Op::kHeld:
      return held(expr);
    case hir::Op::kLatched:
      return latched(expr, in);
    case hir::Op::kEventIs:
      return event_test(expr);
    case hir::Op::kAnd:
    case hir::Op::kOr:
    case hir::Op::kNot:
    case hir::Op::kAtLeast:
      return connective(expr, in);
    case hir::Op::kEqual:
    case hir::Op::kLess:
    case hir::Op::kLessEqual:
      return comparison(expr, in);
    case hir::Op::kIsTrue:
    case hir::Op::kExists:
    case hir::Op::kInSet:
    case hir::Op::kHasAny:
    case hir::Op::kHasAll:
    case hir::Op::kContains:
    case hir::Op::kStartsWith:
    case hir::Op::kEndsWith:
    case hir::Op::kMatches:
      return value_test(expr, in);
    case hir::Op::kAnyItem:
      return any_item(expr);
    case hir::Op::kInPeriod:
      return in_period(expr, in);
    default:
      break;
  }
  SEGUE_CHECK(false, "the checker let a value stand where a condition belongs");
  return nullptr;
}

ExprPtr Lowering::held(const hir::Expr& expr) {
  Cell cell;
  cell.kind = CellKind::kHeld;
  cell.source = add_node(truth(*expr.children[0], In::kCondition)).index;
  cell.horizon_ms = expr.duration.ms;
  return b::read(Op::kHeld, add_cell(std::move(cell)));
}

ExprPtr Lowering::event_test(const hir::Expr& expr) {
  if (expr.kinds.empty()) return b::op(Op::kAnyKind);
  auto test = std::make_shared<Expr>();
  test->op = Op::kKindIn;
  for (const KindId kind : expr.kinds) test->kinds.push_back(kind.index);
  return test;
}

/// The list of an event is looked through as it stands, a remembered one as it comes in.
ExprPtr Lowering::any_item(const hir::Expr& expr) {
  const hir::Expr& list = *expr.children[0];
  if (!is_wire_value(list)) return kept_test(expr);
  return b::op(Op::kAnyItem, {wire_value(list, In::kEvent), truth(*expr.children[1], In::kEvent)});
}

ExprPtr Lowering::in_period(const hir::Expr& expr, In in) {
  TimeExpr instant = time(*expr.children[0], in);
  auto test = std::make_shared<Expr>();
  test->op = Op::kInPeriod;
  test->operands = {std::move(instant.expr)};
  test->period.zone = zone_of(expr.zone);
  test->period.unit = expr.unit;
  test->period.shift = expr.shift;
  test->period.slope = instant.slope;
  test->period.yearly = expr.yearly ? 1 : 0;
  return test;
}

/// A node of its own: what moves a cell is evaluated once an instant.
ExprPtr Lowering::latched(const hir::Expr& expr, In in) {
  Cell cell;
  cell.kind = CellKind::kLatch;
  cell.source = image::kNone;
  cell.horizon_ms = expr.duration.ms;
  auto latch = std::make_shared<Expr>();
  latch->op = Op::kLatch;
  latch->operands = {truth(*expr.children[0], in), truth(*expr.children[1], in)};
  latch->index = add_cell(std::move(cell)).index;
  latch->time_ms = expr.cooldown.ms;
  return b::node(Op::kNodeTruth, add_node(std::move(latch)));
}

ExprPtr Lowering::connective(const hir::Expr& expr, In in) {
  std::vector<ExprPtr> parts;
  parts.reserve(expr.children.size());
  for (const hir::ExprPtr& child : expr.children) parts.push_back(truth(*child, in));
  switch (expr.op) {
    case hir::Op::kAnd:
      return b::op(Op::kAnd, std::move(parts));
    case hir::Op::kOr:
      return b::op(Op::kOr, std::move(parts));
    case hir::Op::kNot:
      return b::op(Op::kNot, std::move(parts));
    default:
      return b::at_least(expr.number, std::move(parts));
  }
}

bool Lowering::is_time(hir::Type type) {
  return type == hir::Type::kInstant || type == hir::Type::kDuration;
}

bool Lowering::is_remembered(const hir::Expr& expr) {
  if (expr.op == hir::Op::kTrait) return true;
  return expr.op == hir::Op::kAggregate &&
         (expr.aggregate == hir::Aggregate::kFirst || expr.aggregate == hir::Aggregate::kLast ||
          expr.aggregate == hir::Aggregate::kMostCommon);
}

namespace {

bool is_literal(const hir::Expr& expr) { return expr.op == hir::Op::kLiteral; }

bool is_text(const hir::Expr& expr) {
  return is_literal(expr) && expr.literal.type == hir::Type::kText;
}

bool is_exact_sum(const hir::Expr& expr) {
  return expr.op == hir::Op::kAggregate && expr.aggregate == hir::Aggregate::kSum;
}

Op number_op(hir::Op op) {
  return op == hir::Op::kEqual ? Op::kEqual : op == hir::Op::kLess ? Op::kLess : Op::kLessEqual;
}

Op time_op(hir::Op op) {
  return op == hir::Op::kEqual  ? Op::kTimeEqual
         : op == hir::Op::kLess ? Op::kTimeLess
                                : Op::kTimeLessEqual;
}

Decimal decimal_of(const Literal& literal) {
  const std::optional<Decimal> exact = decimal_from_text(literal.text);
  return exact ? *exact : decimal_from_double(literal.number);
}

}  // namespace

ExprPtr Lowering::comparison(const hir::Expr& expr, In in) {
  const hir::Expr& left = *expr.children[0];
  const hir::Expr& right = *expr.children[1];
  if (is_time(left.type) || is_time(right.type)) {
    TimeExpr a = time(left, in);
    TimeExpr c = time(right, in);
    const int32_t slope = a.slope - c.slope;
    return b::time_test(time_op(expr.op), std::move(a.expr), std::move(c.expr), slope);
  }
  if ((is_exact_sum(left) && is_literal(right)) || (is_literal(left) && is_exact_sum(right))) {
    return sum_comparison(expr);
  }
  if (expr.op == hir::Op::kEqual) return equality(expr, in);
  return b::op(number_op(expr.op), {number(left, in), number(right, in)});
}

/// An exact sum against a literal is compared exactly; a sum is never missing, so `5 < s` is `not
/// (s <= 5)`.
ExprPtr Lowering::sum_comparison(const hir::Expr& expr) {
  const bool sum_first = is_exact_sum(*expr.children[0]);
  const hir::Expr& sum = *expr.children[sum_first ? 0 : 1];
  const Decimal bound = decimal_of(expr.children[sum_first ? 1 : 0]->literal);
  ExprPtr value = aggregate(sum);
  switch (expr.op) {
    case hir::Op::kEqual:
      return b::sum_test(Op::kSumEqual, value, bound);
    case hir::Op::kLess:
      if (sum_first) return b::sum_test(Op::kSumLess, value, bound);
      return b::op(Op::kNot, {b::sum_test(Op::kSumLessEqual, value, bound)});
    default:
      if (sum_first) return b::sum_test(Op::kSumLessEqual, value, bound);
      return b::op(Op::kNot, {b::sum_test(Op::kSumLess, value, bound)});
  }
}

ExprPtr Lowering::equality(const hir::Expr& expr, In in) {
  const hir::Expr& left = *expr.children[0];
  const hir::Expr& right = *expr.children[1];
  const auto is_value = [](const hir::Expr& e) {
    return is_wire_value(e) || is_remembered(e) || e.op == hir::Op::kTextOf ||
           e.op == hir::Op::kLower;
  };
  if (is_literal(right) && is_value(left)) return literal_equality(expr, left, right.literal, in);
  if (is_literal(left) && is_value(right)) return literal_equality(expr, right, left.literal, in);
  if (is_value(left) && is_value(right)) return value_equality(expr, in);
  return b::op(Op::kEqual, {number(left, in), number(right, in)});
}

ExprPtr Lowering::value_equality(const hir::Expr& expr, In in) {
  const hir::Expr& left = *expr.children[0];
  const hir::Expr& right = *expr.children[1];
  if (is_wire_value(left) && is_wire_value(right)) {
    return b::folded(Op::kEqualValues, {wire_value(left, in), wire_value(right, in)},
                     expr.ignoring_case);
  }
  const auto has_words = [](const hir::Expr& e) { return is_wire_value(e) || is_remembered(e); };
  if (!expr.ignoring_case && has_words(left) && has_words(right)) {
    return b::op(Op::kEqualScalars, {scalar(left, in), scalar(right, in)});
  }
  return kept_test(expr);
}

ExprPtr Lowering::literal_equality(const hir::Expr& test, const hir::Expr& value,
                                   const Literal& literal, In in) {
  if (!is_wire_value(value) && !is_remembered(value)) return kept_test(test);
  switch (literal.type) {
    case hir::Type::kNumber:
      return b::op(Op::kEqual, {number(value, in), b::number(literal.number)});
    case hir::Type::kText:
      if (is_wire_value(value)) {
        return b::text_test(Op::kEqualText, wire_value(value, in), literal.text,
                            test.ignoring_case);
      }
      if (test.ignoring_case) return kept_test(test);
      return b::op(Op::kEqualScalars, {scalar(value, in), b::scalar(literal)});
    default:
      return b::op(Op::kEqualScalars, {scalar(value, in), b::scalar(literal)});
  }
}

/// A test of one value: of the event at hand directly; of a remembered one on what is kept of it,
/// where the kept words are enough, else when it comes in, so that only the answer is kept.
ExprPtr Lowering::value_test(const hir::Expr& expr, In in) {
  const hir::Expr& value = *expr.children[0];
  if (is_wire_value(value) || is_text(value)) return value_test_on(expr, in);
  if (expr.op == hir::Op::kExists) {
    if (is_time(value.type)) return b::op(Op::kTimeExists, {time(value, in).expr});
    if (is_remembered(value)) return b::op(Op::kScalarExists, {scalar(value, in)});
    if (value.op == hir::Op::kTextOf || value.op == hir::Op::kLower) return kept_test(expr);
    return b::op(Op::kNumberExists, {number(value, in)});
  }
  const bool in_set = expr.op == hir::Op::kInSet;
  if (is_remembered(value)) {
    if (expr.op == hir::Op::kIsTrue) return b::op(Op::kScalarTrue, {scalar(value, in)});
    if (in_set && !expr.ignoring_case) {
      return b::set_test(Op::kInScalars, {scalar(value, in)}, expr.literals);
    }
    return kept_test(expr);
  }
  const bool is_number = value.type == hir::Type::kNumber && value.op != hir::Op::kTextOf;
  return in_set && is_number ? number_in_set(expr, in) : kept_test(expr);
}

/// A calculated number: equal to one of them; an exact sum exactly.
ExprPtr Lowering::number_in_set(const hir::Expr& expr, In in) {
  const hir::Expr& value = *expr.children[0];
  const bool exact = is_exact_sum(value);
  const ExprPtr left = exact ? aggregate(value) : number(value, in);
  std::vector<ExprPtr> options;
  for (const Literal& literal : expr.literals) {
    if (literal.type != hir::Type::kNumber) continue;  // a number equals no value of another type
    options.push_back(exact ? b::sum_test(Op::kSumEqual, left, decimal_of(literal))
                            : b::op(Op::kEqual, {left, b::number(literal.number)}));
  }
  return b::op(Op::kOr, std::move(options));
}

ExprPtr Lowering::value_test_on(const hir::Expr& test, In in) {
  const bool fold = test.ignoring_case;
  ExprPtr value = wire_value(*test.children[0], in);
  const auto two = [&](Op op) {
    const hir::Expr& other = *test.children[1];
    if (!is_wire_value(other) && !is_text(other)) {
      return refuse(test, "this comparison with a remembered text", b::truth(false));
    }
    return b::folded(op, {std::move(value), wire_value(other, in)}, fold);
  };
  switch (test.op) {
    case hir::Op::kIsTrue:
      return b::op(Op::kValueTrue, {std::move(value)});
    case hir::Op::kExists:
      return b::op(Op::kValueExists, {std::move(value)});
    case hir::Op::kInSet:
      return b::set_test(Op::kInTexts, {std::move(value)}, test.literals, fold);
    case hir::Op::kHasAny:
      return b::set_test(Op::kHasAny, {std::move(value)}, test.literals, fold);
    case hir::Op::kHasAll:
      return b::set_test(Op::kHasAll, {std::move(value)}, test.literals, fold);
    case hir::Op::kContains:
      return two(Op::kContains);
    case hir::Op::kStartsWith:
      return two(Op::kStartsWith);
    case hir::Op::kEndsWith:
      return two(Op::kEndsWith);
    default:
      return b::text_test(Op::kMatches, std::move(value), test.literal.text, fold);
  }
}

}  // namespace segue::plan
