#include "naive/event_values.h"

#include <algorithm>

#include "naive/families.h"
#include "runtime/base/check.h"
#include "runtime/base/text.h"

namespace segue::naive {

using hir::Expr;
using hir::Op;

Datum EventValues::of(const Expr& expr, const Event& event) {
  Datum datum = raw(expr, event, nullptr);
  datum.ms = datum.ms_at(event.at);
  datum.slope = 0;
  return datum;
}

Datum EventValues::raw(const Expr& expr, const Event& event, const Value* item) {
  const Family family = family_of(expr.op);
  if (family == Family::kHistory || family == Family::kOccurrence) return leaf(expr, event, item);
  if (expr.op == Op::kAnyItem) return any_item(expr, event, item);
  std::vector<Datum> children;
  for (const hir::ExprPtr& child : expr.children) children.push_back(raw(*child, event, item));
  return ops_.apply(expr, children, event.at);
}

Datum EventValues::leaf(const Expr& expr, const Event& event, const Value* item) {
  switch (expr.op) {
    case Op::kProperty:
      return past_.property(event, expr.slot);
    case Op::kEventName:
      return of_text(event.name);
    case Op::kEventIs: {
      if (expr.kinds.empty()) return of_truth(event.kind != kIdentifyKind);
      return of_truth(std::find(expr.kinds.begin(), expr.kinds.end(), event.kind) !=
                      expr.kinds.end());
    }
    case Op::kItem:
      SEGUE_CHECK(item != nullptr, "an item is at hand inside any-item only");
      return ops_.item(expr, *item);
    case Op::kTrait: {
      auto place = traits_.find(expr.slot.index);
      if (place == traits_.end()) {
        place = traits_.emplace(expr.slot.index, past_.trait(expr.slot)).first;
      }
      return place->second.at(event.at);
    }
    case Op::kKnownSince:
      return of_instant(past_.begin());
    case Op::kUserIn:
      return of_truth(user_in(expr, past_.user()));
    default:
      break;
  }
  SEGUE_CHECK(false, "a filter looks at one event");
}

Datum EventValues::any_item(const Expr& expr, const Event& event, const Value* item) {
  const Datum list = raw(*expr.children[0], event, item);
  if (list.list == nullptr) return of_truth(false);
  const std::span<const Value> items = list.list->items;
  return of_truth(std::any_of(items.begin(), items.end(), [&](const Value& one) {
    return raw(*expr.children[1], event, &one).holds();
  }));
}

bool user_in(const Expr& expr, std::string_view user) {
  return std::any_of(expr.literals.begin(), expr.literals.end(), [&](const hir::Literal& literal) {
    return expr.ignoring_case ? equal_ignoring_case(literal.text, user) : literal.text == user;
  });
}

}  // namespace segue::naive
