#include "compiler/sema/caps.h"

#include <cmath>
#include <unordered_map>

#include "compiler/sema/limits.h"

namespace segue::sema {

using hir::Expr;
using hir::Op;

namespace {

/// The most matches that the comparison must tell from fewer; 0 if it is of a constant truth.
double asked_for(const Expr& comparison, bool count_first, double number) {
  const double above = std::floor(number) + 1;  // more than `number`
  const double from = std::ceil(number);        // `number` or more
  if (comparison.op == Op::kEqual) return number == std::floor(number) ? above : 0;
  if (comparison.op == Op::kLess) return count_first ? from : above;
  return count_first ? above : from;
}

bool can_chain(const std::vector<hir::Stream>& streams, const Expr& count, double matches) {
  if (count.op != Op::kCount || count.stream.index >= streams.size() || matches < 1) return false;
  const hir::Window& window = count.window;
  if (window.kind != hir::Window::Kind::kRolling || window.to.ms != 0 || window.from == kForever) {
    return false;
  }
  const hir::Stream& stream = streams[count.stream.index];
  if (stream.kind != hir::Stream::Kind::kSequence || stream.absence || stream.by) return false;
  if (stream.steps.empty()) return false;
  const uint32_t first = stream.steps.front().stream.index;
  if (stream.all_within && (matches > 1 || first >= streams.size() ||
                            streams[first].kind != hir::Stream::Kind::kEvents)) {
    return false;
  }
  return matches * static_cast<double>(stream.steps.size()) <= kStepsMax;
}

}  // namespace

const Expr* chained_count(const std::vector<hir::Stream>& streams, const Expr& comparison) {
  const bool compares =
      comparison.op == Op::kEqual || comparison.op == Op::kLess || comparison.op == Op::kLessEqual;
  if (!compares || comparison.children.size() != 2) return nullptr;
  for (const bool count_first : {true, false}) {
    const Expr* count = comparison.children[count_first ? 0 : 1].get();
    const Expr* number = comparison.children[count_first ? 1 : 0].get();
    if (count == nullptr || number == nullptr || number->op != Op::kLiteral) continue;
    if (number->literal.type != hir::Type::kNumber) continue;
    const double matches = asked_for(comparison, count_first, number->literal.number);
    if (can_chain(streams, *count, matches)) return count;
  }
  return nullptr;
}

void drop_caps(Context& context) {
  Nodes& nodes = context.nodes;
  std::unordered_map<const Expr*, hir::ExprPtr> uncapped;  // others may read the same count
  const size_t made = nodes.all().size();
  for (size_t i = 0; i < made; ++i) {
    const std::shared_ptr<Node> node = nodes.all()[i];
    const Expr* count = chained_count(nodes.streams(), *node);
    if (count == nullptr) continue;
    for (hir::ExprPtr& child : node->children) {
      if (child.get() != count) continue;
      hir::ExprPtr& copy = uncapped[count];
      if (copy == nullptr) {
        Expr expr = *count;
        expr.cap = 0;
        copy = nodes.make(std::move(expr));
      }
      if (copy == nullptr) return;  // reported
      child = copy;
      break;
    }
  }
}

}  // namespace segue::sema
