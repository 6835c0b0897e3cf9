// Who is in what as of given instants, over a whole input: no changes, no timers.
#pragma once

#include <vector>

#include "segue/compile.h"
#include "segue/engine.h"
#include "segue/events.h"
#include "segue/export.h"
#include "segue/outcome.h"
#include "segue/time.h"

namespace segue {

struct MembersQuery {
  std::vector<TimePoint> at;  ///< ascending; empty: as of the newest event that counts
  bool with_scores = false;
  bool counts_only = false;  ///< how many, not who: snapshots without `members` and `scores`
};

/// Reads an input to its end and gives a snapshot of each instant, in order. The answers are those
/// of a `MembershipEngine`; user by user instead of in order of time, over `settings.threads`.
///
/// Cost: over one packed log only the columns that the rules read are unpacked, and no event is
/// held. Of other inputs all events are held in memory. Faults: of reading.
SEGUE_API Outcome find_members(const Compilation& compilation, const EngineSettings& settings,
                               EventInput& input, const MembersQuery& query,
                               const SnapshotSink& sink, const ProgressSink& progress,
                               RunStats& stats) noexcept;

}  // namespace segue
