#include "runtime/base/zone.h"

#include <algorithm>

namespace segue {
namespace {

/// The row that holds at `ms`.
size_t row_at(std::span<const ZoneTransition> rows, int64_t ms) {
  if (rows.size() == 1) return 0;  // mostly UTC
  const auto after = std::upper_bound(
      rows.begin(), rows.end(), ms,
      [](int64_t instant, const ZoneTransition& row) { return instant < row.at_ms; });
  // The first row holds from the beginning of time, whatever its instant.
  return after == rows.begin() ? 0 : static_cast<size_t>(after - rows.begin()) - 1;
}

/// No zone is further from UTC than this.
constexpr int64_t kOffsetMaxMs = 26 * 3'600'000LL;

}  // namespace

int64_t ZoneView::offset_ms(Instant t) const {
  return rows_.empty() ? 0 : rows_[row_at(rows_, t.ms)].offset_ms;
}

LocalDay ZoneView::day_of(Instant t) const {
  const int64_t local = t.ms + offset_ms(t);
  const int64_t day = local / kDayMs - (local % kDayMs < 0 ? 1 : 0);
  return {static_cast<int32_t>(day)};
}

// The least t whose local time is midnight of `day` or later: a doubled midnight is met the first
// time, a skipped one right after the gap, and a day that a zone leaves out altogether starts with
// its successor.
Instant ZoneView::start_of(LocalDay day) const {
  const int64_t midnight = day.number * kDayMs;
  if (rows_.empty()) return {midnight};
  for (size_t i = row_at(rows_, midnight - kOffsetMaxMs);; ++i) {
    const int64_t start = midnight - rows_[i].offset_ms;
    const bool first = i == 0;
    if (!first && start <= rows_[i].at_ms) return {rows_[i].at_ms};
    if (i + 1 == rows_.size() || start < rows_[i + 1].at_ms) return {start};
  }
}

}  // namespace segue
