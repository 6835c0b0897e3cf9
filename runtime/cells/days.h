#pragma once

#include <cstdint>

#include "runtime/base/zone.h"
#include "runtime/cells/bytes.h"
#include "runtime/cells/calendar.h"
#include "runtime/cells/cell.h"

/// On which of the last k local days there was an occurrence: the newest of them, and a bit a day
/// before it. An occurrence keeps the local day it had.
namespace segue::cells {

/// Room for a day more than k, so that `full` windows, which leave today out, reach back k days.
inline uint32_t days_words(const image::CellRow& row) { return row.k / 64 + 1; }

/// How many days of the window have an occurrence, as of `now_ms`.
uint32_t days_count(const CellView& cell, const image::WindowRow& window, int64_t now_ms);

/// How many days in a row, each with an occurrence, end with the window's last or the one before.
uint32_t days_streak(const CellView& cell, const image::WindowRow& window, int64_t now_ms);
int64_t days_streak_deadline(const CellView& cell, const image::WindowRow& window, int64_t now_ms);

/// The first instant after `now_ms` at which the count may change by itself: a midnight, or clocks
/// set back over one.
int64_t days_deadline(const CellView& cell, const image::WindowRow& window, int64_t now_ms);

/// Takes in an occurrence on a local day; days older than what is kept are left out.
void days_push(std::byte* state, uint32_t words, int32_t day);

struct Days {
  static constexpr image::CellKind kKind = image::CellKind::kDays;
  static uint32_t fixed_bytes(const image::CellRow& row) { return 8 + 8 * days_words(row); }
  static void init(const image::CellRow& row, std::byte* state);
  static void update(const CellRef& cell, const Occurrence& occurrence);
};
static_assert(StreamCell<Days>);

}  // namespace segue::cells
