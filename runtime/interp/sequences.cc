#include "runtime/interp/sequences.h"

#include <algorithm>
#include <span>

#include "runtime/cells/sequence.h"
#include "runtime/cells/steps.h"
#include "runtime/interp/feed.h"
#include "runtime/interp/prepared.h"

namespace segue::interp {
namespace {

using image::CellKind;

/// What an occurrence of `stream` is to a sequence.
cells::SequenceHit hit_of(const cells::Sequence& sequence, uint32_t stream) {
  cells::SequenceHit hit;
  for (size_t step = 0; step < sequence.steps.size(); ++step) {
    if (sequence.steps[step].stream == stream) hit.steps |= 1u << step;
  }
  hit.absence = sequence.row.absence_stream == stream;
  return hit;
}

/// One entry a sequence and event, ascending.
void collect_touches(const Frame& frame, std::vector<Touch>& touches) {
  const image::View& view = *frame.view;
  touches.clear();
  for (const Frame::Hit& hit : frame.hits) {
    for (const uint32_t sequence : view.list(view.streams[hit.stream].sequences)) {
      touches.push_back(
          {sequence, hit.event, hit_of(cells::sequence_of(view, sequence), hit.stream)});
    }
  }
  std::sort(touches.begin(), touches.end(), [](const Touch& a, const Touch& b) {
    return a.sequence != b.sequence ? a.sequence < b.sequence : a.event < b.event;
  });
  size_t kept = 0;
  for (size_t i = 0; i < touches.size(); ++i) {
    Touch& last = touches[kept == 0 ? 0 : kept - 1];
    if (kept != 0 && last.sequence == touches[i].sequence && last.event == touches[i].event) {
      last.hit.steps |= touches[i].hit.steps;
      last.hit.absence = last.hit.absence || touches[i].hit.absence;
    } else {
      touches[kept++] = touches[i];
    }
  }
  touches.resize(kept);
}

void advance_cell(Frame& frame, uint32_t cell, cells::Possible possible) {
  const image::View& view = *frame.view;
  const cells::CellRef ref{*frame.owner, view, view.cells[cell]};
  if (ref.row.kind == CellKind::kSteps) {
    cells::steps_push(ref, frame.now_ms, possible);
    frame.blob = frame.owner->data();
    return;
  }
  const bool ended = cells::sequence_advance(ref, frame.now_ms, possible);
  frame.blob = frame.owner->data();
  note_deadline(frame, cells::sequence_deadline(ref));
  if (ended) feed_stream(frame, view.sequences[ref.row.source].derived_stream);
}

}  // namespace

void advance_touched(Frame& frame, SequenceScratch& scratch) {
  if (frame.hits.empty()) return;
  collect_touches(frame, scratch.touches);
  const std::span<const Touch> touches = scratch.touches;
  for (size_t i = 0; i < touches.size();) {
    const uint32_t sequence = touches[i].sequence;
    scratch.hits.clear();
    while (i < touches.size() && touches[i].sequence == sequence) {
      scratch.hits.push_back(touches[i++].hit);
    }
    const cells::Possible possible =
        cells::possible_runs(cells::sequence_of(*frame.view, sequence), scratch.hits);
    for (const uint32_t cell : frame.prepared->cells_of_sequence[sequence]) {
      advance_cell(frame, cell, possible);
    }
  }
}

void advance_waiting(Frame& frame) {
  const image::View& view = *frame.view;
  for (const uint32_t cell : frame.prepared->waiting_cells) {
    const int64_t due_ms = cells::sequence_deadline({frame.blob, view, view.cells[cell]});
    if (due_ms <= frame.now_ms) {
      advance_cell(frame, cell, {});
    } else {
      note_deadline(frame, due_ms);
    }
  }
}

}  // namespace segue::interp
