#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/base/instant.h"
#include "runtime/cells/cell.h"

namespace segue::cells {

/// A `sequence` of one step and an absence (`a then no b within D`) over many instants in a row,
/// outside of a blob: the same matches as `sequence_advance` ends, the same waits left open.
/// Reused from user to user.
class Waits {
 public:
  /// Whether a `sequence` cell can be kept so.
  static bool can_keep(const CellView& cell);

  explicit Waits(const CellView& cell);

  /// Of nobody yet.
  void clear();

  /// An event, at least one of both; all of an instant in a row, in order of time.
  void take(int64_t at_ms, bool is_step, bool is_absence) {
    if (at_ms != at_ms_) {
      end_instant();
      at_ms_ = at_ms;
    }
    has_step_ = has_step_ || is_step;
    is_own_ = is_own_ || (is_step && is_absence);
    absences_ += is_absence ? 1 : 0;
  }

  /// The instant taken last has no more events.
  void end_instant();

  /// Ends the waits that are over by `at_ms`, before any later event is taken.
  void end_through(int64_t at_ms) {
    for (; first_ != open_.size() && open_[first_] + wait_ms_ <= at_ms; ++first_) {
      ended_.push_back(open_[first_] + wait_ms_);
    }
  }

  /// Where matches ended since they were looked at last, ascending.
  std::vector<int64_t>& ended() { return ended_; }

  /// What is still open goes to the cell, which has no wait.
  void store(const CellRef& cell) const;

 private:
  void open(int64_t at_ms);

  int64_t wait_ms_;
  uint32_t cap_;
  bool later_;                 // an absence at the instant of the step is none
  std::vector<int64_t> open_;  // from `first_` on
  size_t first_ = 0;
  std::vector<int64_t> ended_;
  // Of the instant at hand:
  int64_t at_ms_ = kLongAgo.ms;
  bool has_step_ = false;
  bool is_own_ = false;  // an event is step and absence
  uint32_t absences_ = 0;
};

}  // namespace segue::cells
