#include <fmt/format.h>

#include <utility>

#include "compiler/plan/lowering.h"
#include "runtime/base/check.h"

namespace segue::plan {

namespace b = build;

ExprPtr Lowering::truth(const hir::Expr& expr, In in) {
  switch (expr.op) {
    case hir::Op::kLiteral:
      return b::truth(expr.literal.truth);
    case hir::Op::kMember:
      return b::node(Op::kNodeTruth, segment_nodes_[expr.segment.index]);
    case hir::Op::kUserIn:
      return b::set_test(Op::kUserIn, {}, expr.literals);
    case hir::Op::kHeld: {
      Cell cell;
      cell.kind = CellKind::kHeld;
      cell.source = add_node(truth(*expr.children[0], in)).index;
      cell.horizon_ms = expr.duration.ms;
      return b::read(Op::kHeld, add_cell(std::move(cell)));
    }
    case hir::Op::kEventIs: {
      if (expr.kinds.empty()) return b::op(Op::kAnyKind);
      auto test = std::make_shared<Expr>();
      test->op = Op::kKindIn;
      for (const KindId kind : expr.kinds) test->kinds.push_back(kind.index);
      return test;
    }
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
    case hir::Op::kNow:
    case hir::Op::kKnownSince:
    case hir::Op::kTrait:
    case hir::Op::kCount:
    case hir::Op::kAggregate:
    case hir::Op::kDays:
    case hir::Op::kTimeOf:
    case hir::Op::kScore:
    case hir::Op::kProperty:
    case hir::Op::kEventName:
    case hir::Op::kToInstant:
    case hir::Op::kAdd:
    case hir::Op::kSubtract:
    case hir::Op::kMultiply:
    case hir::Op::kDivide:
    case hir::Op::kMin:
    case hir::Op::kMax:
    case hir::Op::kSelect:
    case hir::Op::kStreak:
    case hir::Op::kDecayed:
    case hir::Op::kLatched:
    case hir::Op::kItem:
    case hir::Op::kAnyItem:
    case hir::Op::kInPeriod:
    case hir::Op::kScale:
    case hir::Op::kHour:
    case hir::Op::kWeekday:
    case hir::Op::kDayNumber:
    case hir::Op::kDate:
    case hir::Op::kAnniversary:
    case hir::Op::kTextOf:
    case hir::Op::kNumberOf:
    case hir::Op::kLower:
    case hir::Op::kLength:
    case hir::Op::kRound:
    case hir::Op::kAbs:
    case hir::Op::kItemSum:
      break;
  }
  SEGUE_CHECK(false, "the checker let a value stand where a condition belongs");
  return nullptr;
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

bool Lowering::is_wire_value(const hir::Expr& expr) {
  return expr.op == hir::Op::kProperty || expr.op == hir::Op::kEventName;
}

bool Lowering::is_remembered(const hir::Expr& expr) {
  if (expr.op == hir::Op::kTrait) return true;
  return expr.op == hir::Op::kAggregate &&
         (expr.aggregate == hir::Aggregate::kFirst || expr.aggregate == hir::Aggregate::kLast);
}

namespace {

bool is_literal(const hir::Expr& expr) { return expr.op == hir::Op::kLiteral; }

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
  const auto is_value = [](const hir::Expr& e) { return is_wire_value(e) || is_remembered(e); };
  if (is_literal(right) && is_value(left)) {
    return literal_equality(left, right.literal, expr.ignoring_case, in);
  }
  if (is_literal(left) && is_value(right)) {
    return literal_equality(right, left.literal, expr.ignoring_case, in);
  }
  if (is_wire_value(left) && is_wire_value(right)) {
    return b::folded(Op::kEqualValues, {wire_value(left), wire_value(right)}, expr.ignoring_case);
  }
  if (is_value(left) && is_value(right)) {
    if (expr.ignoring_case)
      return refuse(expr, "`=` of two values `ignoring case`", b::truth(false));
    return b::op(Op::kEqualScalars, {scalar(left, in), scalar(right, in)});
  }
  return b::op(Op::kEqual, {number(left, in), number(right, in)});
}

ExprPtr Lowering::literal_equality(const hir::Expr& value, const Literal& literal, bool fold,
                                   In in) {
  switch (literal.type) {
    case hir::Type::kNumber:
      return b::op(Op::kEqual, {number(value, in), b::number(literal.number)});
    case hir::Type::kText: {
      const auto equals = [&](ExprPtr wire) {
        return b::text_test(Op::kEqualText, std::move(wire), literal.text, fold);
      };
      if (is_wire_value(value)) return equals(wire_value(value));
      const bool plain = value.op == hir::Op::kTrait || is_wire_value(*value.children[0]);
      if (!fold || !plain) return b::op(Op::kEqualScalars, {scalar(value, in), b::scalar(literal)});
      const ExprPtr wire = value.op == hir::Op::kTrait ? b::slot(Op::kSlot, value.slot.index)
                                                       : wire_value(*value.children[0]);
      return b::op(Op::kScalarTrue, {remember(value, b::op(Op::kScalarOfTruth, {equals(wire)}))});
    }
    default:
      return b::op(Op::kEqualScalars, {scalar(value, in), b::scalar(literal)});
  }
}

/// A test of one value: of the event at hand directly; of a remembered one on what is kept of it,
/// where the kept words are enough, else when it comes in, so that only the answer is kept.
ExprPtr Lowering::value_test(const hir::Expr& expr, In in) {
  const hir::Expr& value = *expr.children[0];
  if (expr.op == hir::Op::kExists) {
    if (is_time(value.type)) return b::op(Op::kTimeExists, {time(value, in).expr});
    if (!is_wire_value(value) && !is_remembered(value)) {
      return b::op(Op::kNumberExists, {number(value, in)});
    }
  }
  if (expr.op == hir::Op::kInSet && !is_wire_value(value) && !is_remembered(value)) {
    return number_in_set(expr, in);
  }
  if (is_wire_value(value) || value.op == hir::Op::kLiteral)
    return value_test_on(expr, wire_value(value));
  const bool words_suffice = expr.op == hir::Op::kExists || expr.op == hir::Op::kIsTrue ||
                             (expr.op == hir::Op::kInSet && !expr.ignoring_case);
  if (words_suffice) {
    switch (expr.op) {
      case hir::Op::kExists:
        return b::op(Op::kScalarExists, {scalar(value, in)});
      case hir::Op::kIsTrue:
        return b::op(Op::kScalarTrue, {scalar(value, in)});
      default:
        return b::set_test(Op::kInScalars, {scalar(value, in)}, expr.literals);
    }
  }
  return kept_test(expr);
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

ExprPtr Lowering::kept_test(const hir::Expr& test) {
  const hir::Expr& source = *test.children[0];
  const bool plain = source.op == hir::Op::kTrait || is_wire_value(*source.children[0]);
  const bool against_literal =
      test.children.size() == 1 || test.children[1]->op == hir::Op::kLiteral;
  if (!plain || !against_literal)
    return refuse(test, "this comparison of remembered texts", b::truth(false));
  ExprPtr wire = source.op == hir::Op::kTrait ? b::slot(Op::kSlot, source.slot.index)
                                              : wire_value(*source.children[0]);
  ExprPtr kept = b::op(Op::kScalarOfTruth, {value_test_on(test, std::move(wire))});
  return b::op(Op::kScalarTrue, {remember(source, std::move(kept))});
}

ExprPtr Lowering::value_test_on(const hir::Expr& test, ExprPtr value) {
  const bool fold = test.ignoring_case;
  const auto two = [&](Op op) {
    const hir::Expr& other = *test.children[1];
    if (!is_wire_value(other) && other.op != hir::Op::kLiteral) {
      return refuse(test, "this comparison with a remembered text", b::truth(false));
    }
    return b::folded(op, {std::move(value), wire_value(other)}, fold);
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
