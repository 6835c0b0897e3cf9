#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/cells/attempts.h"
#include "runtime/cells/cell.h"
#include "runtime/cells/entries.h"
#include "runtime/cells/matching.h"

/// The matches of a sequence as they come, over all history: the latest time of each step of the
/// match that is under way, and, with an absence at the end, the matches that wait for it.
///
/// State: growing part (the waits: the instant of each last step), then a time of each step but the
/// last, which leaves nothing under way. With k = 0, of any sequence: growing part (the `Attempt`s,
/// waits among them), then when the next wait is over. Of one that tells starts, with k not 0:
/// growing part (of nothing), then what starts.h says.
namespace segue::cells {

inline constexpr uint32_t kSequenceLatestAt = sizeof(GrowingPart);
inline constexpr uint32_t kSequenceEntryBytes = 8;

/// Takes in an instant with an occurrence of a step or the absence, or one at which a wait is over
/// (then `possible` is empty). True if a match ends at it. Once an instant.
bool sequence_advance(const CellRef& cell, int64_t now_ms, Possible possible);

/// The same with k = 0: a moment for each value of `by`, in the order of the values; appends the
/// matches that end.
void sequence_advance(const CellRef& cell, int64_t now_ms, std::span<const Moment> moments,
                      std::vector<Ended>& ended);

/// When the next wait is over; `kNever` if none is open.
int64_t sequence_deadline(const CellView& cell);

/// The same with k not 0, branch-free: of no wait some word of the blob is read and not looked at.
inline int64_t first_end(const std::byte* blob, const std::byte* state, int64_t wait_ms) {
  const auto waits = load<GrowingPart>(state);
  const int64_t begun = load_time(blob + waits.offset + size_t{kSequenceEntryBytes} * waits.first);
  const uint64_t end = static_cast<uint64_t>(begun) + static_cast<uint64_t>(wait_ms);
  return waits.count == 0 ? kNever.ms : static_cast<int64_t>(end);
}

struct SequenceCell {
  static constexpr image::CellKind kKind = image::CellKind::kSequence;
  static constexpr uint32_t fixed_bytes(const image::CellRow& row) {
    return kSequenceLatestAt + (row.k == 0 ? 8 : kInstantBytes * (row.k - 1));
  }
  static void init(const image::CellRow& row, std::byte* state);
};
static_assert(Cell<SequenceCell>);

}  // namespace segue::cells
