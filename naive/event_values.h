#pragma once

#include <map>
#include <string_view>

#include "naive/history.h"
#include "naive/ops.h"

namespace segue::naive {

/// What an event expression (a filter, the value of an aggregate) is of one event. In it `now` is
/// the event's instant, and a trait is as of that instant, all identify calls of it included.
class EventValues {
 public:
  /// Keeps references.
  EventValues(const Past& past, Ops& ops) : past_(past), ops_(ops) {}

  /// Times that run with the clock are stopped at the event.
  Datum of(const hir::Expr& expr, const Event& event);

 private:
  Datum raw(const hir::Expr& expr, const Event& event, const Value* item);
  Datum leaf(const hir::Expr& expr, const Event& event, const Value* item);
  Datum any_item(const hir::Expr& expr, const Event& event, const Value* item);

  const Past& past_;
  Ops& ops_;
  std::map<uint32_t, Steps> traits_;
};

/// Whether the user's id is one of the literals of a kUserIn.
bool user_in(const hir::Expr& expr, std::string_view user);

}  // namespace segue::naive
