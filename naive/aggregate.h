#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "compiler/sema/hir.h"
#include "naive/datum.h"
#include "naive/local_zone.h"

namespace segue::naive {

/// An aggregate of some of the occurrences. Made once for all occurrences, asked for each window.
class Aggregator {
 public:
  /// `values`: one of each occurrence, in order of (instant, tie).
  /// `fraction` is that of a percentile.
  Aggregator(hir::Aggregate aggregate, std::vector<Datum> values, double fraction = 0);

  /// The aggregate of the occurrences `chosen` (ascending). Of none, kSum and kDistinct are 0, the
  /// others missing; so are those that found no value of their type. kFirst and kLast skip nothing:
  /// if that occurrence has no value, it is missing.
  Datum of(std::span<const size_t> chosen) const;

  /// How many different values there are among `chosen`, counted up to `cap` unless it is 0.
  Datum distinct(std::span<const size_t> chosen, uint32_t cap) const;

 private:
  Datum sum_or_average(std::span<const size_t> chosen) const;
  Datum extreme(std::span<const size_t> chosen) const;
  Datum percentile(std::span<const size_t> chosen) const;
  Datum most_common(std::span<const size_t> chosen) const;

  hir::Aggregate aggregate_;
  double fraction_;
  std::vector<Datum> values_;
  std::vector<std::optional<Decimal>> exact_;  // of each value that is a number
  std::vector<int> same_;  // equal scalars have equal numbers; -1: missing, a list or a record
};

/// In how many periods of the unit, by local days, the times lie.
Datum count_periods(std::span<const Instant> times, const LocalZone& zone, CalendarUnit unit);

/// How many consecutive periods with one of the times end with the period `last` or, if it has
/// none, with the one before.
Datum streak(std::span<const Instant> times, const LocalZone& zone, CalendarUnit unit,
             int64_t last);

}  // namespace segue::naive
