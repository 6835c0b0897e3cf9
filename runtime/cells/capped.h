#pragma once

#include <cstdint>

/// How often a cap was hit: what a cell gave up though it still lay inside its horizon, since there
/// was no room for more. Counted by thread, beside the blobs, which have no word for it.
namespace segue::cells {

void note_capped(uint64_t count);

/// Of this thread, since last asked.
uint64_t take_capped();

}  // namespace segue::cells
