#pragma once

#include <utility>

#include "compiler/plan/plan.h"

/// The builder: one short call an expression, for the lowering, the passes and their tests.
namespace segue::plan::build {

inline ExprPtr make(Expr expr) { return std::make_shared<Expr>(std::move(expr)); }

inline ExprPtr op(Op code, std::vector<ExprPtr> operands = {}) {
  return make({.op = code, .operands = std::move(operands)});
}
inline ExprPtr truth(bool value) { return make({.op = Op::kConstTruth, .truth = value}); }
inline ExprPtr number(double value) { return make({.op = Op::kConstNumber, .number = value}); }
inline ExprPtr time(int64_t ms) { return make({.op = Op::kConstTime, .time_ms = ms}); }
inline ExprPtr text(std::string value) {
  return make({.op = Op::kConstText, .text = std::move(value)});
}
inline ExprPtr scalar(Literal value) {
  return make({.op = Op::kConstScalar, .set = {std::move(value)}});
}
inline ExprPtr slot(Op code, uint32_t slot) { return make({.op = code, .index = slot}); }
inline ExprPtr node(Op code, NodeId id) { return make({.op = code, .index = id.index}); }
inline ExprPtr read(Op code, CellId id) { return make({.op = code, .index = id.index}); }
inline ExprPtr read(Op code, CellId id, const Window& window) {
  return make({.op = code, .index = id.index, .window = window});
}
inline ExprPtr nth(Op code, CellId id, uint32_t k, int64_t bound_ms) {
  return make({.op = code, .index = id.index, .time_ms = bound_ms, .count = k});
}
inline ExprPtr folded(Op code, std::vector<ExprPtr> operands, bool ignoring_case) {
  return make({.op = code, .operands = std::move(operands), .truth = ignoring_case});
}
inline ExprPtr text_test(Op code, ExprPtr value, std::string text, bool ignoring_case) {
  return make({.op = code,
               .operands = {std::move(value)},
               .truth = ignoring_case,
               .text = std::move(text)});
}
inline ExprPtr set_test(Op code, std::vector<ExprPtr> operands, std::vector<Literal> set,
                        bool ignoring_case = false) {
  return make(
      {.op = code, .operands = std::move(operands), .truth = ignoring_case, .set = std::move(set)});
}
inline ExprPtr sum_test(Op code, ExprPtr sum, Decimal bound) {
  return make({.op = code, .operands = {std::move(sum)}, .decimal = bound});
}
inline ExprPtr time_test(Op code, ExprPtr left, ExprPtr right, int32_t slope) {
  return make({.op = code, .operands = {std::move(left), std::move(right)}, .slope = slope});
}
inline ExprPtr at_least(uint32_t count, std::vector<ExprPtr> operands) {
  return make({.op = Op::kAtLeast, .operands = std::move(operands), .count = count});
}

}  // namespace segue::plan::build
