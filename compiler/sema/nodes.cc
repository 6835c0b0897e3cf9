#include "compiler/sema/nodes.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/limits.h"
#include "compiler/sema/ops.h"

namespace segue::sema {

using hir::Expr;
using hir::ExprPtr;
using hir::Op;
using hir::Type;

namespace {

constexpr uint32_t kTextBytesAPart = 256;

/// What the node itself holds, children left out.
uint64_t own_parts(const Expr& expr) {
  return 1 + expr.literal.text.size() / kTextBytesAPart + expr.literals.size();
}

}  // namespace

bool Nodes::spend(uint64_t parts, Span span) {
  if (exhausted_) return false;
  spent_ += parts;
  if (spent_ <= kPartsMax) return true;
  exhausted_ = true;
  diagnostics_
      .add(Code::kE0501, span, fmt::format("the rules expand to more than {} parts", kPartsMax))
      .label("passed here")
      .note("a signal counts wherever it is read, a list wherever it is compared with");
  return false;
}

ExprPtr Nodes::make(Expr expr) {
  const Span span = expr.span;
  uint64_t parts = own_parts(expr);
  uint32_t depth = 1;
  if (!spend(parts, span)) return nullptr;
  for (const ExprPtr& child : expr.children) {
    if (child == nullptr) return nullptr;
    const Node& node = static_cast<const Node&>(*child);
    parts += node.parts;
    depth = std::max(depth, node.depth + 1);
  }
  if (depth > kDepthMax) {
    diagnostics_.add(Code::kE0501, span, "this condition is nested too deep")
        .label(fmt::format("more than {} levels, signals included", kDepthMax));
    return nullptr;
  }
  if (parts > kPartsMax) {
    spend(kPartsMax, span);
    return nullptr;
  }
  auto node = std::make_shared<Node>();
  static_cast<Expr&>(*node) = std::move(expr);
  node->parts = static_cast<uint32_t>(parts);
  node->depth = depth;
  all_.push_back(node);
  return node;
}

ExprPtr Nodes::make(Op op, Type type, Span span, std::vector<ExprPtr> children) {
  Expr expr;
  expr.op = op;
  expr.type = type;
  expr.span = span;
  expr.children = std::move(children);
  return make(std::move(expr));
}

ExprPtr Nodes::literal(hir::Literal literal, Span span) {
  Expr expr;
  expr.type = literal.type;
  expr.span = span;
  expr.literal = std::move(literal);
  return make(std::move(expr));
}

ExprPtr Nodes::truth(bool value, Span span) {
  hir::Literal literal;
  literal.truth = value;
  return this->literal(std::move(literal), span);
}

ExprPtr Nodes::number(int64_t value, Span span) {
  hir::Literal literal;
  literal.type = Type::kNumber;
  literal.number = static_cast<double>(value);
  literal.text = std::to_string(value);
  return this->literal(std::move(literal), span);
}

ExprPtr Nodes::duration(Duration value, Span span) {
  hir::Literal literal;
  literal.type = Type::kDuration;
  literal.duration = value;
  return this->literal(std::move(literal), span);
}

ExprPtr Nodes::instant(Instant value, Span span) {
  hir::Literal literal;
  literal.type = Type::kInstant;
  literal.instant = value;
  return this->literal(std::move(literal), span);
}

ExprPtr Nodes::now(Span span) { return make(Op::kNow, Type::kInstant, span, {}); }

ExprPtr Nodes::all_of(std::vector<ExprPtr> children, Span span) {
  if (children.empty()) return truth(true, span);
  if (children.size() == 1) return children.front();
  return make(Op::kAnd, Type::kTruth, span, std::move(children));
}

ExprPtr Nodes::any_of(std::vector<ExprPtr> children, Span span) {
  if (children.empty()) return truth(false, span);
  if (children.size() == 1) return children.front();
  return make(Op::kOr, Type::kTruth, span, std::move(children));
}

ExprPtr Nodes::negate(ExprPtr child, Span span) {
  if (child != nullptr && child->op == Op::kNot) return child->children[0];
  return make(Op::kNot, Type::kTruth, span, {std::move(child)});
}

ExprPtr Nodes::event_is(std::vector<KindId> kinds, Span span) {
  Expr expr;
  expr.op = Op::kEventIs;
  expr.span = span;
  expr.kinds = std::move(kinds);
  return make(std::move(expr));
}

KindId Nodes::kind(const std::string& wire_name) {
  const auto next = static_cast<uint32_t>(kinds_.size());
  const auto [found, added] = kind_ids_.try_emplace(wire_name, next);
  if (added) kinds_.push_back(wire_name);
  return {kFirstNamedKind + found->second};
}

hir::SlotId Nodes::slot(std::vector<std::string> path, bool is_trait) {
  const auto next = static_cast<uint32_t>(slots_.size());
  const auto [found, added] = slot_ids_.try_emplace({is_trait, path}, next);
  if (added) slots_.push_back({std::move(path), is_trait});
  return {found->second};
}

hir::ZoneId Nodes::zone(const std::string& name) {
  const auto found = std::find(zones_.begin(), zones_.end(), name);
  const auto index = static_cast<uint32_t>(found - zones_.begin());
  if (found == zones_.end()) zones_.push_back(name);
  return {index};
}

hir::StreamId Nodes::add(hir::Stream stream) {
  StreamCost cost;
  if (stream.predicate != nullptr) {
    cost.parts = static_cast<const Node&>(*stream.predicate).parts;
  } else {
    cost.depth = 1;
    for (const hir::StreamId read : hir::streams_of(stream)) {
      cost.parts = std::min<uint64_t>(cost.parts + stream_costs_[read.index].parts, kPartsMax + 1);
      cost.depth = std::max(cost.depth, stream_costs_[read.index].depth + 1);
    }
  }
  // Streams share parts, but whoever reads them may walk each as a tree: so each is paid for as
  // one.
  spend(cost.parts, stream.span);
  if (cost.depth > kDerivedDepthMax) {
    diagnostics_
        .add(Code::kE0501, stream.span,
             fmt::format("signals derived from signals, more than {} deep", kDerivedDepthMax))
        .label("derived from one too many");
    cost.depth = 1;  // told once
  }
  stream_costs_.push_back(cost);
  streams_.push_back(std::move(stream));
  return {static_cast<uint32_t>(streams_.size() - 1)};
}

hir::StreamId Nodes::stream_of(const ExprPtr& predicate, const std::string& name, Span span) {
  const auto [found, added] = stream_ids_.try_emplace(predicate.get(), 0);
  if (!added) return {found->second};
  hir::Stream stream;
  stream.name = name;
  stream.span = span;
  stream.predicate = predicate;
  found->second = add(std::move(stream)).index;
  return {found->second};
}

}  // namespace segue::sema
