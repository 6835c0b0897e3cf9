#include "runtime/cells/entries.h"

#include <algorithm>
#include <cstring>

#include "runtime/base/instant.h"
#include "runtime/cells/capped.h"
#include "runtime/cells/distinct.h"
#include "runtime/cells/sequence.h"
#include "runtime/cells/steps.h"

namespace segue::cells {
namespace {

using image::CellKind;
using image::WindowRow;

/// Entries a first growth makes room for: 48 bytes, or 16 of times alone.
constexpr uint32_t kFirstEntries = 2;

/// A run that grows beyond is a ring, if it has a cap: what is copied to begin it is less.
constexpr uint32_t kRunBytesMax = 256 << 10;

/// Half the room of a ring of such a cell: its cap and the entry in front; 0 if it never is one.
uint32_t period_of_ring(const image::CellRow& row, uint32_t stride) {
  const bool appends = row.kind == CellKind::kLog || row.kind == CellKind::kSteps;
  const bool large = uint64_t{row.cap} * stride > kRunBytesMax;
  const bool fits = (uint64_t{row.cap} + 1) * 2 * stride <= image::kBlobBytesMax / 4;
  return appends && large && fits ? row.cap + 1 : 0;
}

uint32_t next_entries(const image::CellRow& row, uint32_t entries, uint32_t stride) {
  if (entries == 0) return kFirstEntries;
  const uint32_t grown = entries < 16 ? entries * 2 : entries + entries / 2;
  const uint32_t period = period_of_ring(row, stride);
  if (period != 0 && uint64_t{grown} * stride > kRunBytesMax) return 2 * period;
  // A run at its cap slides through a quarter more, so that it moves back once in cap / 4 appends.
  if (row.cap == 0 || row.cap > grown) return grown;
  return std::max(entries + 1, std::min(grown, row.cap + row.cap / 4 + 1));
}

/// With the entry that was dropped last, if there is one.
void move_to_front(std::byte* run, GrowingPart& part, uint32_t stride) {
  if (part.first <= 1) return;
  const size_t from = part.first - 1;
  std::memmove(run, run + from * stride, (size_t{part.count} + 1) * stride);
  part.first = 1;
}

/// Whether a run is of waits, which need no entry in front, and so small that it may be moved each
/// time.
bool waits_alone(const image::CellRow& row, uint32_t entries) {
  return row.kind == CellKind::kSequence && entries <= 16;
}

/// Grows the run, or gives up its oldest entry where no blob can be so large.
void grow_run(const CellRef& cell, uint32_t stride) {
  auto part = load<GrowingPart>(cell.state());
  move_to_front(cell.blob.data() + part.offset, part, stride);
  store(cell.state(), part);
  const uint32_t entries = part.capacity_bytes / stride;
  const uint64_t wanted = uint64_t{next_entries(cell.row, entries, stride)} * stride;
  if (wanted <= image::kBlobBytesMax &&
      cell.blob.grow(cell.row.offset, static_cast<uint32_t>(wanted), cell.view.layout[0],
                     cell.view.cells)) {
    return;
  }
  // One more than the run that is moved, if none was dropped before.
  for (; part.first < 2; --part.count) {
    note_capped(1);
    ++part.first;
  }
  move_to_front(cell.blob.data() + part.offset, part, stride);
  store(cell.state(), part);
}

Inside inside_days(const Entries& entries, const WindowRow& window, int64_t now_ms, ZoneView zone) {
  Inside inside;
  inside.days = days_of(window, zone.day_of(Instant{now_ms}).number);
  int64_t begin = zone.start_of(LocalDay{inside.days.first}).ms;
  int64_t end = zone.start_of(LocalDay{inside.days.last + 1}).ms;
  inside.sift = entries.keeps_day || days_go_back(zone, begin - kDayMs, end + kDayMs);
  if (inside.sift) {
    // No two zones are two days apart.
    begin -= 2 * kDayMs;
    end += 2 * kDayMs;
  }
  inside.first = entries.lower_bound(begin);
  inside.last = entries.lower_bound(end);
  return inside;
}

/// Leaves the newest `cap` entries inside.
void apply_cap(const Entries& entries, uint32_t cap, ZoneView zone, Inside& inside) {
  if (cap == 0 || inside.last - inside.first <= cap) return;
  if (!inside.sift) {
    inside.first = inside.last - cap;
    return;
  }
  uint32_t kept = 0;
  for (uint32_t i = inside.last; i > inside.first; --i) {
    if (is_inside(entries, inside, i - 1, zone) && ++kept == cap) inside.first = i - 1;
  }
}

int64_t days_inside_deadline(const Entries& entries, const Inside& inside, const WindowRow& window,
                             int64_t now_ms, ZoneView zone) {
  if (entries.count == 0) return kNever.ms;
  const auto day = [&](uint32_t i) { return entries.day_of(i, zone); };
  const int32_t today = zone.day_of(Instant{now_ms}).number;
  // Rare but in a user's own zone, and hard to be exact about: look again at each change of the
  // day.
  if (inside.sift) return day_reached(zone, now_ms, today + 1);
  // The day on which the present period is the one `after` behind that of entry `i`.
  const auto reached = [&](uint32_t i, int64_t after) {
    const int64_t period = period_of(window.unit, LocalDay{day(i)}) + after + window.full;
    return day_reached(zone, now_ms, period_begin(window.unit, period).number);
  };
  int64_t deadline = kNever.ms;
  if (inside.first < inside.last) deadline = reached(inside.first, window.periods);
  if (inside.last < entries.count) deadline = std::min(deadline, reached(inside.last, 0));
  if (inside.first > 0) deadline = std::min(deadline, day_goes_back(zone, now_ms, today));
  return deadline;
}

}  // namespace

bool keeps_day(const image::CellRow& row) {
  return row.zone == image::kUserZone &&
         (row.kind == CellKind::kLog || row.kind == CellKind::kSteps);
}

uint32_t entry_bytes(const image::CellRow& row) {
  const uint32_t day = keeps_day(row) ? 8 : 0;
  switch (row.kind) {
    case CellKind::kLog:
      return (row.value.count == 0 ? 8 : 24) + day;
    case CellKind::kDistinct:
      return kDistinctEntryBytes;
    case CellKind::kSteps:
      return (row.k == 0 ? kStepsEntryBytes : sizeof(Moment)) + day;
    case CellKind::kSequence:
      return row.k == 0 ? sizeof(Attempt) : kSequenceEntryBytes;
    case CellKind::kNewest:
    case CellKind::kOldest:
    case CellKind::kSeen:
    case CellKind::kTotal:
    case CellKind::kExtreme:
    case CellKind::kDays:
    case CellKind::kLatest:
    case CellKind::kEarliest:
    case CellKind::kHeld:
    case CellKind::kSessions:
    case CellKind::kCrossing:
    case CellKind::kChange:
    case CellKind::kLatch:
    case CellKind::kDecayed:
      break;
  }
  return 0;
}

uint32_t Entries::lower_bound(int64_t time_ms) const {
  uint32_t low = 0;
  uint32_t high = count;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (time_of(middle) < time_ms) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

Entries entries_of(const CellView& cell) {
  const auto part = load<GrowingPart>(cell.state());
  const uint32_t stride = entry_bytes(cell.row);
  return {cell.blob + part.offset + size_t{part.first} * stride, part.count, stride,
          keeps_day(cell.row), part.first != 0};
}

std::byte* append_room(const CellRef& cell) {
  const uint32_t stride = entry_bytes(cell.row);
  auto part = load<GrowingPart>(cell.state());
  const uint32_t entries = part.capacity_bytes / stride;
  if (part.first + part.count == entries) {
    const uint32_t period = ring_period(cell.row, part);
    if (period != 0) {
      // All of it lies in the second half, and so in the first too.
      part.first -= period;
      store(cell.state(), part);
    } else if (part.first != 0 && waits_alone(cell.row, entries)) {
      std::byte* const run = cell.blob.data() + part.offset;
      std::memmove(run, run + size_t{part.first} * stride, size_t{part.count} * stride);
      part.first = 0;
      store(cell.state(), part);
    } else if (part.first > entries / 8 + 1) {
      move_to_front(cell.blob.data() + part.offset, part, stride);
      store(cell.state(), part);
    } else {
      grow_run(cell, stride);
    }
    part = load<GrowingPart>(cell.state());
  }
  std::byte* entry = cell.blob.data() + part.offset + size_t{part.first + part.count} * stride;
  ++part.count;
  store(cell.state(), part);
  return entry;
}

uint32_t ring_period(const image::CellRow& row, const GrowingPart& part) {
  const uint32_t stride = entry_bytes(row);
  const uint32_t period = period_of_ring(row, stride);
  return period != 0 && part.capacity_bytes == 2 * period * stride ? period : 0;
}

void entry_written(const CellRef& cell) {
  const auto part = load<GrowingPart>(cell.state());
  const uint32_t newest = part.first + part.count - 1;
  const uint32_t period = ring_period(cell.row, part);
  if (period == 0 || newest < period) return;
  const uint32_t stride = entry_bytes(cell.row);
  std::byte* const entry = cell.blob.data() + part.offset + size_t{newest} * stride;
  std::memcpy(entry - size_t{period} * stride, entry, stride);
}

std::byte* append_entry(const CellRef& cell, int64_t now_ms) {
  const Entries entries = entries_of(cell);
  const int64_t expired = now_ms - cell.row.horizon_ms;
  uint32_t dropped = 0;
  while (dropped < entries.count && entries.time_of(dropped) <= expired) ++dropped;
  const uint32_t left = entries.count - dropped;
  if (cell.row.cap != 0 && left >= cell.row.cap) {
    dropped += left - cell.row.cap + 1;
    note_capped(left - cell.row.cap + 1);
  }
  drop_oldest(cell, dropped);
  std::byte* entry = append_room(cell);
  store(entry, now_ms);
  if (keeps_day(cell.row)) {
    store(entry + entry_bytes(cell.row) - 8, int64_t{zone_of(cell).day_of(Instant{now_ms}).number});
  }
  return entry;
}

void clear_entries(const CellRef& cell) {
  auto part = load<GrowingPart>(cell.state());
  part.first = 0;
  part.count = 0;
  store(cell.state(), part);
}

void drop_oldest(const CellRef& cell, uint32_t count) {
  if (count == 0) return;
  auto part = load<GrowingPart>(cell.state());
  part.count -= count;
  part.first = part.count == 0 ? 0 : part.first + count;
  store(cell.state(), part);
}

Inside find_inside(const Entries& entries, const WindowRow& window, int64_t now_ms, ZoneView zone) {
  Inside inside;
  switch (window.kind) {
    case WindowRow::Kind::kEver:
      inside.last = entries.count;
      break;
    case WindowRow::Kind::kRolling:
      if (window.from_ms != kForever.ms) {
        inside.first = entries.lower_bound(now_ms - window.from_ms + 1);
      }
      // Nothing kept is of the future.
      inside.last =
          window.to_ms == 0 ? entries.count : entries.lower_bound(now_ms - window.to_ms + 1);
      break;
    case WindowRow::Kind::kAbsolute:
      inside.first = entries.lower_bound(window.from_ms);
      inside.last = entries.lower_bound(window.to_ms);
      break;
    case WindowRow::Kind::kAnchored:  // read as the absolute window that it is
      break;
    case WindowRow::Kind::kCalendar:
      inside = inside_days(entries, window, now_ms, zone);
      break;
  }
  inside.last = std::max(inside.first, inside.last);
  apply_cap(entries, window.cap, zone, inside);
  return inside;
}

int64_t inside_deadline(const Entries& entries, const Inside& inside, const WindowRow& window,
                        int64_t now_ms, ZoneView zone) {
  int64_t deadline = kNever.ms;
  switch (window.kind) {
    case WindowRow::Kind::kEver:
    case WindowRow::Kind::kAbsolute:  // what lies in it can only come as an event
      break;
    case WindowRow::Kind::kRolling:
      // Capped out entries are older than the first: they leave before it and change nothing.
      if (inside.first < inside.last) {
        deadline = later_by(entries.time_of(inside.first), window.from_ms);
      }
      if (inside.last < entries.count) {
        deadline = std::min(deadline, later_by(entries.time_of(inside.last), window.to_ms));
      }
      break;
    case WindowRow::Kind::kAnchored:
      break;
    case WindowRow::Kind::kCalendar:
      return days_inside_deadline(entries, inside, window, now_ms, zone);
  }
  return deadline;
}

}  // namespace segue::cells
