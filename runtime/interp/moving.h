#pragma once

#include <cstdint>
#include <span>

#include "runtime/image/tables.h"
#include "runtime/interp/frame.h"

/// Comparisons of numbers that decay. They turn by time alone, at the first millisecond at which
/// the two doubles compare otherwise: an instant that cannot be solved for as that of linear times,
/// so it is searched for, with proofs over whole intervals of time.
namespace segue::interp {

/// Whether an op reads a number that decays.
bool decays(image::Op op);

/// Notes when a comparison, `row`, turns; its operands are the code right before it. Reads that
/// only step have noted their deadlines already, so up to the frame's next one they stand still.
/// The deadline may be early where no proof is found in reasonable time, never late.
void note_turn(Frame& frame, const image::OpRow& row);

}  // namespace segue::interp
