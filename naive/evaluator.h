#pragma once

#include <map>
#include <span>
#include <unordered_map>
#include <vector>

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

  const Steps& segment(hir::SegmentId id) { return of(*rules_.segments[id.index].when); }
  const Steps& score(hir::ScoreId id) { return of(*rules_.scores[id.index].value); }

  /// Of any part of a segment or a score that is no event expression.
  const Steps& of(const hir::Expr& expr);

 private:
  Steps make(const hir::Expr& expr);
  Steps constant(const Datum& datum) const;

  /// kCount, kAggregate, kDays: at each instant at which it can change, look at what the window
  /// holds then.
  Steps over_events(const hir::Expr& expr);
  Steps over_matches(const hir::Expr& expr);
  Steps time_of(const hir::Expr& expr);

  bool is_sequence(hir::StreamId id) const { return rules_.streams[id.index].predicate == nullptr; }
  const Sequence& sequence(hir::StreamId id);
  ZoneView zone(const hir::Expr& expr) const;

  const hir::Rules& rules_;
  std::span<const ZoneView> zones_;
  const Past& past_;
  Ops ops_;
  Occurrences occurrences_;
  std::map<uint32_t, Sequence> sequences_;
  std::unordered_map<const hir::Expr*, Steps> made_;
};

}  // namespace segue::naive
