#include <set>
#include <string>

#include "compiler/passes/pipeline.h"

namespace segue::passes {

namespace {

/// The expression without its constants: ops, and of a read the kind of its cell.
void put_shape(const plan::Plan& plan, const plan::Expr& expr, std::string& out) {
  out += '(';
  out += std::to_string(static_cast<int>(expr.op));
  if (plan::reads_cell(expr.op)) {
    out += ' ' + std::to_string(static_cast<int>(plan.cells[expr.index].kind));
  }
  for (const plan::ExprPtr& operand : expr.operands) put_shape(plan, *operand, out);
  out += ')';
}

}  // namespace

size_t count_shapes(const plan::Plan& plan) {
  std::set<std::string> shapes;
  for (const plan::Node& node : plan.nodes) {
    std::string shape;
    put_shape(plan, *node.value, shape);
    shapes.insert(std::move(shape));
  }
  return shapes.size();
}

}  // namespace segue::passes
