#include "runtime/cells/newest.h"

#include "runtime/cells/calendar.h"

namespace segue::cells {

void newest_push_day(const CellRef& cell, int64_t now_ms) {
  const ZoneView zone = zone_of(cell);
  const LocalDay day = zone.day_of(Instant{now_ms});
  // Where days only ascend the newest alone can be of this one.
  const uint32_t looked_at = zone.rows().size() == 1 ? 1 : cell.row.k;
  uint32_t freed = cell.row.k - 1;
  for (uint32_t i = 0; i < looked_at; ++i) {
    const int64_t kept = newest_nth(CellView(cell), i + 1);
    if (kept == kLongAgo.ms) break;
    if (zone.day_of(Instant{kept}) == day) {
      freed = i;
      break;
    }
  }
  newest_push(cell, freed + 1, now_ms);
}

}  // namespace segue::cells
