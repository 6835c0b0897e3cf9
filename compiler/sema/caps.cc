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

bool ends_now(const hir::Window& window) {
  return window.kind == hir::Window::Kind::kRolling && window.to.ms == 0 && window.from != kForever;
}

/// Whether so many days need no more than the newest time of each of the newest ones.
bool keeps_days(const hir::Stream& stream, const Expr& days, double asked) {
  return days.unit == CalendarUnit::kDay && days.zone != hir::kUserZone &&
         stream.kind != hir::Stream::Kind::kSequence && asked <= kNewestDaysMax;
}

bool can_chain(const std::vector<hir::Stream>& streams, const hir::Stream& stream, double matches) {
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

const Expr* uncapped_count(const std::vector<hir::Stream>& streams, const Expr& comparison) {
  const bool compares =
      comparison.op == Op::kEqual || comparison.op == Op::kLess || comparison.op == Op::kLessEqual;
  if (!compares || comparison.children.size() != 2) return nullptr;
  for (const bool count_first : {true, false}) {
    const Expr* count = comparison.children[count_first ? 0 : 1].get();
    const Expr* number = comparison.children[count_first ? 1 : 0].get();
    if (count == nullptr || number == nullptr || number->op != Op::kLiteral) continue;
    if (number->literal.type != hir::Type::kNumber) continue;
    if (count->op != Op::kCount && count->op != Op::kDays) continue;
    if (count->stream.index >= streams.size() || !ends_now(count->window)) continue;
    const hir::Stream& stream = streams[count->stream.index];
    const double asked = asked_for(comparison, count_first, number->literal.number);
    if (asked < 1) continue;
    if (count->op == Op::kDays ? keeps_days(stream, *count, asked)
                               : can_chain(streams, stream, asked)) {
      return count;
    }
  }
  return nullptr;
}

void drop_caps(Context& context) {
  Nodes& nodes = context.nodes;
  std::unordered_map<const Expr*, hir::ExprPtr> uncapped;  // others may read the same count
  const size_t made = nodes.all().size();
  for (size_t i = 0; i < made; ++i) {
    const std::shared_ptr<Node> node = nodes.all()[i];
    const Expr* count = uncapped_count(nodes.streams(), *node);
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
