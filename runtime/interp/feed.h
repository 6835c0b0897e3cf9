#pragma once

#include <cstdint>
#include <span>

#include "runtime/cells/cell.h"
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

/// What an occurrence at the frame's instant is to a cell: its code run on the event at hand.
cells::Occurrence occurrence_for(Frame& frame, const image::CellRow& row);

/// The same for a value that is at hand already, as native code has it.
void feed_cell(Frame& frame, uint32_t cell, const cells::Occurrence& occurrence);

/// The unions that an occurrence of the stream belongs to take it in.
void feed_unions(Frame& frame, uint32_t stream);

/// A new occurrence at the frame's instant that is no event: of a stream that a cell feeds.
void feed_derived(Frame& frame, uint32_t stream);
/// … the match of a sequence.
void feed_match(Frame& frame, uint32_t stream, int64_t start_ms, uint32_t by, Scalar key);
/// … as an occurrence where it began, not before the last one so told. Only cells that keep the
/// newest time follow such a stream (see verify_graph.cc).
void feed_start(Frame& frame, uint32_t stream, int64_t start_ms);

/// The zone that the instant's identify calls leave the user in, for programs that follow it:
/// before anything else happens, so that all of the instant is seen in it.
void feed_zone(Frame& frame, std::span<const Event* const> events);

/// The changes of traits that the instant's calls, all taken in, come to.
void feed_changes(Frame& frame);

/// Notes an occurrence for the sequences of a stream.
void note_hit(Frame& frame, uint32_t stream);

}  // namespace segue::interp
