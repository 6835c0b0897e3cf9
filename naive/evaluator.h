#pragma once

#include <map>
#include <span>
#include <unordered_map>
#include <vector>

#include "compiler/sema/hir.h"
#include "naive/history.h"
#include "naive/occurrences.h"
#include "naive/sequence.h"
#include "naive/steps.h"
#include "naive/window.h"

namespace segue::naive {

/// Makes the step function of every expression over one user's history, from the leaves up.
class Evaluator {
 public:
  /// `past` is not empty. Keeps references to all three.
  Evaluator(const hir::Rules& rules, std::span<const ZoneView> zones, const Past& past);
  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;

  const Steps& segment(hir::SegmentId id) { return of(*rules_.segments[id.index].when); }
  const Steps& score(hir::ScoreId id) { return of(*rules_.scores[id.index].value); }

  /// Of any part of a segment or a score that is no event expression.
  const Steps& of(const hir::Expr& expr);

  /// When a stream occurs.
  const std::vector<Occurrence>& occurrences(hir::StreamId id) { return occurrences_.of(id); }

  /// The window of a leaf as it lies at `now`.
  WindowAt window(const hir::Expr& leaf, Instant now);

 private:
  Steps make(const hir::Expr& expr);
  Steps over_history(const hir::Expr& expr);
  Steps constant(const Datum& datum) const;

  /// kCount, kAggregate, kDays, kStreak: at each instant at which it can change, look at what the
  /// window holds then.
  Steps over_window(const hir::Expr& expr);
  Steps over_occurrences(const hir::Expr& expr);
  Steps over_matches(const hir::Expr& expr);
  Datum of_times(const hir::Expr& expr, std::span<const Instant> times, Instant now);
  Steps sampled(const hir::Expr& expr, std::span<const Instant> times,
                const std::function<Datum(Instant)>& value_at);
  Steps time_of(const hir::Expr& expr);
  std::vector<Instant> times_of(hir::StreamId id);

  Steps any_item(const hir::Expr& expr);
  Steps of_item(const hir::Expr& expr, const Value& item);

  const Sequence& sequence(hir::StreamId id);
  const LocalZone& zone(const hir::Expr& expr) const;

  const hir::Rules& rules_;
  const Past& past_;
  LocalZones zones_;
  Ops ops_;
  EventValues values_;
  Occurrences occurrences_;
  std::map<uint32_t, Sequence> sequences_;
  std::unordered_map<const hir::Expr*, Steps> made_;
};

}  // namespace segue::naive
