#include <utility>

#include "compiler/plan/lowering.h"
#include "runtime/base/check.h"

namespace segue::plan {

namespace b = build;

namespace {

Op arithmetic_op(hir::Op op) {
  switch (op) {
    case hir::Op::kAdd:
      return Op::kAdd;
    case hir::Op::kSubtract:
      return Op::kSubtract;
    case hir::Op::kMultiply:
      return Op::kMultiply;
    case hir::Op::kDivide:
      return Op::kDivide;
    case hir::Op::kMin:
      return Op::kMin;
    default:
      return Op::kMax;
  }
}

}  // namespace

ExprPtr Lowering::number(const hir::Expr& expr, In in) {
  switch (expr.op) {
    case hir::Op::kLiteral:
      return b::number(expr.literal.number);
    case hir::Op::kCount:
    case hir::Op::kDays:
    case hir::Op::kStreak:
      return count(expr);
    case hir::Op::kScore:
      return b::node(Op::kNodeNumber, score_nodes_[expr.score.index]);
    case hir::Op::kAdd:
    case hir::Op::kSubtract:
    case hir::Op::kMultiply:
    case hir::Op::kDivide:
    case hir::Op::kMin:
    case hir::Op::kMax:
      return b::op(arithmetic_op(expr.op),
                   {number(*expr.children[0], in), number(*expr.children[1], in)});
    case hir::Op::kSelect:
      return b::op(Op::kSelect, {truth(*expr.children[0], in), number(*expr.children[1], in),
                                 number(*expr.children[2], in)});
    case hir::Op::kProperty:
    case hir::Op::kEventName:
      return b::op(Op::kValueNumber, {wire_value(expr)});
    case hir::Op::kAggregate:
      if (expr.aggregate == hir::Aggregate::kSum) return b::op(Op::kSumNumber, {aggregate(expr)});
      if (!is_remembered(expr)) return aggregate(expr);
      return b::op(Op::kScalarNumber, {scalar(expr, in)});
    case hir::Op::kTrait:
      return b::op(Op::kScalarNumber, {scalar(expr, in)});
    default:
      break;
  }
  SEGUE_CHECK(false, "the checker let something else stand where a number belongs");
  return nullptr;
}

ExprPtr Lowering::count(const hir::Expr& expr) {
  Window window = window_of(expr);
  if (expr.op == hir::Op::kDays) window.counted = expr.unit;
  if (expr.op == hir::Op::kStreak) {
    return b::read(Op::kLogStreak, log_of(expr, nullptr), window);
  }
  const bool days = expr.op == hir::Op::kDays;
  if (rules_.streams[expr.stream.index].predicate) {
    return b::read(days ? Op::kLogDays : Op::kLogCount, log_of(expr, nullptr), window);
  }
  return b::read(days ? Op::kStepsDays : Op::kStepsCount, steps_of(expr), window);
}

/// The log keeps exact decimals for sums and averages, whole scalars for the rest.
ExprPtr Lowering::aggregate(const hir::Expr& expr) {
  const hir::Expr& child = *expr.children[0];
  const Window window = window_of(expr);
  const bool exact =
      expr.aggregate == hir::Aggregate::kSum || expr.aggregate == hir::Aggregate::kAvg;
  ExprPtr value;
  if (exact && is_wire_value(child))
    value = b::op(Op::kSumOf, {wire_value(child)});
  else if (exact)
    value = b::op(Op::kSumOf, {refuse(expr, "a sum of calculated values", b::text(""))});
  else
    value = scalar(child, In::kEvent);
  const CellId log = log_of(expr, std::move(value));
  switch (expr.aggregate) {
    case hir::Aggregate::kSum:
      return b::read(Op::kLogSum, log, window);
    case hir::Aggregate::kAvg:
      return b::read(Op::kLogAvg, log, window);
    case hir::Aggregate::kMin:
      return b::read(Op::kLogMin, log, window);
    case hir::Aggregate::kMax:
      return b::read(Op::kLogMax, log, window);
    case hir::Aggregate::kDistinct: {
      // Its cap is a number of values, whatever the number of occurrences.
      ExprPtr values = b::read(Op::kLogDistinct, log, window);
      return expr.cap == 0 ? values : b::op(Op::kMin, {values, b::number(expr.cap)});
    }
    case hir::Aggregate::kFirst:
      return b::read(Op::kLogFirst, log, window);
    case hir::Aggregate::kLast:
      return b::read(Op::kLogLast, log, window);
    case hir::Aggregate::kPercentile:
    case hir::Aggregate::kMostCommon:
      break;
  }
  return nullptr;
}

TimeExpr Lowering::time(const hir::Expr& expr, In in) {
  switch (expr.op) {
    case hir::Op::kLiteral:
      return {b::time(expr.literal.type == hir::Type::kDuration ? expr.literal.duration.ms
                                                                : expr.literal.instant.ms)};
    case hir::Op::kNow:
      return {b::op(Op::kNow), 1};
    case hir::Op::kKnownSince:
      return {b::op(Op::kKnownSince)};
    case hir::Op::kTimeOf:
      return {time_of(expr)};
    case hir::Op::kToInstant: {
      const hir::Expr& value = *expr.children[0];
      const auto instant_of = [&](ExprPtr wire) {
        return b::make(
            {.op = Op::kValueInstant, .operands = {std::move(wire)}, .index = expr.zone.index});
      };
      if (is_wire_value(value)) return {instant_of(wire_value(value))};
      const bool plain = value.op == hir::Op::kTrait ||
                         (is_remembered(value) && is_wire_value(*value.children[0]));
      if (!plain) return {refuse(expr, "an instant made of this value", b::time(0))};
      ExprPtr wire = value.op == hir::Op::kTrait ? b::slot(Op::kSlot, value.slot.index)
                                                 : wire_value(*value.children[0]);
      ExprPtr kept = b::op(Op::kScalarOfTime, {instant_of(std::move(wire))});
      return {b::op(Op::kScalarTime, {remember(value, std::move(kept))})};
    }
    case hir::Op::kAdd:
    case hir::Op::kSubtract: {
      const bool add = expr.op == hir::Op::kAdd;
      TimeExpr left = time(*expr.children[0], in);
      TimeExpr right = time(*expr.children[1], in);
      const int32_t slope = add ? left.slope + right.slope : left.slope - right.slope;
      return {b::op(add ? Op::kTimeAdd : Op::kTimeSubtract,
                    {std::move(left.expr), std::move(right.expr)}),
              slope};
    }
    default:
      break;
  }
  SEGUE_CHECK(false, "the checker let something else stand where a time belongs");
  return {};
}

ExprPtr Lowering::time_of(const hir::Expr& expr) {
  const bool first = expr.aggregate == hir::Aggregate::kFirst;
  if (rules_.streams[expr.stream.index].predicate) {
    return b::read(first ? Op::kOldestTime : Op::kNewestTime, log_of(expr, nullptr));
  }
  return b::read(first ? Op::kStepsFirst : Op::kStepsLast, steps_of(expr));
}

ExprPtr Lowering::scalar(const hir::Expr& expr, In in) {
  if (is_wire_value(expr)) return b::op(Op::kScalarOf, {wire_value(expr)});
  if (expr.op == hir::Op::kLiteral) return b::scalar(expr.literal);
  if (is_remembered(expr)) {
    if (expr.op == hir::Op::kTrait) {
      return remember(expr, b::op(Op::kScalarOf, {b::slot(Op::kSlot, expr.slot.index)}));
    }
    return remember(expr, scalar(*expr.children[0], In::kEvent));
  }
  if (expr.type == hir::Type::kTruth) return b::op(Op::kScalarOfTruth, {truth(expr, in)});
  if (is_time(expr.type)) return b::op(Op::kScalarOfTime, {time(expr, in).expr});
  return b::op(Op::kScalarOfNumber, {number(expr, in)});
}

ExprPtr Lowering::wire_value(const hir::Expr& expr) {
  switch (expr.op) {
    case hir::Op::kProperty:
      return b::slot(Op::kSlot, expr.slot.index);
    case hir::Op::kEventName:
      return b::op(Op::kEventName);
    default:
      return b::text(expr.literal.text);
  }
}

ExprPtr Lowering::remember(const hir::Expr& source, ExprPtr value) {
  if (source.op != hir::Op::kTrait) {
    const Op op = source.aggregate == hir::Aggregate::kFirst ? Op::kLogFirst : Op::kLogLast;
    return b::read(op, log_of(source, std::move(value)), window_of(source));
  }
  Cell cell;
  cell.kind = CellKind::kLog;
  cell.source = trait_stream(source.slot.index).index;
  cell.value = std::move(value);
  cell.horizon_ms = INT64_MAX;
  // One log a trait and kept form: filters read traits too, and streams are only equal if what they
  // read is.
  for (const CellId known : trait_cells_) {
    if (equal(plan_.cells[known.index], cell)) return b::read(Op::kLogLast, known, Window{});
  }
  trait_cells_.push_back(add_cell(std::move(cell)));
  return b::read(Op::kLogLast, trait_cells_.back(), Window{});
}

}  // namespace segue::plan
