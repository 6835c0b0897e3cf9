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

/// Such a number as of its last instant; from then on it is a half after each half-life.
struct Decaying {
  double value = 0;
  int64_t at_ms = 0;
};
/// What `row`, which decays, reads of the frame's state.
Decaying decaying_of(const Frame& frame, const image::OpRow& row);
int64_t half_life_of(const image::View& view, const image::OpRow& row);
double value_at(const Decaying& number, int64_t now_ms, int64_t half_life_ms);

/// Notes when a comparison, `row`, turns; its operands are the code right before it. Reads that
/// only step have noted their deadlines already, so up to the frame's next one they stand still.
/// The deadline may be early where no proof is found in reasonable time, never late.
void note_turn(Frame& frame, const image::OpRow& row);

}  // namespace segue::interp
