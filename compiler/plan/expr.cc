#include <algorithm>

#include "compiler/plan/plan.h"

namespace segue::plan {

Immediate immediate_of(Op op) {
  switch (op) {
#define PLAN_IMMEDIATE(id, immediate) \
  case Op::id:                        \
    return Immediate::immediate;
#include "compiler/plan/immediates.def"
#undef PLAN_IMMEDIATE
  }
  return Immediate::kNone;
}

Type type_of(const Expr& expr) {
  using enum image::Type;
  switch (expr.op) {
#define IMAGE_OP(id, name, pops, result) \
  case Op::id:                           \
    return result;
#include "runtime/image/ops.def"
#undef IMAGE_OP
  }
  return B;
}

namespace {

bool same_window(const Window& a, const Window& b) {
  return a.kind == b.kind && a.unit == b.unit && a.periods == b.periods && a.full == b.full &&
         a.counted == b.counted && a.anchor == b.anchor && a.cap == b.cap &&
         a.from_ms == b.from_ms && a.to_ms == b.to_ms;
}

bool same_period(const image::PeriodRow& a, const image::PeriodRow& b) {
  return a.zone == b.zone && a.unit == b.unit && a.shift == b.shift && a.slope == b.slope &&
         a.yearly == b.yearly;
}

}  // namespace

int64_t reach_of_newest(const Expr& read) {
  switch (read.op) {
    case Op::kNthWithin:
      return read.time_ms;
    case Op::kNewestCount:
      return read.window.from_ms;
    default:
      return INT64_MAX;
  }
}

bool reads_cell(Op op) {
  switch (immediate_of(op)) {
    case Immediate::kCell:
    case Immediate::kCellWindow:
    case Immediate::kCellNth:
      return true;
    default:
      return false;
  }
}

bool in_user_zone(const Plan& plan, const Expr& expr) {
  switch (immediate_of(expr.op)) {
    case Immediate::kZone:
    case Immediate::kZoneSlope:
      return expr.index == image::kUserZone;
    case Immediate::kPeriod:
      return expr.period.zone == image::kUserZone;
    case Immediate::kCell:
    case Immediate::kCellWindow:
      return plan.cells[expr.index].zone == image::kUserZone;
    default:
      return false;
  }
}

uint32_t node_of(const Expr& expr) {
  return immediate_of(expr.op) == Immediate::kNode ? expr.index : expr.window.anchor;
}

bool equal(const Expr& a, const Expr& b) {
  if (a.op != b.op || a.index != b.index || a.truth != b.truth || a.number != b.number ||
      a.time_ms != b.time_ms || a.decimal != b.decimal || a.count != b.count ||
      a.slope != b.slope || a.operands.size() != b.operands.size()) {
    return false;
  }
  if (a.text != b.text || a.kinds != b.kinds || a.set != b.set || a.path != b.path) return false;
  if (!same_period(a.period, b.period)) return false;
  if (!same_window(a.window, b.window)) return false;
  for (size_t i = 0; i < a.operands.size(); ++i) {
    if (!equal(a.operands[i], b.operands[i])) return false;
  }
  return true;
}

bool equal(const ExprPtr& a, const ExprPtr& b) {
  if (a == b) return true;
  return a && b && equal(*a, *b);
}

bool decays(const ExprPtr& expr) {
  bool found = false;
  walk(expr, [&](const Expr& part) {
    found = found || part.op == Op::kDecayed || part.op == Op::kTimesDecayed;
  });
  return found;
}

bool is_plain(const Sequence& sequence) {
  if (sequence.by != image::kNone || sequence.all_within_ms != INT64_MAX || sequence.starts) {
    return false;
  }
  return std::all_of(sequence.steps.begin(), sequence.steps.end(), [](const Sequence::Step& step) {
    return step.after_ms == 0 && step.without.empty();
  });
}

bool equal(const Cell& a, const Cell& b) {
  return a.kind == b.kind && a.source == b.source && a.k == b.k && a.cap == b.cap &&
         a.zone == b.zone && a.horizon_ms == b.horizon_ms && a.feeds == b.feeds &&
         a.before == b.before && a.after == b.after && equal(a.value, b.value);
}

}  // namespace segue::plan
