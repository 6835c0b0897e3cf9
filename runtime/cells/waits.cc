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

void Waits::make_room(int64_t at_ms) {
  end_through(at_ms - 1);
  if (open_.size() - first_ < cap_) return;
  note_capped(1);
  ++first_;
}

void Waits::store(const CellRef& cell) const {
  for (size_t i = first_; i < open_.size(); ++i) cells::store(append_room(cell), open_[i]);
}

}  // namespace segue::cells
