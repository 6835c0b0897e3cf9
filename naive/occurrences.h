#pragma once

#include <map>
#include <span>
#include <vector>

#include "naive/datum.h"
#include "naive/history.h"

namespace segue::naive {

/// Which events a stream has, and what an event expression (a filter, the value of an aggregate) is
/// of one of them. In it `now` is the event's instant, and a trait is as of that instant, all
/// identify calls of it included.
class Occurrences {
 public:
  Occurrences(const hir::Rules& rules, const Past& past, Ops& ops)
      : rules_(rules), past_(past), ops_(ops) {}

  /// The events for which the predicate holds, by (instant, tie). `stream` is no sequence.
  const std::vector<const Event*>& of(hir::StreamId stream);

  /// Times that run with the clock are stopped at the event.
  Datum value(const hir::Expr& expr, const Event& event);

 private:
  Datum raw_value(const hir::Expr& expr, const Event& event);

  const hir::Rules& rules_;
  const Past& past_;
  Ops& ops_;
  std::map<uint32_t, std::vector<const Event*>> streams_;
  std::map<uint32_t, Steps> traits_;
};

/// Whether the user's id is one of the literals of a kUserIn.
bool user_in(const hir::Expr& expr, std::string_view user);

}  // namespace segue::naive
