#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "runtime/base/zone.h"
#include "runtime/cells/bytes.h"
#include "runtime/cells/calendar.h"
#include "runtime/cells/cell.h"

/// The growing part that `log`, `steps` and `sequence` keep: entries of equal size in order of
/// time, the time in front, as one run. Dropping from the front moves a counter; a run that reaches
/// the end of its room is moved back before it grows, so that appending costs a constant on
/// average. While any are left, the one that was dropped last stays in front of them.
///
/// A large run with a cap is a ring instead, so that nothing large ever moves: it has room for all
/// entries twice (and for the one in front), and what lies in the second half is also written to
/// the first, where the run goes on when it reaches the end.
namespace segue::cells {

/// Whether entries keep the local day they had: the user's zone may be another later.
bool keeps_day(const image::CellRow& row);

/// Bytes of one entry of a growing cell; 0 of the other kinds.
uint32_t entry_bytes(const image::CellRow& row);

/// The entries of a cell; valid until something grows.
struct Entries {
  const std::byte* data = nullptr;
  uint32_t count = 0;
  uint32_t stride = 0;
  bool keeps_day = false;  // the last word of each is its local day: a zone of the user's own
  bool follows = false;    // the last one that was dropped still lies in front of `data`

  const std::byte* at(uint32_t i) const { return data + size_t{stride} * i; }
  int64_t time_of(uint32_t i) const { return load_time(at(i)); }
  const std::byte* payload(uint32_t i) const { return at(i) + 8; }

  /// The local day that entry `i` had when it happened.
  int32_t day_of(uint32_t i, ZoneView zone) const {
    if (keeps_day) return static_cast<int32_t>(load<int64_t>(at(i) + stride - 8));
    return zone.day_of(Instant{time_of(i)}).number;
  }

  /// Index of the first entry with time >= `time_ms`.
  uint32_t lower_bound(int64_t time_ms) const;
};

Entries entries_of(const CellView& cell);

/// Of a ring: entries of half its room; else 0.
uint32_t ring_period(const image::CellRow& row, const GrowingPart& part);

/// Room for one entry more behind the last. Drops entries at or before now - horizon, and the
/// oldest beyond the row's cap. The time is written, the rest is the caller's, who says
/// `entry_written` then.
std::byte* append_entry(const CellRef& cell, int64_t now_ms);

/// The newest entry is whole.
void entry_written(const CellRef& cell);

/// Room for one more entry behind the last, nothing dropped but what no blob can hold.
std::byte* append_room(const CellRef& cell);

/// Drops all entries, or the `count` oldest.
void clear_entries(const CellRef& cell);
void drop_oldest(const CellRef& cell, uint32_t count);

/// The entries inside a window as of one instant, the window's cap applied: those of [first, last)
/// whose local day is in `days`, where the window is by day and days are no intervals (`sift`).
struct Inside {
  uint32_t first = 0;
  uint32_t last = 0;
  bool sift = false;
  DayRange days;
};

Inside find_inside(const Entries& entries, const image::WindowRow& window, int64_t now_ms,
                   ZoneView zone);

/// The first instant after `now_ms` at which an entry leaves or enters the window by time alone.
int64_t inside_deadline(const Entries& entries, const Inside& inside,
                        const image::WindowRow& window, int64_t now_ms, ZoneView zone);

inline bool is_inside(const Entries& entries, const Inside& inside, uint32_t i, ZoneView zone) {
  return !inside.sift || inside.days.contains(entries.day_of(i, zone));
}

/// Calls `visit(index)` for each entry inside, oldest first.
template <class Visit>
void each_inside(const Entries& entries, const Inside& inside, ZoneView zone, Visit&& visit) {
  for (uint32_t i = inside.first; i < inside.last; ++i) {
    if (is_inside(entries, inside, i, zone)) visit(i);
  }
}

/// `time + length`, or never if that is no instant. `time` is one.
inline int64_t later_by(int64_t time_ms, int64_t length_ms) {
  return length_ms >= kNever.ms - std::max<int64_t>(time_ms, 0) ? kNever.ms : time_ms + length_ms;
}

}  // namespace segue::cells
