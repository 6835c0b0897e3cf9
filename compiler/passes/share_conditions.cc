#include <map>
#include <string>

#include "compiler/passes/passes.h"
#include "compiler/plan/build.h"
#include "runtime/image/op_info.h"

namespace segue::passes {

namespace {

using plan::Expr;
using plan::ExprPtr;
using plan::NodeId;
using plan::Op;

/// Worth a place in the blob when needed twice: not a constant, not a single read, not a reference.
bool is_shareable(const Expr& expr) {
  return plan::type_of(expr) == plan::Type::B && !expr.operands.empty() && expr.op != Op::kNot &&
         expr.op != Op::kLatch;
}

using Counts = std::map<std::string, uint32_t>;

/// Counts how often each condition is written; what stands inside a repeated one is not counted
/// again.
void count(const ExprPtr& expr, Counts& counts) {
  if (is_shareable(*expr) && ++counts[plan::print(*expr)] > 1) return;
  for (const ExprPtr& operand : expr->operands) count(operand, counts);
}

class Sharing {
 public:
  explicit Sharing(plan::Plan& plan) : plan_(plan) {}

  void run() {
    Counts counts;
    for (const plan::Node& node : plan_.nodes) count(node.value, counts);
    std::vector<NodeId> to(plan_.nodes.size());
    std::vector<plan::Node> old = std::move(plan_.nodes);
    plan_.nodes.clear();
    for (size_t i = 0; i < old.size(); ++i) {
      // The node's own root stays where it is; a later equal one will point to it.
      ExprPtr value = shared_inside(old[i].value, counts, to);
      to[i] = add(old[i].value, std::move(value));
    }
    for (plan::Cell& cell : plan_.cells) {
      if (image::source_of(cell.kind) == image::Source::kNode) {
        cell.source = to[cell.source].index;
      }
    }
    for (plan::Segment& segment : plan_.segments) segment.node = own(to[segment.node.index]);
    for (plan::Score& score : plan_.scores) score.node = to[score.node.index];
  }

 private:
  NodeId add(const ExprPtr& written, ExprPtr value) {
    const std::string key = plan::print(*written);
    if (plan::type_of(*written) != plan::Type::N) {
      if (const auto known = nodes_.find(key); known != nodes_.end()) return known->second;
    }
    const NodeId id{static_cast<uint32_t>(plan_.nodes.size())};
    plan_.nodes.push_back({std::move(value), 0});
    nodes_.emplace(key, id);
    return id;
  }

  /// A segment keeps a node of its own, since a node knows one segment whose changes are told.
  NodeId own(NodeId id) {
    if (taken_.emplace(id.index, true).second) return id;
    const NodeId copy{static_cast<uint32_t>(plan_.nodes.size())};
    plan_.nodes.push_back({plan::build::node(Op::kNodeTruth, id), 0});
    return copy;
  }

  ExprPtr shared_inside(const ExprPtr& expr, const Counts& counts, const std::vector<NodeId>& to) {
    auto copy = std::make_shared<Expr>(*expr);
    if (plan::immediate_of(expr->op) == plan::Immediate::kNode) {
      copy->index = to[expr->index].index;
    } else if (plan::node_of(*expr) != image::kNone) {
      copy->window.anchor = to[plan::node_of(*expr)].index;
    }
    for (ExprPtr& operand : copy->operands) {
      const ExprPtr written = operand;
      operand = shared_inside(written, counts, to);
      if (!is_shareable(*written)) continue;
      const auto found = counts.find(plan::print(*written));
      if (found == counts.end() || found->second < 2) continue;
      operand = plan::build::node(Op::kNodeTruth, add(written, operand));
    }
    return copy;
  }

  plan::Plan& plan_;
  std::map<std::string, NodeId> nodes_;  // by the text of the condition before sharing
  std::map<uint32_t, bool> taken_;
};

}  // namespace

// before                                                after
//   node n0 = (and (or (seen c0) (seen c1)) (seen c2))    node n0 = (or (seen c0) (seen c1))
//   node n1 = (or (seen c0) (seen c1))                    node n1 = (and (node n0) (seen c2))
void share_conditions(plan::Plan& plan) { Sharing(plan).run(); }

}  // namespace segue::passes
