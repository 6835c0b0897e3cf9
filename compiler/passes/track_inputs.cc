#include <map>
#include <string>

#include "compiler/passes/passes.h"
#include "compiler/plan/build.h"

namespace segue::passes {

namespace {

using plan::Expr;
using plan::ExprPtr;
using plan::NodeId;
using plan::Op;

bool is_connective(const Expr& expr) {
  return expr.op == Op::kAnd || expr.op == Op::kOr || expr.op == Op::kNot ||
         expr.op == Op::kAtLeast;
}

/// Whether an event or time may change what it says, beside a single truth.
bool reads(const ExprPtr& expr) {
  if (expr->op == Op::kNodeTruth) return false;
  bool found = false;
  plan::walk(expr, [&](const Expr& part) {
    found =
        found || plan::reads_cell(part.op) || plan::immediate_of(part.op) == plan::Immediate::kNode;
  });
  return found;
}

class Cutting {
 public:
  explicit Cutting(plan::Plan& plan) : plan_(plan) {}

  void run() {
    std::vector<NodeId> to(plan_.nodes.size());
    std::vector<plan::Node> old = std::move(plan_.nodes);
    plan_.nodes.clear();
    for (size_t i = 0; i < old.size(); ++i) {
      ExprPtr value = redirected(old[i].value, to);
      if (is_connective(*value) && !is_negated_test(*value)) value = cut(value);
      to[i] = {static_cast<uint32_t>(plan_.nodes.size())};
      if (plan::type_of(*value) == plan::Type::B && !is_connective(*value)) {
        nodes_.emplace(plan::print(*value), to[i]);
      }
      plan_.nodes.push_back({std::move(value), 0});
    }
    plan_.nodes.shrink_to_fit();
    for (plan::Cell& cell : plan_.cells) {
      const bool follows =
          cell.kind == plan::CellKind::kHeld || cell.kind == plan::CellKind::kCrossing;
      if (follows) cell.source = to[cell.source].index;
    }
    for (plan::Segment& segment : plan_.segments) segment.node = to[segment.node.index];
    for (plan::Score& score : plan_.scores) score.node = to[score.node.index];
  }

 private:
  static ExprPtr redirected(const ExprPtr& expr, const std::vector<NodeId>& to) {
    return plan::rewrite(expr, [&](const ExprPtr& part) -> ExprPtr {
      const uint32_t node = plan::node_of(*part);
      if (node == image::kNone) return nullptr;
      auto copy = std::make_shared<Expr>(*part);
      const bool named = plan::immediate_of(part->op) == plan::Immediate::kNode;
      (named ? copy->index : copy->window.anchor) = to[node].index;
      return copy;
    });
  }

  /// Whether it is the `not` of a test that no node is yet: one to look at like the test.
  bool is_negated_test(const Expr& expr) const {
    if (expr.op != Op::kNot) return false;
    const ExprPtr& test = expr.operands[0];
    return !is_connective(*test) && reads(test) && !nodes_.contains(plan::print(*test));
  }

  /// The connective with each test in it as a node of its own.
  ExprPtr cut(const ExprPtr& expr) {
    auto copy = std::make_shared<Expr>(*expr);
    for (ExprPtr& operand : copy->operands) {
      if (is_connective(*operand)) {
        operand = cut(operand);
      } else if (reads(operand)) {
        operand = plan::build::node(Op::kNodeTruth, own(operand));
      }
    }
    return copy;
  }

  NodeId own(const ExprPtr& test) {
    const NodeId next{static_cast<uint32_t>(plan_.nodes.size())};
    const auto [known, added] = nodes_.emplace(plan::print(*test), next);
    if (added) plan_.nodes.push_back({test, 0});
    return known->second;
  }

  plan::Plan& plan_;
  std::map<std::string, NodeId> nodes_;  // tests, by their text
};

}  // namespace

// before  node n0 = (and (nth-within c0 3 1000) (seen c1))
// after   node n0 = (nth-within c0 3 1000)
//         node n1 = (seen c1)
//         node n2 = (and (node n0) (node n1)), and the plan is tracked
// A test then is looked at when its own cell moves or its own deadline is due, and a connective
// when a truth that it reads turns. A `not` alone stays with its test. Few conditions are cheaper
// to look at than to keep books on.
void track_inputs(plan::Plan& plan) {
  if (plan.nodes.size() < plan.tracked_from) return;
  plan.tracked = true;
  Cutting(plan).run();
}

}  // namespace segue::passes
