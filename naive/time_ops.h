#pragma once

#include <span>
#include <vector>

#include "naive/datum.h"
#include "naive/local_zone.h"

namespace segue::naive {

/// The ops of instants and local time, as of `now`. All but kToInstant look at an instant by the
/// zone that holds at `now`.
Datum time_op(const hir::Expr& expr, std::span<const Datum> children, Instant now,
              const LocalZones& zones);

/// The instants in (after, before) from which on it may be another, though the children stay as
/// they are.
void add_time_changes(const hir::Expr& expr, std::span<const Datum> children, Instant after,
                      Instant before, const LocalZones& zones, std::vector<Instant>& out);

}  // namespace segue::naive
