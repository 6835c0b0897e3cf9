#pragma once

#include <cstdint>

#include "runtime/interp/frame.h"

/// From an event to the cells it changes. `frame.event` is the event at hand, but for derived
/// streams, which have none.
namespace segue::interp {

/// Applies the event to every stream of its kind that it matches.
void apply_event(Frame& frame);

/// Whether the event is an occurrence of a base stream.
bool matches(Frame& frame, uint32_t stream);

/// An occurrence of the stream at the frame's instant: its cells take it in, and if it belongs to
/// sequences, it is noted as a hit.
void feed_stream(Frame& frame, uint32_t stream);

/// The same for one cell: evaluates its value and updates it. May move the blob.
void feed_cell(Frame& frame, uint32_t cell);

/// Notes an occurrence for the sequences of a stream.
void note_hit(Frame& frame, uint32_t stream);

}  // namespace segue::interp
