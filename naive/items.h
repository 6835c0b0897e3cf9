#pragma once

#include <deque>
#include <span>

#include "naive/datum.h"
#include "naive/json.h"

namespace segue::naive {

/// What is asked of the items of a list.
class Items {
 public:
  /// kHasAny, kHasAll, kItemSum. (kAnyItem needs its child anew for each item: evaluator.cc,
  /// event_values.cc.)
  Datum apply(const hir::Expr& expr, const Datum& list, Instant now);

  /// kItem of this item.
  Datum part(const hir::Expr& expr, const Value& item);

 private:
  std::deque<Value> lists_;  // that items hold
  Json json_;
};

}  // namespace segue::naive
