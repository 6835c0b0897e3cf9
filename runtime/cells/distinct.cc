#include "runtime/cells/distinct.h"

#include <algorithm>

#include "runtime/base/instant.h"
#include "runtime/cells/capped.h"
#include "runtime/cells/entries.h"

namespace segue::cells {
namespace {

using image::WindowRow;

bool scalar_less(Scalar a, Scalar b) { return a.hi != b.hi ? a.hi < b.hi : a.lo < b.lo; }

int64_t time_at(const Entries& entries, uint32_t i) {
  return load_time(entries.at(i) + kDistinctTimeAt);
}

/// Index of the first entry whose value is not less.
uint32_t find(const Entries& entries, Scalar scalar) {
  uint32_t low = 0;
  uint32_t high = entries.count;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (scalar_less(load<Scalar>(entries.at(middle)), scalar)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/// Drops the entries that `expired(time)` says, closing the gaps.
template <class Expired>
void drop_if(const CellRef& cell, const Expired& expired) {
  auto part = load<GrowingPart>(cell.state());
  std::byte* run = cell.blob.data() + part.offset;
  uint32_t kept = 0;
  for (uint32_t i = 0; i < part.count; ++i) {
    const std::byte* entry = run + size_t{i} * kDistinctEntryBytes;
    if (expired(load_time(entry + kDistinctTimeAt))) continue;
    std::memmove(run + size_t{kept} * kDistinctEntryBytes, entry, kDistinctEntryBytes);
    ++kept;
  }
  part.count = kept;
  store(cell.state(), part);
}

/// Before a new value: drops what left the horizon if the run is full, and at the cap the value
/// that was seen least recently.
void make_room(const CellRef& cell, int64_t now_ms) {
  const auto part = load<GrowingPart>(cell.state());
  const bool full = (part.count + 1) * kDistinctEntryBytes > part.capacity_bytes;
  const bool at_cap = cell.row.cap != 0 && part.count >= cell.row.cap;
  if (!full && !at_cap) return;
  const int64_t expired = now_ms - cell.row.horizon_ms;
  drop_if(cell, [&](int64_t time) { return time <= expired; });
  const Entries left = entries_of(cell);
  if (cell.row.cap == 0 || left.count < cell.row.cap) return;
  uint32_t oldest = 0;
  for (uint32_t i = 1; i < left.count; ++i) {
    if (time_at(left, i) < time_at(left, oldest)) oldest = i;
  }
  uint32_t seen = 0;
  note_capped(1);
  drop_if(cell, [&](int64_t) { return seen++ == oldest; });
}

/// Values are inside while their newest time is > this.
int64_t begin_of(const WindowRow& window, int64_t now_ms) {
  return window.kind == WindowRow::Kind::kEver ? kLongAgo.ms : now_ms - window.from_ms;
}

}  // namespace

uint32_t distinct_count(const CellView& cell, const WindowRow& window, int64_t now_ms) {
  const Entries entries = entries_of(cell);
  const int64_t begin = begin_of(window, now_ms);
  uint32_t count = 0;
  for (uint32_t i = 0; i < entries.count; ++i) count += time_at(entries, i) > begin ? 1 : 0;
  return count;
}

int64_t distinct_deadline(const CellView& cell, const WindowRow& window, int64_t now_ms) {
  if (window.kind == WindowRow::Kind::kEver) return kNever.ms;
  const Entries entries = entries_of(cell);
  const int64_t begin = begin_of(window, now_ms);
  int64_t oldest = kNever.ms;
  for (uint32_t i = 0; i < entries.count; ++i) {
    const int64_t time = time_at(entries, i);
    if (time > begin) oldest = std::min(oldest, time);
  }
  return oldest == kNever.ms ? kNever.ms : later_by(oldest, window.from_ms);
}

void distinct_push(const CellRef& cell, int64_t now_ms, Scalar scalar) {
  const ScalarTag tag = tag_of(scalar);
  if (tag == ScalarTag::kMissing || tag == ScalarTag::kOther) return;
  Entries entries = entries_of(cell);
  uint32_t i = find(entries, scalar);
  if (i == entries.count || load<Scalar>(entries.at(i)) != scalar) {
    make_room(cell, now_ms);
    append_room(cell);
    entries = entries_of(cell);
    --entries.count;  // the last is the room, not yet a value
    i = find(entries, scalar);
    std::byte* at = cell.blob.data() + (entries.at(i) - cell.blob.data());
    std::memmove(at + kDistinctEntryBytes, at, size_t{entries.count - i} * kDistinctEntryBytes);
    store(at, scalar);
  }
  std::byte* at = cell.blob.data() + (entries.at(i) - cell.blob.data());
  store(at + kDistinctTimeAt, now_ms);
}

}  // namespace segue::cells
