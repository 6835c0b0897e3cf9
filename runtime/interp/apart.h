#pragma once

#include <cstdint>
#include <vector>

#include "runtime/image/view.h"

/// Chunks of a tracked program whose deadlines need not wait for those of others: what time makes
/// of their nodes hangs on cells alone that time does not feed, and no node hangs on the time of
/// two of them. So the instants of one may be settled one after the other, up to where time has
/// come, before those of the next.
///
/// PROOF: between events such a chunk's truths are functions of its cells, which stay, and of the
/// instant; and what reads them, of the instants of this chunk alone. In whatever order chunks are
/// settled, each node has at each instant the value that it had if all instants were gone through
/// in their order.
namespace segue::interp {

/// By chunk of the image. Cost: its rows and ops.
std::vector<bool> chunks_apart(const image::View& view);

}  // namespace segue::interp
