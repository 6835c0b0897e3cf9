#pragma once

#include <span>
#include <vector>

#include "runtime/base/event.h"

namespace segue::interp {

/// The events of one instant in the order in which they are applied: identify calls first, then by
/// tie; copies (same messageId) are left out, the first in this order stays. Does not depend on the
/// order in which they arrived.
void order_events(std::span<const Event> events, std::vector<const Event*>& order);

}  // namespace segue::interp
