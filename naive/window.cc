#include "naive/window.h"

#include <algorithm>

#include "runtime/base/civil.h"

namespace segue::naive {
using hir::Window;

WindowAt::WindowAt(const Window& window, Instant now, const LocalZone& zone, Datum anchor)
    : window_(window), now_(now), zone_(zone) {
  if (window.kind == Window::Kind::kCalendar) today_ = zone.day_of(now);
  if (anchor.kind == Datum::Kind::kInstant) anchor_ = Instant{anchor.ms_at(now)};
}

int64_t WindowAt::last_period() const {
  return period_of(window_.unit, *today_) - (window_.full ? 1 : 0);
}

bool WindowAt::contains(Instant t) const {
  if (t > now_) return false;
  switch (window_.kind) {
    case Window::Kind::kEver:
      return true;
    case Window::Kind::kRolling:
      return (window_.from == kForever || now_ - window_.from < t) && t <= now_ - window_.to;
    case Window::Kind::kAbsolute:
      return (!window_.begin || *window_.begin <= t) && (!window_.end || t < *window_.end);
    case Window::Kind::kAnchored:
      return anchor_ && (!window_.after || *anchor_ + *window_.after <= t) &&
             (!window_.before || t < *anchor_ + *window_.before);
    case Window::Kind::kCalendar: {
      const int64_t period = period_of(window_.unit, zone_.day_of(t));
      return last_period() - window_.periods < period && period <= last_period();
    }
  }
  return false;
}

Instant WindowAt::earliest() const {
  switch (window_.kind) {
    case Window::Kind::kEver:
      return kLongAgo;
    case Window::Kind::kRolling:
      return window_.from == kForever ? kLongAgo : now_ - window_.from;
    case Window::Kind::kAbsolute:
      return window_.begin.value_or(kLongAgo);
    case Window::Kind::kAnchored:
      return anchor_ && window_.after ? *anchor_ + *window_.after : kLongAgo;
    case Window::Kind::kCalendar: {
      // No zone is more than two days from UTC.
      const int64_t first = last_period() - window_.periods + 1;
      return {(period_begin(window_.unit, first).number - int64_t{2}) * kDayMs};
    }
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
                                     const LocalZone& zone, const Steps* anchor, Instant begin,
                                     Instant until) {
  std::vector<Instant> changes(times.begin(), times.end());
  if (window.kind == Window::Kind::kRolling) {
    for (const Instant t : times) {
      changes.push_back(t + window.to);
      if (window.from != kForever) changes.push_back(t + window.from);
    }
  }
  if (window.kind == Window::Kind::kCalendar) {
    const std::vector<Instant> days = zone.day_changes(begin, until);
    changes.insert(changes.end(), days.begin(), days.end());
  }
  if (anchor != nullptr) {
    for (const Steps::Piece& piece : anchor->pieces()) changes.push_back(piece.from);
  }
  return changes;
}

}  // namespace segue::naive
