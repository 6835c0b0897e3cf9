#pragma once

#include <optional>
#include <span>
#include <vector>

#include "naive/datum.h"
#include "naive/moving.h"

namespace segue::naive {

/// Same type and same content at `now`. Missing, lists and records equal nothing.
bool equal_data(const Datum& a, const Datum& b, bool ignoring_case, Instant now);

/// kEqual, kLess, kLessEqual, kInSet. No child moves.
bool comparison(const hir::Expr& expr, std::span<const Datum> children, Instant now);

/// The instants in (after, before) at which times that run with the clock meet or part.
void add_meetings(const hir::Expr& expr, std::span<const Datum> children, Instant after,
                  Instant before, std::vector<Instant>& out);

/// What a comparison or kExists of numbers inside these ranges must be, if the ranges say so.
std::optional<bool> settled(const hir::Expr& expr, std::span<const Range> ranges);

}  // namespace segue::naive
