#pragma once

#include <cstdint>
#include <vector>

#include "runtime/cells/matching.h"
#include "runtime/interp/frame.h"

/// The sequences of an instant: those that an event of it touched, and those whose wait is over.
namespace segue::interp {

/// One event's part in one sequence.
struct Touch {
  uint32_t sequence;
  uint32_t event;
  cells::SequenceHit hit;
};

/// Working memory, reused.
struct SequenceScratch {
  std::vector<Touch> touches;
  std::vector<cells::SequenceHit> hits;
};

/// Takes in the frame's hits, all events of the instant together; matches that end feed their
/// derived streams.
void advance_touched(Frame& frame, SequenceScratch& scratch);

/// Ends the waits that are over at the frame's instant, and notes when the next ones are. Only
/// where a deadline is due: the waits of untouched sequences are part of the blob's next deadline.
void advance_waiting(Frame& frame);

}  // namespace segue::interp
