#include "runtime/base/decay.h"

#include <cmath>

namespace segue {

double half_life_factor(Duration elapsed, Duration half_life) {
  return std::exp2(-static_cast<double>(elapsed.ms) / static_cast<double>(half_life.ms));
}

}  // namespace segue
