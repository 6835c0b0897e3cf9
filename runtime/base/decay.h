#pragma once

#include "runtime/base/instant.h"

namespace segue {

/// 2^-(elapsed / half_life): what is left of a value after `elapsed` >= 0. The one place that
/// decides, so that all evaluators get the same double. 1 for nothing elapsed; never grows with
/// `elapsed`. `half_life` > 0.
double half_life_factor(Duration elapsed, Duration half_life);

}  // namespace segue
