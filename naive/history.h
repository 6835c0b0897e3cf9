#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "naive/datum.h"
#include "naive/naive.h"
#include "naive/steps.h"

namespace segue::naive {

/// One user's events as the rules see them: in order, without copies, up to `until`.
///
/// - Order: by instant; of one instant identify calls first, so that a filter sees the traits of
///   its own instant; then by tie.
/// - A copy is an event with the messageId and the instant of another. The first in order stays (of
///   copies that differ only in content, the one that arrived first).
class Past {
 public:
  /// Keeps pointers into `history`.
  Past(const InputSchema& schema, const History& history, Instant until);

  bool empty() const { return events_.empty(); }
  std::span<const Event* const> events() const { return events_; }
  std::string_view user() const { return user_; }
  /// The first event: the user exists from here on. Only if not empty.
  Instant begin() const { return events_.front()->at; }
  Instant until() const { return until_; }

  /// A trait over time: the last writer wins by (instant, tie). A call that does not name it leaves
  /// it, one that names it without a value sets it to missing.
  Steps trait(hir::SlotId slot) const;

  /// A property of one event; missing if its kind does not carry it.
  Datum property(const Event& event, hir::SlotId slot) const;

 private:
  const InputSchema& schema_;
  std::string_view user_;
  Instant until_;
  std::vector<const Event*> events_;
};

}  // namespace segue::naive
