#include "naive/items.h"

#include <algorithm>

#include "naive/comparisons.h"
#include "runtime/base/check.h"

namespace segue::naive {
namespace {

using hir::Expr;
using hir::Op;

/// Whether any, or each, of the literals is among the items.
bool has(const Expr& expr, std::span<const Value> items, Instant now) {
  const auto found = [&](const hir::Literal& literal) {
    const Datum wanted = of_literal(literal);
    return std::any_of(items.begin(), items.end(), [&](const Value& item) {
      return equal_data(of_value(item), wanted, expr.ignoring_case, now);
    });
  };
  const auto& wanted = expr.literals;
  return expr.op == Op::kHasAny ? std::any_of(wanted.begin(), wanted.end(), found)
                                : std::all_of(wanted.begin(), wanted.end(), found);
}

}  // namespace

Datum Items::apply(const Expr& expr, const Datum& list, Instant now) {
  if (expr.op != Op::kItemSum) {
    return of_truth(list.list != nullptr && has(expr, list.list->items, now));
  }
  if (list.list == nullptr) return {};
  Decimal sum;
  for (const Value& item : list.list->items) {
    const std::optional<Decimal> number = exact_of(part(expr, item));
    if (number) sum = sum + *number;
  }
  return of_sum(sum);
}

Datum Items::part(const Expr& expr, const Value& item) {
  const Value value = json_.at(item, expr.path);
  if (value.tag != ValueTag::kList) return of_value(value);
  return of_value(lists_.emplace_back(value));
}

}  // namespace segue::naive
