#pragma once

#include <string>

#include "tests/differential/evaluators.h"

namespace segue::differential {

/// Judges a case in which calls say who is who. Engines must tell what whole histories tell, of
/// segments that are exact after a merge; of the others one engine must tell what the other does.
/// Answers as of an instant, which join histories, are always those of the judge. The verdict is
/// the name of who differs and the two answers; an empty name if nobody does.
struct IdentityVerdict {
  std::string contender;
  Answer expected;
  Answer actual;
};
IdentityVerdict judge_identity(const hir::Rules& rules, const std::vector<GeneratedEvent>& events,
                               Instant until, uint64_t number, bool native);

}  // namespace segue::differential
