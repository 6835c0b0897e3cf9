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
  void clear() {
    open_.clear();
    first_ = 0;
    ended_.clear();
    has_step_ = false;
    is_own_ = false;
    absences_ = 0;
  }

  /// Whether nothing waits, and no end of a wait is to be told; of the instants that have ended.
  bool idle() const { return first_ == open_.size() && ended_.empty(); }

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

  /// The instant taken last has no more events. Waits that are over by then end when they are
  /// looked at: with the next absence, or by `end_through`.
  void end_instant() {
    if (absences_ != 0) {
      end_through(at_ms_ - 1);
      // One that would be over now is ended by an absence too.
      open_.clear();
      first_ = 0;
    }
    // The very event of the step is no absence to it.
    const bool clean = absences_ == 0 || later_ || (absences_ == 1 && is_own_);
    if (has_step_ && clean) open(at_ms_);
    has_step_ = false;
    is_own_ = false;
    absences_ = 0;
  }

  /// Ends the waits that are over by `at_ms`, before any later event is taken.
  void end_through(int64_t at_ms) {
    size_t first = first_;
    const size_t end = open_.size();
    for (; first != end && open_[first] + wait_ms_ <= at_ms; ++first) {
      ended_.push_back(open_[first] + wait_ms_);
    }
    first_ = first;
  }

  /// The instant taken last.
  int64_t taken_ms() const { return at_ms_; }

  /// Where matches ended since they were looked at last, ascending.
  std::vector<int64_t>& ended() { return ended_; }

  /// What is still open goes to the cell, which has no wait.
  void store(const CellRef& cell) const;

 private:
  void open(int64_t at_ms) {
    if (cap_ != 0 && open_.size() - first_ >= cap_) make_room(at_ms);
    open_.push_back(at_ms);
  }
  void make_room(int64_t at_ms);

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
