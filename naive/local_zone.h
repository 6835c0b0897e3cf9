#pragma once

#include <functional>
#include <span>
#include <vector>

#include "compiler/sema/hir.h"
#include "naive/steps.h"
#include "runtime/base/zone.h"

namespace segue::naive {

/// A zone as a user lives in it: one for all time, or another from some instants on.
class LocalZone {
 public:
  struct Piece {
    Instant from;
    ZoneView zone;
  };

  explicit LocalZone(ZoneView zone) : pieces_({{kLongAgo, zone}}) {}
  explicit LocalZone(std::vector<Piece> pieces) : pieces_(std::move(pieces)) {}

  /// The zone that holds at `t`; before the first piece, that one.
  ZoneView at(Instant t) const;

  /// The local day `t` falls on by the zone that held then.
  LocalDay day_of(Instant t) const { return at(t).day_of(t); }

  /// The pieces with a part in [begin, end): of each that part, and its zone.
  void each(Instant begin, Instant end,
            const std::function<void(ZoneView, Instant, Instant)>& see) const;

  /// Every instant in [begin, until] from which on clocks may show another day: midnights by each
  /// offset while it holds, changes of the offset, changes of the zone. `begin` is one of them.
  std::vector<Instant> day_changes(Instant begin, Instant until) const;

 private:
  std::vector<Piece> pieces_;  // ascending, one at least
};

/// What a trait that names a zone makes of a user's time: UTC where it is missing, no text or no
/// zone.
LocalZone zone_of_trait(const Steps& trait);

/// The zones of the rules, with the user's own.
class LocalZones {
 public:
  explicit LocalZones(std::span<const ZoneView> zones);
  LocalZones(std::span<const ZoneView> zones, LocalZone user);
  const LocalZone& of(hir::ZoneId id) const;

 private:
  std::vector<LocalZone> zones_;
  LocalZone user_;
};

/// Every instant in [begin, end) that is a whole number of `unit_ms` of local time, or a change of
/// the offset.
void add_local_borders(ZoneView zone, int64_t unit_ms, Instant begin, Instant end,
                       std::vector<Instant>& out);

}  // namespace segue::naive
