#include <algorithm>
#include <cmath>

#include "compiler/passes/passes.h"
#include "compiler/plan/build.h"
#include "runtime/base/instant.h"

namespace segue::passes {

namespace {

namespace b = plan::build;
using plan::Expr;
using plan::ExprPtr;
using plan::Op;

bool is_truth(const ExprPtr& expr, bool value) {
  return expr->op == Op::kConstTruth && expr->truth == value;
}
bool is_number(const ExprPtr& expr) { return expr->op == Op::kConstNumber; }

/// Repetitions are looked for among so many parts only: a rule of a hundred thousand is not written
/// by hand.
constexpr size_t kComparedMax = 64;

bool contains(const std::vector<ExprPtr>& parts, const ExprPtr& part) {
  if (parts.size() > kComparedMax) return false;
  return std::any_of(parts.begin(), parts.end(),
                     [&](const ExprPtr& known) { return plan::equal(known, part); });
}

/// `and` and `or`: nested ones are spliced in, repeated and neutral parts go, a deciding part
/// decides.
ExprPtr connective(const Expr& expr) {
  const bool neutral = expr.op == Op::kAnd;
  std::vector<ExprPtr> parts;
  bool changed = false;
  for (const ExprPtr& operand : expr.operands) {
    if (is_truth(operand, !neutral)) return b::truth(!neutral);
    if (is_truth(operand, neutral)) {
      changed = true;
    } else if (operand->op == expr.op) {
      changed = true;
      for (const ExprPtr& inner : operand->operands) {
        if (!contains(parts, inner)) parts.push_back(inner);
      }
    } else if (contains(parts, operand)) {
      changed = true;
    } else {
      parts.push_back(operand);
    }
  }
  if (parts.empty()) return b::truth(neutral);
  if (parts.size() == 1) return parts[0];
  return changed ? b::op(expr.op, std::move(parts)) : nullptr;
}

ExprPtr at_least(const Expr& expr) {
  uint32_t needed = expr.count;
  std::vector<ExprPtr> parts;
  for (const ExprPtr& operand : expr.operands) {
    if (is_truth(operand, true))
      needed = needed == 0 ? 0 : needed - 1;
    else if (!is_truth(operand, false))
      parts.push_back(operand);
  }
  if (needed == 0) return b::truth(true);
  if (needed > parts.size()) return b::truth(false);
  if (needed == 1) return parts.size() == 1 ? parts[0] : b::op(Op::kOr, std::move(parts));
  if (needed == parts.size()) return b::op(Op::kAnd, std::move(parts));
  if (parts.size() == expr.operands.size()) return nullptr;
  return b::at_least(needed, std::move(parts));
}

ExprPtr arithmetic(const Expr& expr) {
  if (!is_number(expr.operands[0]) || !is_number(expr.operands[1])) return nullptr;
  const double x = expr.operands[0]->number;
  const double y = expr.operands[1]->number;
  switch (expr.op) {
    case Op::kAdd:
      return b::number(x + y);
    case Op::kSubtract:
      return b::number(x - y);
    case Op::kMultiply:
      return b::number(x * y);
    case Op::kDivide:
      return y == 0 ? nullptr : b::number(x / y);  // by zero is missing, which no constant is
    case Op::kMin:
      return b::number(y < x ? y : x);
    case Op::kMax:
      return b::number(x < y ? y : x);
    case Op::kEqual:
      return b::truth(x == y);
    case Op::kLess:
      return b::truth(x < y);
    default:
      return b::truth(x <= y);
  }
}

/// A window that ends now and reaches back over all of event time is `ever`.
ExprPtr longest_window(const ExprPtr& expr) {
  if (plan::immediate_of(expr->op) != plan::Immediate::kCellWindow) return nullptr;
  const plan::Window& window = expr->window;
  static const int64_t all_of_time = kInstantEnd.ms - kInstantMin.ms;
  const bool everything = window.kind == plan::Window::Kind::kRolling && window.to_ms == 0 &&
                          window.from_ms >= all_of_time;
  if (!everything) return nullptr;
  auto ever = std::make_shared<Expr>(*expr);
  ever->window = plan::Window{};
  ever->window.cap = window.cap;
  return ever;
}

ExprPtr simpler(const ExprPtr& expr) {
  switch (expr->op) {
    case Op::kAnd:
    case Op::kOr:
      return connective(*expr);
    case Op::kAtLeast:
      return at_least(*expr);
    case Op::kNot:
      if (expr->operands[0]->op == Op::kNot) return expr->operands[0]->operands[0];
      if (expr->operands[0]->op == Op::kConstTruth) return b::truth(!expr->operands[0]->truth);
      return nullptr;
    case Op::kAdd:
    case Op::kSubtract:
    case Op::kMultiply:
    case Op::kDivide:
    case Op::kMin:
    case Op::kMax:
    case Op::kEqual:
    case Op::kLess:
    case Op::kLessEqual:
      return arithmetic(*expr);
    case Op::kSelect:
      if (expr->operands[0]->op != Op::kConstTruth) return nullptr;
      return expr->operands[expr->operands[0]->truth ? 1 : 2];
    default:
      return longest_window(expr);
  }
}

}  // namespace

// before  (and (and (seen c0) (truth true)) (or (seen c1)) (seen c0))
// after   (and (seen c0) (seen c1))
void fold(plan::Plan& plan) {
  for (plan::Stream& stream : plan.streams)
    stream.predicate = plan::rewrite(stream.predicate, simpler);
  for (plan::Cell& cell : plan.cells) cell.value = plan::rewrite(cell.value, simpler);
  for (plan::Node& node : plan.nodes) node.value = plan::rewrite(node.value, simpler);
}

}  // namespace segue::passes
