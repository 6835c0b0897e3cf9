// The numbers of a condition as of an instant, and the events behind them.
#pragma once

#include <vector>

#include "compiler/sema/hir.h"
#include "naive/evaluator.h"
#include "segue/why.h"

namespace segue {

class Figures {
 public:
  /// Keeps references. `past` is not empty and holds the events up to `at`.
  Figures(const hir::Rules& rules, const naive::Past& past, naive::Evaluator& evaluator,
          Instant at);

  /// Of every leaf over history in `expr`, in the order of the rule, equal ones once.
  std::vector<Figure> of(const hir::Expr& expr);

 private:
  /// How many events of a figure are shown.
  static constexpr size_t kEventsShown = 5;

  void collect(const hir::Expr& expr, std::vector<Figure>& figures);
  Figure figure(const hir::Expr& leaf, std::string text);
  std::vector<const Event*> counted(const hir::Expr& leaf);
  std::vector<const Event*> setters(const hir::Expr& trait) const;
  std::vector<const Event*> setters(hir::SlotId slot) const;  ///< all of them
  std::vector<const Event*> occurrences(hir::StreamId stream);
  ReadEvent read_event(const Event& event, const std::vector<uint32_t>& slots) const;

  const hir::Rules& rules_;
  const naive::Past& past_;
  naive::Evaluator& evaluator_;
  Instant at_;
};

}  // namespace segue
