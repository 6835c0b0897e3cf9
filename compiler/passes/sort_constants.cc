#include <algorithm>
#include <bit>
#include <numeric>
#include <string>
#include <tuple>

#include "compiler/passes/passes.h"

namespace segue::passes {

namespace {

using plan::Expr;
using plan::Op;

/// A test without its constant, and the constant in words that ascend with it.
struct Shape {
  std::string text;
  Decimal constant;
  Op op{};  // of what shares a sum
  Decimal second;
};

Decimal word_of(int64_t number) { return {static_cast<uint64_t>(number), number < 0 ? -1 : 0}; }

/// Doubles by their order: of negative ones the other bits are turned.
Decimal word_of(double number) {
  const auto bits = std::bit_cast<int64_t>(number);
  return word_of(bits < 0 ? bits ^ INT64_MAX : bits);
}

Shape shape_of(const Expr& expr) {
  switch (expr.op) {
    case Op::kNot: {
      Shape shape = shape_of(*expr.operands[0]);
      shape.text += " not";
      return shape;
    }
    case Op::kNthWithin:
      return {"within " + std::to_string(expr.index) + " " + std::to_string(expr.count),
              word_of(expr.time_ms)};
    case Op::kSumEqual:
    case Op::kSumLess:
    case Op::kSumLessEqual:
      // By window first, so that one walk finds all (runtime/interp/window_bands.h).
      if (const Expr& sum = *expr.operands[0]; sum.op == Op::kLogSum) {
        return {"sum " + std::to_string(sum.index) + " " +
                    std::to_string(static_cast<int>(sum.window.kind)) + " " +
                    std::to_string(sum.window.to_ms) + " " + std::to_string(sum.window.cap),
                word_of(sum.window.from_ms), expr.op, expr.decimal};
      }
      return {std::to_string(static_cast<int>(expr.op)) + plan::print(*expr.operands[0]),
              expr.decimal};
    case Op::kEqual:
    case Op::kLess:
    case Op::kLessEqual:
    case Op::kTimeLess:
    case Op::kTimeLessEqual:
      break;
    default:
      return {plan::print(expr), {}};
  }
  for (const size_t side : {0, 1}) {
    const Expr& constant = *expr.operands[side];
    if (constant.op != Op::kConstNumber && constant.op != Op::kConstTime) continue;
    const bool number = constant.op == Op::kConstNumber;
    return {std::to_string(static_cast<int>(expr.op)) + (side == 0 ? " first " : " last ") +
                std::to_string(expr.slope) + plan::print(*expr.operands[1 - side]),
            number ? word_of(constant.number) : word_of(constant.time_ms)};
  }
  return {plan::print(expr), {}};
}

/// How many nodes lie below each on its longest way down; what reads a `held` cell lies above the
/// node that this follows.
std::vector<uint32_t> heights(const plan::Plan& plan) {
  std::vector<uint32_t> heights;
  for (const plan::Node& node : plan.nodes) {
    uint32_t height = 0;
    plan::walk(node.value, [&](const Expr& part) {
      uint32_t read = plan::node_of(part);
      if (part.op == Op::kHeld) read = plan.cells[part.index].source;
      if (read != image::kNone) height = std::max(height, heights[read] + 1);
    });
    heights.push_back(height);
  }
  return heights;
}

}  // namespace

// before  node n0 = (nth-within c0 1 9000)        after  node n0 = (nth-within c0 1 1000)
//         node n1 = (nth-within c0 1 1000)               node n1 = (nth-within c0 1 9000)
// Tests of one shape then stand side by side in their chunk, so that a search answers for all.
void sort_constants(plan::Plan& plan) {
  if (!plan.tracked) return;
  const std::vector<uint32_t> levels = heights(plan);
  std::vector<Shape> shapes;
  for (const plan::Node& node : plan.nodes) shapes.push_back(shape_of(*node.value));
  std::vector<uint32_t> order(plan.nodes.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    const Shape& x = shapes[a];
    const Shape& y = shapes[b];
    return std::tie(levels[a], x.text, x.constant, x.op, x.second, a) <
           std::tie(levels[b], y.text, y.constant, y.op, y.second, b);
  });
  plan::reorder_nodes(plan, order);
}

}  // namespace segue::passes
