#pragma once

#include <cstdint>

#include "runtime/cells/bytes.h"
#include "runtime/cells/matching.h"

/// Where the matches of a sequence begin, of those that end at an instant the latest: the small
/// form of a `sequence` cell, of sequences that tell starts (`SequenceRow::starts`) and have no
/// shortest gap. Of each step but the last the newest time at which it was taken, and the latest
/// start that leads there; `kLongAgo` if none does.
///
/// State: an instant for the time of the first step, which is its start, two for each in between.
///
/// PROOF: nothing is used up, so of two partial matches that reach a step the newer one stays
/// within every longest gap, and outlives every breaker, at least as long; and it starts no
/// earlier, see `Attempts::go_on`. So starts that are told never fall.
namespace segue::cells {

/// Takes in an instant with an occurrence of a step, or of what may not come in a gap. The latest
/// start of a match that ends at it; `kLongAgo` if none does. Once an instant.
int64_t starts_advance(std::byte* kept, const Sequence& sequence, int64_t now_ms, Possible possible,
                       uint32_t breakers);

}  // namespace segue::cells
