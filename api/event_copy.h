// Events that outlive the batch they were decoded into.
#pragma once

#include "runtime/base/arena.h"
#include "runtime/base/event.h"

namespace segue {

/// The event with all it points to in `arena`.
Event copy_event(const Event& event, Arena& arena);

}  // namespace segue
