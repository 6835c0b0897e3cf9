// A rule as a tree of its own clauses, each as of an instant.
#pragma once

#include "api/figures.h"
#include "compiler/source/source.h"
#include "segue/why.h"

namespace segue {

class Clauses {
 public:
  /// Keeps references to all of them.
  Clauses(const hir::Rules& rules, const SourceManager& sources, const naive::Past& past,
          naive::Evaluator& evaluator, Figures& figures, Instant at);

  /// The clause of a truth. Connectives that the rule writes become branches; what the checker made
  /// of one predicate (`no X for 7d` is two conditions) stays one clause.
  Clause of(const hir::Expr& expr);

  /// Since when, and until when if nothing more happens, a truth is what it is.
  void set_span(const hir::Expr& expr, std::optional<TimePoint>& since,
                std::optional<TimePoint>& until);

 private:
  bool branches(const hir::Expr& expr) const;

  const hir::Rules& rules_;
  const SourceManager& sources_;
  const naive::Past& past_;
  naive::Evaluator& evaluator_;
  Figures& figures_;
  Instant at_;
  int depth_ = 0;
};

}  // namespace segue
