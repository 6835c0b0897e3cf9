#include "runtime/cells/waits.h"

#include "runtime/cells/bytes.h"
#include "runtime/cells/capped.h"
#include "runtime/cells/entries.h"
#include "runtime/cells/matching.h"

namespace segue::cells {

bool Waits::can_keep(const CellView& cell) {
  if (cell.row.kind != image::CellKind::kSequence || cell.row.k != 1) return false;
  const Sequence sequence = sequence_of(cell.view, cell.row.source);
  return sequence.steps.size() == 1 && sequence.steps[0].without.count == 0 &&
         sequence.has_absence() && sequence.row.by == image::kNone && sequence.row.starts == 0;
}

Waits::Waits(const CellView& cell)
    : wait_ms_(cell.view.sequences[cell.row.source].absence_ms),
      cap_(cell.row.cap),
      later_(cell.view.sequences[cell.row.source].absence_later != 0) {}

void Waits::clear() {
  open_.clear();
  first_ = 0;
  ended_.clear();
  at_ms_ = kLongAgo.ms;
  has_step_ = false;
  is_own_ = false;
  absences_ = 0;
}

void Waits::open(int64_t at_ms) {
  if (cap_ != 0 && open_.size() - first_ >= cap_) {
    note_capped(1);
    ++first_;
  }
  open_.push_back(at_ms);
}

void Waits::end_instant() {
  if (!has_step_ && absences_ == 0) return;
  end_through(at_ms_ - 1);
  // One that would be over now is ended by an absence too.
  if (absences_ != 0) {
    open_.clear();
    first_ = 0;
  }
  // The very event of the step is no absence to it.
  const bool clean = absences_ == 0 || later_ || (absences_ == 1 && is_own_);
  if (has_step_ && clean) open(at_ms_);
  end_through(at_ms_);
  has_step_ = false;
  is_own_ = false;
  absences_ = 0;
}

void Waits::store(const CellRef& cell) const {
  for (size_t i = first_; i < open_.size(); ++i) cells::store(append_room(cell), open_[i]);
}

}  // namespace segue::cells
