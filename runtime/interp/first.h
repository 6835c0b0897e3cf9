#pragma once

#include <cstddef>
#include <vector>

#include "runtime/interp/tracking.h"

namespace segue {
struct Prepared;
}

/// What a user's state is before anything happened, so that a first instant copies it instead of
/// evaluating every condition of the program on cells that are empty.
namespace segue::interp {

struct First {
  /// Evaluates what stands still. Cost: once a program, its cells and conditions.
  explicit First(const Prepared& prepared);

  /// The fixed part of a blob without its header: cells as `cells::init` leaves them; of a tracked
  /// program also the nodes of chunks whose values on empty cells hang on nothing else and turn at
  /// no time.
  std::vector<std::byte> state;
  /// The other chunks: a first instant looks at them, and at what its occurrences mark.
  std::vector<Mark> moving;
};

}  // namespace segue::interp
