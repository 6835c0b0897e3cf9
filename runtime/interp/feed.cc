#include "runtime/interp/feed.h"

#include "runtime/cells/kinds.h"
#include "runtime/interp/eval.h"

namespace segue::interp {
namespace {

using image::Type;

/// The occurrence at hand with the value that the cell keeps of it.
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

}  // namespace

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
  for (const uint32_t cell : frame.view->list(row.cells)) feed_cell(frame, cell);
  if (row.sequences.count != 0) note_hit(frame, stream);
}

void feed_cell(Frame& frame, uint32_t cell) {
  const image::CellRow& row = frame.view->cells[cell];
  cells::update({*frame.owner, *frame.view, row}, occurrence_for(frame, row));
  frame.blob = frame.owner->data();
}

void note_hit(Frame& frame, uint32_t stream) {
  frame.hits.push_back({stream, frame.event_ordinal});
}

}  // namespace segue::interp
