#include "runtime/cells/sequence.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "runtime/base/instant.h"
#include "runtime/cells/capped.h"

namespace segue::cells {
namespace {

/// Takes the steps on a copy of the state's times.
StepsTaken take(const CellRef& cell, const Sequence& sequence, int64_t now_ms, Possible possible) {
  if ((possible.runs & ~(uint64_t{1} << kAbsenceBit)) == 0) return {};
  // A match of one step leaves nothing under way.
  if (sequence.steps.size() == 1) return {(possible.runs & 1) != 0, (possible.clean & 1) != 0};
  int64_t latest_ms[kStepsMax];
  const size_t kept = sequence.steps.size() - 1;
  std::byte* times = cell.state() + kSequenceLatestAt;
  for (size_t i = 0; i < kept; ++i) latest_ms[i] = load_instant(times + kInstantBytes * i);
  latest_ms[kept] = kLongAgo.ms;
  const StepsTaken taken = take_steps(sequence, latest_ms, now_ms, possible);
  for (size_t i = 0; i < kept; ++i) store_instant(times + kInstantBytes * i, latest_ms[i]);
  return taken;
}

void open_wait(const CellRef& cell, int64_t now_ms) {
  const uint32_t cap = cell.row.cap;
  const uint32_t count = load<GrowingPart>(cell.state()).count;
  if (cap != 0 && count >= cap) {
    note_capped(count - cap + 1);
    drop_oldest(cell, count - cap + 1);
  }
  store(append_room(cell), now_ms);
}

}  // namespace

bool sequence_advance(const CellRef& cell, int64_t now_ms, Possible possible) {
  const Sequence sequence = sequence_of(cell.view, cell.row.source);
  // An occurrence of the absence ends every wait, also one that would be over at this very instant;
  // the match that ends now has its own say (`clean`).
  if (possible.absence()) clear_entries(cell);
  const StepsTaken taken = take(cell, sequence, now_ms, possible);
  if (!sequence.has_absence()) return taken.matched;
  if (taken.matched && taken.clean) open_wait(cell, now_ms);
  if (sequence_deadline(cell) > now_ms) return false;
  // Waits have one length and begin at different instants, so one is over at a time.
  drop_oldest(cell, 1);
  return true;
}

void sequence_advance(const CellRef& cell, int64_t now_ms, std::span<const Moment> moments,
                      std::vector<Ended>& ended) {
  if (moments.empty() && sequence_deadline(cell) > now_ms) return;
  const Sequence sequence = sequence_of(cell.view, cell.row.source);
  Attempts attempts(sequence);
  const Entries kept = entries_of(cell);
  std::vector<Attempt> all(kept.count);
  if (kept.count != 0) std::memcpy(all.data(), kept.data, kept.count * sizeof(Attempt));
  attempts.assign(all.data(), all.size());
  for (const Moment& moment : moments) attempts.take(moment);
  attempts.end_waits(now_ms);
  attempts.end_instant(now_ms);
  clear_entries(cell);
  for (const Attempt& attempt : attempts.all()) store(append_room(cell), attempt);
  store(cell.state() + kSequenceLatestAt, attempts.deadline_ms());
  ended.insert(ended.end(), attempts.ended().begin(), attempts.ended().end());
}

int64_t sequence_deadline(const CellView& cell) {
  if (cell.row.k == 0) return load_time(cell.state() + kSequenceLatestAt);
  return first_end(cell.blob, cell.state(), cell.view.sequences[cell.row.source].absence_ms);
}

void SequenceCell::init(const image::CellRow& row, std::byte* state) {
  store(state, GrowingPart{});
  if (row.k == 0) store(state + kSequenceLatestAt, kNever.ms);
  for (uint32_t i = 1; i < row.k; ++i) {
    store_instant(state + kSequenceLatestAt + size_t{kInstantBytes} * (i - 1), kLongAgo.ms);
  }
}

}  // namespace segue::cells
