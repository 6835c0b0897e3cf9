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
  if (is_wire_value(expr)) return b::op(Op::kValueNumber, {wire_value(expr, in)});
  switch (expr.op) {
    case hir::Op::kLiteral:
      return b::number(expr.literal.number);
    case hir::Op::kCount:
    case hir::Op::kDays:
    case hir::Op::kStreak:
      return count(expr);
    case hir::Op::kScore:
      // What is kept of a number that decays is that of the last instant: it is worked out anew.
      if (score_decays_[expr.score.index]) {
        return plan_.nodes[score_nodes_[expr.score.index].index].value;
      }
      return b::node(Op::kNodeNumber, score_nodes_[expr.score.index]);
    case hir::Op::kDecayed:
      return decayed(expr);
    case hir::Op::kAdd:
    case hir::Op::kSubtract:
    case hir::Op::kMultiply:
    case hir::Op::kDivide:
    case hir::Op::kMin:
    case hir::Op::kMax:
      return b::op(arithmetic_op(expr.op),
                   {number(*expr.children[0], in), number(*expr.children[1], in)});
    case hir::Op::kRound:
    case hir::Op::kAbs:
      return b::op(expr.op == hir::Op::kRound ? Op::kRound : Op::kAbs,
                   {number(*expr.children[0], in)});
    case hir::Op::kSelect:
      return b::op(Op::kSelect, {truth(*expr.children[0], in), number(*expr.children[1], in),
                                 number(*expr.children[2], in)});
    case hir::Op::kHour:
    case hir::Op::kWeekday:
    case hir::Op::kDayNumber:
      return local_part(expr, in);
    case hir::Op::kTextOf:
    case hir::Op::kNumberOf:
    case hir::Op::kLower:
    case hir::Op::kLength:
    case hir::Op::kItemSum:
      return wire_number(expr, in);
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

/// A number that is made of a value off the wire: of the event at hand, else of a remembered one
/// as it comes in.
ExprPtr Lowering::wire_number(const hir::Expr& expr, In in) {
  const hir::Expr& value = *expr.children[0];
  if (at_hand(value)) {
    if (expr.op == hir::Op::kItemSum) return b::op(Op::kSumNumber, {item_sum(expr, in)});
    return b::op(Op::kLength, {wire_value(value, in)});
  }
  // What is a number already reads as itself.
  const bool calculated = value.type == hir::Type::kNumber && !is_remembered(value);
  if (expr.op == hir::Op::kNumberOf && calculated) return number(value, in);
  ExprPtr scalar = kept(expr);
  if (!scalar) return refuse(expr, "a number made of these values", b::number(0));
  return b::op(Op::kScalarNumber, {std::move(scalar)});
}

ExprPtr Lowering::item_sum(const hir::Expr& expr, In in) {
  return b::make(
      {.op = Op::kItemSum, .operands = {wire_value(*expr.children[0], in)}, .path = expr.path});
}

/// Of local time.
ExprPtr Lowering::local_part(const hir::Expr& expr, In in) {
  const auto op = [&] {
    switch (expr.op) {
      case hir::Op::kHour:
        return Op::kHour;
      case hir::Op::kWeekday:
        return Op::kWeekday;
      case hir::Op::kDayNumber:
        return Op::kDayNumber;
      case hir::Op::kDate:
        return Op::kDate;
      default:
        return Op::kAnniversary;
    }
  };
  TimeExpr instant = time(*expr.children[0], in);
  return b::make({.op = op(),
                  .operands = {std::move(instant.expr)},
                  .index = zone_of(expr.zone),
                  .slope = instant.slope});
}

ExprPtr Lowering::count(const hir::Expr& expr) {
  Window window = window_of(expr);
  if (expr.op == hir::Op::kDays) window.counted = expr.unit;
  if (expr.op == hir::Op::kStreak) {
    return b::read(Op::kLogStreak, log_of(expr, nullptr), window);
  }
  const bool days = expr.op == hir::Op::kDays;
  if (!is_sequence(expr.stream)) {
    return b::read(days ? Op::kLogDays : Op::kLogCount, log_of(expr, nullptr), window);
  }
  return b::read(days ? Op::kStepsDays : Op::kStepsCount, steps_of(expr), window);
}

/// From the times themselves; `cap` newest ones, or all.
ExprPtr Lowering::decayed(const hir::Expr& expr) {
  Cell log;
  log.kind = CellKind::kLog;
  log.source = stream_of(expr.stream).index;
  log.cap = expr.cap;
  log.horizon_ms = INT64_MAX;
  return b::nth(Op::kTimesDecayed, add_cell(std::move(log)), expr.cap, expr.duration.ms);
}

/// The log keeps exact decimals for sums and averages, whole scalars for the rest.
ExprPtr Lowering::aggregate(const hir::Expr& expr) {
  const hir::Expr& child = *expr.children[0];
  const Window window = window_of(expr);
  const bool exact =
      expr.aggregate == hir::Aggregate::kSum || expr.aggregate == hir::Aggregate::kAvg;
  ExprPtr value;
  if (exact && is_wire_value(child))
    value = b::op(Op::kSumOf, {wire_value(child, In::kEvent)});
  else if (exact && child.op == hir::Op::kItemSum && at_hand(*child.children[0]))
    value = item_sum(child, In::kEvent);
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
      return b::make({.op = Op::kLogPercentile,
                      .operands = {b::number(expr.fraction)},
                      .index = log.index,
                      .window = window});
    case hir::Aggregate::kMostCommon:
      return b::read(Op::kLogCommon, log, window);
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
    case hir::Op::kToInstant:
      return instant_of(expr, in);
    case hir::Op::kAggregate:  // `first` and `last` keep the instant itself
      return {b::op(Op::kScalarTime, {scalar(expr, in)})};
    case hir::Op::kDate:
    case hir::Op::kAnniversary:
      return {local_part(expr, in)};
    case hir::Op::kScale: {
      TimeExpr scaled = time(*expr.children[0], in);
      return {
          b::make(
              {.op = Op::kTimeScale, .operands = {std::move(scaled.expr)}, .time_ms = expr.factor}),
          static_cast<int32_t>(scaled.slope * expr.factor)};
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

TimeExpr Lowering::instant_of(const hir::Expr& expr, In in) {
  const hir::Expr& value = *expr.children[0];
  if (is_time(value.type)) return time(value, in);
  if (is_wire_value(value)) {
    return {b::make({.op = Op::kValueInstant,
                     .operands = {wire_value(value, in)},
                     .index = zone_of(expr.zone)})};
  }
  ExprPtr scalar = kept(expr);
  if (!scalar) return {refuse(expr, "an instant made of this value", b::time(0))};
  return {b::op(Op::kScalarTime, {std::move(scalar)})};
}

ExprPtr Lowering::time_of(const hir::Expr& expr) {
  const bool first = expr.aggregate == hir::Aggregate::kFirst;
  if (!is_sequence(expr.stream)) {
    return b::read(first ? Op::kOldestTime : Op::kNewestTime, log_of(expr, nullptr));
  }
  return b::read(first ? Op::kStepsFirst : Op::kStepsLast, steps_of(expr));
}

ExprPtr Lowering::scalar(const hir::Expr& expr, In in) {
  if (is_wire_value(expr)) return b::op(Op::kScalarOf, {wire_value(expr, in)});
  if (expr.op == hir::Op::kLiteral) return b::scalar(expr.literal);
  if (is_remembered(expr)) {
    if (expr.op == hir::Op::kTrait) {
      return remember(expr, b::op(Op::kScalarOf, {b::slot(Op::kSlot, expr.slot.index)}));
    }
    return remember(expr, scalar(*expr.children[0], In::kEvent));
  }
  if (expr.type == hir::Type::kTruth) return b::op(Op::kScalarOfTruth, {truth(expr, in)});
  if (is_time(expr.type)) return b::op(Op::kScalarOfTime, {time(expr, in).expr});
  if (expr.op == hir::Op::kTextOf || expr.op == hir::Op::kLower) {
    ExprPtr text = kept(expr);
    return text ? text : refuse(expr, "a text made of these values", b::scalar({}));
  }
  return b::op(Op::kScalarOfNumber, {number(expr, in)});
}

ExprPtr Lowering::wire_value(const hir::Expr& expr, In in) {
  const auto made = [&](Op op) { return b::op(op, {wire_value(*expr.children[0], in)}); };
  switch (expr.op) {
    case hir::Op::kProperty:
      return b::slot(Op::kSlot, expr.slot.index);
    case hir::Op::kEventName:
      return b::op(Op::kEventName);
    case hir::Op::kItem:
      return b::make({.op = Op::kItem, .path = expr.path});
    case hir::Op::kTextOf:
      return made(Op::kTextOf);
    case hir::Op::kNumberOf:
      return made(Op::kNumberOf);
    case hir::Op::kLower:
      return made(Op::kLower);
    case hir::Op::kLiteral:
      if (expr.literal.type == hir::Type::kText) return b::text(expr.literal.text);
      break;
    default:
      break;
  }
  if (expr.type == hir::Type::kTruth) return b::op(Op::kValueOfTruth, {truth(expr, in)});
  return b::op(Op::kValueOfNumber, {number(expr, in)});
}

ExprPtr Lowering::remember(const hir::Expr& source, ExprPtr value) {
  if (source.op != hir::Op::kTrait) {
    const Op op = source.aggregate == hir::Aggregate::kFirst  ? Op::kLogFirst
                  : source.aggregate == hir::Aggregate::kLast ? Op::kLogLast
                                                              : Op::kLogCommon;
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
