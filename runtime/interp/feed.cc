#include "runtime/interp/feed.h"

#include <algorithm>
#include <utility>

#include "runtime/cells/change.h"
#include "runtime/cells/days.h"
#include "runtime/cells/kinds.h"
#include "runtime/cells/newest.h"
#include "runtime/cells/sessions.h"
#include "runtime/interp/eval.h"
#include "runtime/interp/prepared.h"

namespace segue::interp {
namespace {

using image::Type;

/// The chunks that read what the stream feeds are to be looked at.
void mark_readers(Frame& frame, uint32_t stream) {
  if (frame.tracking != nullptr) mark(frame.dirty, frame.tracking->readers_of_stream(stream));
}

}  // namespace

cells::Occurrence occurrence_for(Frame& frame, const image::CellRow& row) {
  cells::Occurrence occurrence;
  occurrence.at_ms = frame.now_ms;
  if (row.value.count == 0) return occurrence;
  const Entry value = eval(frame, row.value);
  switch (row.value_type) {
    case Type::S:
      occurrence.scalar = value.scalar();
      break;
    case Type::X:
      occurrence.sum = value.sum();
      break;
    case Type::N:
      occurrence.number = value.number();
      break;
    case Type::B:
    case Type::T:
    case Type::V:
      break;
  }
  return occurrence;
}

void apply_event(Frame& frame) {
  const image::View& view = *frame.view;
  const int64_t next_ms = frame.next_ms;
  for (const uint32_t stream : view.list(view.kinds[frame.event->kind.index].streams)) {
    if (matches(frame, stream)) feed_stream(frame, stream);
  }
  // A filter is asked once, at the instant of its event: that it would turn later wakes nobody.
  frame.next_ms = next_ms;
}

bool matches(Frame& frame, uint32_t stream) {
  return eval(frame, frame.view->streams[stream].predicate).truth();
}

void feed_stream(Frame& frame, uint32_t stream) {
  const image::StreamRow& row = frame.view->streams[stream];
  mark_readers(frame, stream);
  for (const uint32_t cell : frame.view->list(row.cells)) feed_cell(frame, cell);
  if (row.sequences.count != 0) note_hit(frame, stream);
  if (row.unions.count != 0) feed_unions(frame, stream);
}

void feed_cell(Frame& frame, uint32_t cell) {
  feed_cell(frame, cell, occurrence_for(frame, frame.view->cells[cell]));
}

void feed_cell(Frame& frame, uint32_t cell, const cells::Occurrence& occurrence) {
  const image::CellRow& row = frame.view->cells[cell];
  if (row.kind == image::CellKind::kSessions) {
    const bool begins = cells::sessions_push(frame.blob + row.offset, frame.now_ms, row.horizon_ms);
    if (begins) feed_derived(frame, row.feeds);
    return;
  }
  const cells::CellRef ref{*frame.owner, *frame.view, row};
  if (frame.tracking != nullptr && marks_itself(row)) {
    if (!cells::days_update(ref, frame.now_ms)) return;
    return mark(frame.dirty, frame.tracking->readers_of_cell(cell));
  }
  cells::update(ref, occurrence);
  frame.blob = frame.owner->data();
}

void feed_unions(Frame& frame, uint32_t stream) {
  for (const uint32_t all : frame.view->list(frame.view->streams[stream].unions)) {
    // Of two sources that have the same occurrence, as a union in a union may, one gives it.
    const std::pair<uint32_t, uint32_t> fed{all, frame.event_ordinal};
    if (std::find(frame.in_unions.begin(), frame.in_unions.end(), fed) != frame.in_unions.end()) {
      continue;
    }
    frame.in_unions.push_back(fed);
    feed_stream(frame, all);
  }
}

void feed_derived(Frame& frame, uint32_t stream) {
  feed_match(frame, stream, frame.now_ms, image::kNone, {});
}

void feed_match(Frame& frame, uint32_t stream, int64_t start_ms, uint32_t by, Scalar key) {
  const Event* event = std::exchange(frame.event, nullptr);
  const uint32_t ordinal = std::exchange(frame.event_ordinal, frame.occurrences++);
  const int64_t start = std::exchange(frame.start_ms, start_ms);
  const uint32_t slot = std::exchange(frame.by, by);
  const Scalar value = std::exchange(frame.key, key);
  feed_stream(frame, stream);
  frame.event = event;
  frame.event_ordinal = ordinal;
  frame.start_ms = start;
  frame.by = slot;
  frame.key = value;
}

void feed_zone(Frame& frame, std::span<const Event* const> events) {
  const uint32_t stream = frame.view->layout[0].zone_stream;
  if (stream == image::kNone) return;
  const int64_t next_ms = frame.next_ms;
  frame.event_ordinal = 0;
  for (const Event* event : events) {
    frame.event = event;
    frame.slots = event->slots.data();
    if (event->kind == kIdentifyKind && matches(frame, stream)) feed_stream(frame, stream);
    ++frame.event_ordinal;
  }
  frame.next_ms = next_ms;
}

void feed_changes(Frame& frame) {
  for (const uint32_t cell : frame.prepared->change_cells) {
    const image::CellRow& row = frame.view->cells[cell];
    const std::byte* state = frame.blob + row.offset;
    if (!cells::change_happened(state, frame.now_ms)) continue;
    const auto is = [&](uint32_t member, Scalar scalar) {
      return member == image::kNone || frame.view->members[member].scalar == scalar;
    };
    if (!is(row.before, cells::change_before(state))) continue;
    if (is(row.after, cells::change_value(state))) feed_derived(frame, row.feeds);
  }
}

void feed_start(Frame& frame, uint32_t stream, int64_t start_ms) {
  bool is_later = false;
  for (const uint32_t cell : frame.view->list(frame.view->streams[stream].cells)) {
    const cells::CellRef kept{*frame.owner, *frame.view, frame.view->cells[cell]};
    if (cells::newest_nth(cells::CellView(kept), 1) == start_ms) continue;
    cells::newest_push(kept, 1, start_ms);
    is_later = true;
  }
  if (is_later) mark_readers(frame, stream);
}

void note_hit(Frame& frame, uint32_t stream) {
  frame.hits.push_back(
      {stream, frame.event_ordinal, frame.event, frame.start_ms, frame.by, frame.key});
}

}  // namespace segue::interp
