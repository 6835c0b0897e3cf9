#include <algorithm>
#include <utility>

#include "compiler/plan/lowering.h"

/// Of a remembered value (a trait, the first or last of something) the blob keeps 16 bytes, not its
/// text. So what asks for more is worked out of each value as it comes in, and only the answer is
/// kept: the source is replaced by the value of the event at hand.
namespace segue::plan {

namespace b = build;

namespace {

/// Leaves that are not of the event at hand.
bool is_of_history(hir::Op op) {
  switch (op) {
    case hir::Op::kKnownSince:
    case hir::Op::kTrait:
    case hir::Op::kCount:
    case hir::Op::kAggregate:
    case hir::Op::kDays:
    case hir::Op::kStreak:
    case hir::Op::kTimeOf:
    case hir::Op::kDecayed:
    case hir::Op::kMember:
    case hir::Op::kScore:
    case hir::Op::kHeld:
    case hir::Op::kLatched:
      return true;
    default:
      return false;
  }
}

/// Leaves that are of the event at hand, or of now: of another instant when the value came in.
bool is_of_instant(hir::Op op) {
  return op == hir::Op::kProperty || op == hir::Op::kEventName || op == hir::Op::kEventIs ||
         op == hir::Op::kNow;
}

/// The one remembered value that an expression looks at.
struct Source {
  const hir::Expr* expr = nullptr;
  bool alone = true;  // so far nothing else is looked at

  void look(const hir::Expr& part) {
    const bool first_or_last =
        part.op == hir::Op::kAggregate &&
        (part.aggregate == hir::Aggregate::kFirst || part.aggregate == hir::Aggregate::kLast);
    if (part.op == hir::Op::kTrait || first_or_last) {
      alone = alone && (expr == nullptr || same(*expr, part));
      expr = &part;
      return;
    }
    if (is_of_history(part.op) || is_of_instant(part.op)) alone = false;
    for (const hir::ExprPtr& child : part.children) look(*child);
  }

  static bool same(const hir::Expr& a, const hir::Expr& b) {
    if (&a == &b) return true;
    return a.op == hir::Op::kTrait && b.op == hir::Op::kTrait && a.slot == b.slot;
  }
};

/// The value that `source` remembers, as the event that brings it has it.
hir::Expr incoming(const hir::Expr& source) {
  if (source.op != hir::Op::kTrait) return *source.children[0];
  hir::Expr property = source;
  property.op = hir::Op::kProperty;
  return property;
}

hir::Expr as_it_comes(const hir::Expr& expr, const hir::Expr& source) {
  if (Source::same(expr, source)) return incoming(source);
  hir::Expr copy = expr;
  for (hir::ExprPtr& child : copy.children) {
    child = std::make_shared<hir::Expr>(as_it_comes(*child, source));
  }
  return copy;
}

}  // namespace

bool Lowering::at_hand(const hir::Expr& expr) {
  return !is_of_history(expr.op) &&
         std::all_of(expr.children.begin(), expr.children.end(),
                     [](const hir::ExprPtr& child) { return at_hand(*child); });
}

bool Lowering::is_wire_value(const hir::Expr& expr) {
  switch (expr.op) {
    case hir::Op::kProperty:
    case hir::Op::kEventName:
    case hir::Op::kItem:
      return true;
    case hir::Op::kTextOf:
    case hir::Op::kNumberOf:
    case hir::Op::kLower:
      return at_hand(*expr.children[0]);
    default:
      return false;
  }
}

ExprPtr Lowering::kept(const hir::Expr& expr) {
  Source source;
  source.look(expr);
  if (!source.alone || source.expr == nullptr) return nullptr;
  const hir::Expr incoming = as_it_comes(expr, *source.expr);
  if (!at_hand(incoming)) return nullptr;
  return remember(*source.expr, scalar(incoming, In::kEvent));
}

ExprPtr Lowering::kept_test(const hir::Expr& test) {
  ExprPtr answer = kept(test);
  if (!answer) return refuse(test, "this comparison of remembered values", b::truth(false));
  return b::op(Op::kScalarTrue, {std::move(answer)});
}

}  // namespace segue::plan
