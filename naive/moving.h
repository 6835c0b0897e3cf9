#pragma once

#include <optional>
#include <vector>

#include "naive/datum.h"

namespace segue::naive {

/// A number that moves with the clock between events: a decayed count, or what arithmetic makes of
/// one. Owns all it needs.
struct Moving {
  hir::Op op = hir::Op::kDecayed;  // kDecayed: `value` at `from`, halved every `half_life`
  double value = 0;
  Instant from;
  Duration half_life;
  std::vector<Datum> parts;  // of all other ops: what they are of
};

/// What a moving number can be in a stretch of time.
struct Range {
  double least = 0;
  double greatest = 0;
  bool may_be_number = false;
  bool may_be_missing = false;
};

Datum decaying(double value, Instant from, Duration half_life);

/// `op` of `parts`, one of which moves.
Datum moving_of(hir::Op op, std::vector<Datum> parts);

/// A number as it is at `t`, or missing; all but moving numbers as they are.
Datum still(const Datum& datum, Instant t);

/// Bounds of all that `still` is in [first, last], both included. Interval arithmetic over doubles:
/// each op is monotonic in each of its operands, rounding is too, so no value that is computed
/// lies outside; sums of what decays alike are bounded as a whole besides. Of one instant it is the
/// value. What is no number has an empty range.
Range range_of(const Datum& datum, Instant first, Instant last);

}  // namespace segue::naive
