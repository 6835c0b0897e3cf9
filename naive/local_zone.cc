#include "naive/local_zone.h"

#include <algorithm>
#include <array>

#include "compiler/sema/zones.h"

namespace segue::naive {

ZoneView LocalZone::at(Instant t) const {
  const auto after = std::partition_point(pieces_.begin(), pieces_.end(),
                                          [&](const Piece& piece) { return piece.from <= t; });
  return after == pieces_.begin() ? after->zone : std::prev(after)->zone;
}

void LocalZone::each(Instant begin, Instant end,
                     const std::function<void(ZoneView, Instant, Instant)>& see) const {
  for (size_t i = 0; i < pieces_.size(); ++i) {
    const Instant from = i == 0 ? begin : std::max(begin, pieces_[i].from);
    const Instant to = i + 1 < pieces_.size() ? std::min(end, pieces_[i + 1].from) : end;
    if (from < to) see(pieces_[i].zone, from, to);
  }
}

std::vector<Instant> LocalZone::day_changes(Instant begin, Instant until) const {
  std::vector<Instant> changes;
  each(begin, {until.ms + 1}, [&](ZoneView zone, Instant from, Instant end) {
    changes.push_back(from);
    add_local_borders(zone, kDayMs, from, end, changes);
  });
  return changes;
}

LocalZone zone_of_trait(const Steps& trait) {
  // The same few names come with every user; the tables are read once a thread.
  static thread_local sema::Zones known;
  std::vector<LocalZone::Piece> pieces;
  for (const Steps::Piece& piece : trait.pieces()) {
    const sema::Zone* zone = nullptr;
    if (piece.value.kind == Datum::Kind::kText) zone = known.get(std::string(piece.value.text));
    pieces.push_back({piece.from, zone == nullptr ? ZoneView({}) : zone->view()});
  }
  return LocalZone(std::move(pieces));
}

LocalZones::LocalZones(std::span<const ZoneView> zones)
    : LocalZones(zones, LocalZone(ZoneView({}))) {}

LocalZones::LocalZones(std::span<const ZoneView> zones, LocalZone user) : user_(std::move(user)) {
  for (const ZoneView zone : zones) zones_.emplace_back(zone);
}

const LocalZone& LocalZones::of(hir::ZoneId id) const {
  return id == hir::kUserZone ? user_ : zones_[id.index];
}

void add_local_borders(ZoneView zone, int64_t unit_ms, Instant begin, Instant end,
                       std::vector<Instant>& out) {
  static constexpr std::array<ZoneTransition, 1> kUtc = {};  // what no rows at all mean
  const std::span<const ZoneTransition> rows = zone.rows().empty() ? kUtc : zone.rows();
  for (size_t i = 0; i < rows.size(); ++i) {
    const int64_t from = i == 0 ? begin.ms : std::max(begin.ms, rows[i].at_ms);
    const int64_t to = i + 1 < rows.size() ? std::min(end.ms, rows[i + 1].at_ms) : end.ms;
    if (from >= to) continue;
    if (i > 0 && from == rows[i].at_ms) out.push_back({from});
    const int64_t local = from + rows[i].offset_ms;
    const int64_t past = local % unit_ms;
    const int64_t missing = past == 0 ? 0 : (past < 0 ? -past : unit_ms - past);
    for (int64_t border = from + missing; border < to; border += unit_ms) out.push_back({border});
  }
}

}  // namespace segue::naive
