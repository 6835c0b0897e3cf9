#include "naive/window.h"

#include <algorithm>
#include <array>

namespace segue::naive {
namespace {

/// Every instant in [begin, until] from which on clocks show another day: midnights by each offset
/// while it holds, and changes of the offset.
std::vector<Instant> day_changes(ZoneView zone, Instant begin, Instant until) {
  static constexpr std::array<ZoneTransition, 1> kUtc = {};  // what no rows at all mean
  std::vector<Instant> changes;
  const std::span<const ZoneTransition> rows = zone.rows().empty() ? kUtc : zone.rows();
  for (size_t i = 0; i < rows.size(); ++i) {
    const int64_t from = i == 0 ? begin.ms : std::max(begin.ms, rows[i].at_ms);
    const int64_t end =
        i + 1 < rows.size() ? std::min(until.ms + 1, rows[i + 1].at_ms) : until.ms + 1;
    if (from >= end) continue;
    changes.push_back({from});
    const int64_t day = zone.day_of({from}).number;
    for (int64_t midnight = (day + 1) * kDayMs - rows[i].offset_ms; midnight < end;
         midnight += kDayMs) {
      changes.push_back({midnight});
    }
  }
  return changes;
}

}  // namespace

using hir::Window;

WindowAt::WindowAt(const Window& window, Instant now, ZoneView zone)
    : window_(window), now_(now), zone_(zone) {
  if (window.kind == Window::Kind::kCalendar) today_ = zone.day_of(now);
}

bool WindowAt::contains(Instant t) const {
  if (t > now_) return false;
  switch (window_.kind) {
    case Window::Kind::kEver:
      return true;
    case Window::Kind::kRolling:
      return now_ - window_.from < t && t <= now_ - window_.to;
    case Window::Kind::kAbsolute:
      return (!window_.begin || *window_.begin <= t) && (!window_.end || t < *window_.end);
    case Window::Kind::kAnchored:
      break;
    case Window::Kind::kCalendar: {
      const int32_t last = today_->number - (window_.full ? 1 : 0);
      const int32_t day = zone_.day_of(t).number;
      return last - static_cast<int32_t>(window_.periods) < day && day <= last;
    }
  }
  return false;
}

Instant WindowAt::earliest() const {
  switch (window_.kind) {
    case Window::Kind::kEver:
      return kLongAgo;
    case Window::Kind::kRolling:
      return now_ - window_.from;
    case Window::Kind::kAbsolute:
      return window_.begin.value_or(kLongAgo);
    case Window::Kind::kAnchored:
      break;
    case Window::Kind::kCalendar:
      // Clocks move by a day at most, and the window's first day may have just begun: two days more
      // than it counts, and one because of `full`.
      return {now_.ms - (int64_t{window_.periods} + 3) * kDayMs};
  }
  return kLongAgo;
}

std::vector<size_t> WindowAt::choose(std::span<const Instant> times, uint32_t cap) const {
  const auto first = std::lower_bound(times.begin(), times.end(), earliest());
  const auto end = std::upper_bound(first, times.end(), now_);
  std::vector<size_t> chosen;
  for (auto t = first; t != end; ++t) {
    if (contains(*t)) chosen.push_back(static_cast<size_t>(t - times.begin()));
  }
  if (cap != 0 && chosen.size() > cap) {
    chosen.erase(chosen.begin(), chosen.end() - static_cast<std::ptrdiff_t>(cap));
  }
  return chosen;
}

std::vector<Instant> change_instants(const Window& window, std::span<const Instant> times,
                                     ZoneView zone, Instant begin, Instant until) {
  std::vector<Instant> changes(times.begin(), times.end());
  if (window.kind == Window::Kind::kRolling) {
    for (const Instant t : times) {
      changes.push_back(t + window.to);
      changes.push_back(t + window.from);
    }
  }
  if (window.kind == Window::Kind::kCalendar) {
    const std::vector<Instant> days = day_changes(zone, begin, until);
    changes.insert(changes.end(), days.begin(), days.end());
  }
  return changes;
}

}  // namespace segue::naive
