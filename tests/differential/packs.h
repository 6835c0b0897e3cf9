#pragma once

#include "tests/differential/evaluators.h"

namespace segue::differential {

/// As of `stops`, of all users at once, from a packed log of the events.
Answer ask_pack(const hir::Rules& rules, const std::vector<GeneratedEvent>& events,
                const Mode& mode, const std::vector<Instant>& stops);

}  // namespace segue::differential
