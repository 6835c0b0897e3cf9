#include "runtime/cells/calendar.h"

#include <algorithm>
#include <bit>
#include <span>

#include "runtime/cells/latest.h"

namespace segue::cells {
namespace {

constexpr ZoneTransition kUtc[] = {{0, 0}};

int64_t floor_day(int64_t local_ms) {
  const int64_t day = local_ms / kDayMs;
  return local_ms % kDayMs < 0 ? day - 1 : day;
}

/// Index of the row that holds at `t_ms`: the first holds from the beginning of time.
size_t row_at(std::span<const ZoneTransition> rows, int64_t t_ms) {
  if (rows.size() == 1) return 0;  // mostly UTC
  const auto after =
      std::upper_bound(rows.begin(), rows.end(), t_ms,
                       [](int64_t t, const ZoneTransition& row) { return t < row.at_ms; });
  return after == rows.begin() ? 0 : static_cast<size_t>(after - rows.begin()) - 1;
}

/// Whether the local day goes back as row `next` begins.
bool goes_back(std::span<const ZoneTransition> rows, size_t next) {
  const int64_t before = floor_day(rows[next].at_ms - 1 + rows[next - 1].offset_ms);
  return floor_day(rows[next].at_ms + rows[next].offset_ms) < before;
}

std::span<const ZoneTransition> rows_of(ZoneView zone) {
  return zone.rows().empty() ? std::span<const ZoneTransition>(kUtc) : zone.rows();
}

}  // namespace

ZoneView zone_of(const image::View& view, uint32_t zone) {
  return zone == image::kNone ? ZoneView(kUtc) : view.zone(zone);
}

ZoneView zone_of(const image::View& view, const std::byte* blob, uint32_t zone) {
  if (zone != image::kUserZone) return zone_of(view, zone);
  // What its trait named last: the zone's row as a number, missing of a name that is none.
  const uint32_t cell = view.layout[0].zone_cell;
  if (cell == image::kNone) return zone_of(view, image::kNone);
  const Scalar known = latest_value(blob + view.cells[cell].offset);
  const bool named = tag_of(known) == ScalarTag::kNumber;
  const double row = std::bit_cast<double>(known.lo);
  if (!named || !(row >= 0 && row < static_cast<double>(view.zones.size()))) {
    return zone_of(view, image::kNone);
  }
  return view.zone(static_cast<uint32_t>(row));
}

DayRange days_of(const image::WindowRow& window, int32_t today) {
  const int64_t last = period_of(window.unit, LocalDay{today}) - window.full;
  const int64_t first = last - window.periods + 1;
  return {period_begin(window.unit, first).number, period_begin(window.unit, last + 1).number - 1};
}

int64_t day_reached(ZoneView zone, int64_t after_ms, int32_t day) {
  const std::span<const ZoneTransition> rows = rows_of(zone);
  if (rows.size() == 1) return std::max(after_ms + 1, day * kDayMs - rows[0].offset_ms);
  for (size_t row = row_at(rows, after_ms); true; ++row) {
    const bool last = row + 1 == rows.size();
    const int64_t end = last ? kNever.ms : rows[row + 1].at_ms;
    const int64_t begin = std::max(after_ms + 1, row == 0 ? after_ms + 1 : rows[row].at_ms);
    const int64_t midnight = day * kDayMs - rows[row].offset_ms;
    const int64_t reached = std::max(begin, midnight);
    if (reached < end) return reached;
    if (last) return kNever.ms;
    if (goes_back(rows, row + 1)) return end;
  }
}

int64_t period_turn(ZoneView zone, const image::WindowRow& window, int64_t now_ms) {
  const int64_t period = period_of(window.unit, zone.day_of(Instant{now_ms}));
  return day_reached(zone, now_ms, period_begin(window.unit, period + 1).number);
}

Stretch stretch_of(ZoneView zone, int64_t t_ms, int64_t unit_ms) {
  const std::span<const ZoneTransition> rows = rows_of(zone);
  const size_t row = row_at(rows, t_ms);
  const int64_t past = (t_ms + rows[row].offset_ms) % unit_ms;
  const int64_t begin = t_ms - (past < 0 ? past + unit_ms : past);
  const bool first = row == 0;
  const bool last = row + 1 == rows.size();
  return {first ? begin : std::max(begin, rows[row].at_ms),
          last ? begin + unit_ms : std::min(begin + unit_ms, rows[row + 1].at_ms)};
}

bool days_go_back(ZoneView zone, int64_t begin_ms, int64_t end_ms) {
  const std::span<const ZoneTransition> rows = rows_of(zone);
  for (size_t row = row_at(rows, begin_ms) + 1; row < rows.size(); ++row) {
    if (rows[row].at_ms > end_ms) return false;
    if (goes_back(rows, row)) return true;
  }
  return false;
}

int64_t day_goes_back(ZoneView zone, int64_t after_ms, int32_t today) {
  const int64_t change = day_reached(zone, after_ms, today + 1);
  if (change == kNever.ms) return change;
  return zone.day_of(Instant{change}).number < today ? change : kNever.ms;
}

void DayCounter::add(int32_t day) {
  if (count_ == 0 || day > newest_) {
    const int64_t ahead = count_ == 0 ? 64 : int64_t{day} - newest_;
    recent_ = (ahead >= 64 ? 0 : recent_ << ahead) | 1;
    newest_ = day;
    ++count_;
    return;
  }
  const uint64_t bit = uint64_t{1} << (static_cast<uint32_t>(newest_ - day) % 64);
  count_ += (recent_ & bit) == 0 ? 1 : 0;
  recent_ |= bit;
}

}  // namespace segue::cells
