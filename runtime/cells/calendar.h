#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/base/zone.h"
#include "runtime/cells/cell.h"
#include "runtime/image/tables.h"
#include "runtime/image/view.h"

/// Local days and the instants at which they change. Day numbers count from 1970-01-01 in a zone.
namespace segue::cells {

/// Days [first, last]; none if last < first.
struct DayRange {
  int32_t first = 0;
  int32_t last = -1;

  bool contains(int32_t day) const { return first <= day && day <= last; }
};

/// The zone of a row, or UTC if it has none.
ZoneView zone_of(const image::View& view, uint32_t zone);

/// The same of a blob, whose user may have a zone of their own.
ZoneView zone_of(const image::View& view, const std::byte* blob, uint32_t zone);

inline ZoneView zone_of(const CellView& cell) {
  return zone_of(cell.view, cell.blob, cell.row.zone);
}

/// The days that a calendar window covers while the local day is `today`.
DayRange days_of(const image::WindowRow& window, int32_t today);

/// The first instant after `after_ms` at which the local day is `day` or later, or at which it goes
/// back, as it does where clocks are set back over midnight: then what a day has counted may change
/// too. `kNever` if that is not before the end of time.
int64_t day_reached(ZoneView zone, int64_t after_ms, int32_t day);

/// The first instant after `now_ms` in another period of the window's unit than `now_ms`, or before
/// it where clocks go back.
int64_t period_turn(ZoneView zone, const image::WindowRow& window, int64_t now_ms);

/// The next change of the local day `today`, if it is back to the day before; else `kNever`.
int64_t day_goes_back(ZoneView zone, int64_t after_ms, int32_t today);

/// Around `t_ms`, instants of one hour or day of local time (`unit_ms` long) and one offset: all
/// that local time says of them by that unit is the same.
struct Stretch {
  int64_t begin_ms = 0;
  int64_t end_ms = 0;
};
Stretch stretch_of(ZoneView zone, int64_t t_ms, int64_t unit_ms);

/// Whether the local day goes back inside (begin_ms, end_ms]. If not, the instants of consecutive
/// days are an interval.
bool days_go_back(ZoneView zone, int64_t begin_ms, int64_t end_ms);

/// Counts distinct days that come nearly in order: each at most 63 before the newest so far.
class DayCounter {
 public:
  void add(int32_t day);
  uint32_t count() const { return count_; }

 private:
  int32_t newest_ = 0;
  uint64_t recent_ = 0;  // bit i: newest - i was added
  uint32_t count_ = 0;
};

}  // namespace segue::cells
