#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "runtime/engine/change.h"

namespace segue {

/// Changes that wait: while users are carried over to a new program, those of the instant of the
/// deploy are still to come when later ones are known already. Each settling is one ascending run;
/// runs are merged when they may be given out.
class HeldChanges {
 public:
  /// `segment_ranks` outlives it, see ChangeOrder.
  explicit HeldChanges(const std::vector<uint32_t>& segment_ranks)
      : segment_ranks_(segment_ranks) {}

  /// What is added from here on is in no order with what was before.
  void begin_run() { in_run_ = false; }
  /// Copies them, event names too; users' ids stay where they are.
  void add(std::span<const Change> changes);

  bool empty() const { return waiting_ == 0; }
  size_t waiting() const { return waiting_; }

  /// The next in order, `limit` of them or as many more as a user's instant goes on. They live
  /// until the next call. Cost: O(log runs) a change.
  std::span<const Change> take(size_t limit);

 private:
  struct Run {
    std::vector<Change> changes;
    size_t begin = 0;
  };
  bool comes_later(uint32_t a, uint32_t b) const;

  const std::vector<uint32_t>& segment_ranks_;
  std::vector<Run> runs_;
  std::vector<uint32_t> heads_;  // a heap of runs that are not used up
  std::unordered_set<std::string> names_;
  std::vector<Change> taken_;
  size_t waiting_ = 0;
  bool in_run_ = false;
};

}  // namespace segue
