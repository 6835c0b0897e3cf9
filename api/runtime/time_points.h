// Event time on both sides of the public boundary.
#pragma once

#include "runtime/base/instant.h"
#include "segue/time.h"

namespace segue {

inline TimePoint time_point_of(Instant at) { return TimePoint(Milliseconds(at.ms)); }
inline Instant instant_of(TimePoint at) { return {at.time_since_epoch().count()}; }

}  // namespace segue
