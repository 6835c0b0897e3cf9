#include "runtime/interp/sequences.h"

#include <algorithm>
#include <span>

#include "runtime/cells/deadlines.h"
#include "runtime/cells/newest.h"
#include "runtime/cells/sequence.h"
#include "runtime/cells/starts.h"
#include "runtime/cells/steps.h"
#include "runtime/image/op_info.h"
#include "runtime/interp/arithmetic.h"
#include "runtime/interp/feed.h"
#include "runtime/interp/prepared.h"

namespace segue::interp {
namespace {

using image::CellKind;

/// What an occurrence of `stream` is to a sequence.
cells::SequenceHit hit_of(const image::View& view, const cells::Sequence& sequence,
                          uint32_t stream) {
  cells::SequenceHit hit;
  for (size_t step = 0; step < sequence.steps.size(); ++step) {
    const image::StepRow& row = sequence.steps[step];
    if (row.stream == stream) hit.steps |= 1u << step;
    if (row.without.count == 0) continue;
    const std::span<const uint32_t> without = view.list(row.without);
    if (std::binary_search(without.begin(), without.end(), stream)) hit.breakers |= 1u << step;
  }
  hit.absence = sequence.row.absence_stream == stream;
  return hit;
}

/// The value of `by` that an occurrence has; false if it has none.
bool key_of(const Frame& frame, const Frame::Hit& hit, uint32_t by, Scalar& key) {
  if (hit.source != nullptr) {
    const image::KindRow& kind = frame.view->kinds[hit.source->kind.index];
    const std::span<const uint32_t> slots = frame.view->list(kind.slots);
    const auto found = std::lower_bound(slots.begin(), slots.end(), by);
    if (found == slots.end() || *found != by) return false;
    key = scalar_of(hit.source->slots[static_cast<size_t>(found - slots.begin())]);
    return is_comparable(key);
  }
  key = hit.key;
  return hit.by == by;
}

bool before(const Touch& a, const Touch& b) {
  if (a.sequence != b.sequence) return a.sequence < b.sequence;
  if (a.key != b.key) return cells::scalar_less(a.key, b.key);
  return a.event < b.event;
}

/// Which sequences of a level are still to be advanced: those from `first` on.
struct Rest {
  uint32_t level = 0;
  uint32_t first = 0;
  bool has_pairs = true;  // else pairs were advanced before
};

/// Whether a sequence, one of whose steps the stream is, has no part of its own.
bool is_pair(const SequenceParts& parts, uint32_t sequence, uint32_t stream) {
  const auto own = parts.of_stream(stream);
  return std::none_of(own.begin(), own.end(),
                      [&](const SequencePart& part) { return part.sequence == sequence; });
}

/// One entry a sequence of the rest, value and occurrence, ascending.
void collect_touches(const Frame& frame, const Rest& rest, std::vector<Touch>& touches) {
  const image::View& view = *frame.view;
  touches.clear();
  for (const Frame::Hit& hit : frame.hits) {
    for (const uint32_t index : view.list(view.streams[hit.stream].sequences)) {
      const cells::Sequence sequence = cells::sequence_of(view, index);
      if (index < rest.first || sequence.row.level != rest.level) continue;
      if (!rest.has_pairs && is_pair(frame.prepared->parts, index, hit.stream)) continue;
      Touch touch{index, hit.event, hit_of(view, sequence, hit.stream), {}};
      touch.hit.start_ms = hit.start_ms;
      const uint32_t by = sequence.row.by;
      if (by != image::kNone && !key_of(frame, hit, by, touch.key)) continue;
      touches.push_back(touch);
    }
  }
  std::sort(touches.begin(), touches.end(), before);
  size_t kept = 0;
  for (size_t i = 0; i < touches.size(); ++i) {
    Touch& last = touches[kept == 0 ? 0 : kept - 1];
    if (kept != 0 && !before(last, touches[i])) {
      last.hit.steps |= touches[i].hit.steps;
      last.hit.breakers |= touches[i].hit.breakers;
      last.hit.absence = last.hit.absence || touches[i].hit.absence;
    } else {
      touches[kept++] = touches[i];
    }
  }
  touches.resize(kept);
}

/// What the touches of one sequence and value allow.
cells::Moment moment_of(const Frame& frame, std::span<const Touch> touches,
                        std::vector<cells::SequenceHit>& hits) {
  cells::Moment moment;
  moment.at_ms = frame.now_ms;
  moment.start_ms = kLongAgo.ms;
  moment.key = touches[0].key;
  hits.clear();
  for (const Touch& touch : touches) {
    hits.push_back(touch.hit);
    moment.breakers |= touch.hit.breakers;
    if ((touch.hit.steps & 1) != 0) moment.start_ms = std::max(moment.start_ms, touch.hit.start_ms);
  }
  moment.possible =
      cells::possible_runs(cells::sequence_of(*frame.view, touches[0].sequence), hits);
  return moment;
}

/// Feeds the stream of the matches.
void end_match(Frame& frame, uint32_t sequence, const cells::Ended& ended) {
  const image::SequenceRow& row = frame.view->sequences[sequence];
  if (row.starts != 0) {
    feed_start(frame, row.derived_stream, ended.start_ms);
  } else {
    feed_match(frame, row.derived_stream, ended.start_ms, row.by, ended.key);
  }
}

/// Whether the cell keeps what tells where matches begin, in the small form.
bool tells_starts(const cells::CellView& cell) {
  return cell.row.kind == CellKind::kSequence && cell.row.k != 0 &&
         cell.view.sequences[cell.row.source].starts != 0;
}

/// The same where it begins, if a match ends.
void take_start(Frame& frame, const cells::CellRef& cell, cells::Possible possible,
                uint32_t breakers) {
  const cells::Sequence sequence = cells::sequence_of(*frame.view, cell.row.source);
  const int64_t start_ms = cells::starts_advance(cell.state() + cells::kSequenceLatestAt, sequence,
                                                 frame.now_ms, possible, breakers);
  if (start_ms != kLongAgo.ms) feed_start(frame, sequence.row.derived_stream, start_ms);
}

/// When the next wait of a cell is over. A tracked program keeps it by cell.
void note_wait(Frame& frame, uint32_t cell, int64_t deadline_ms) {
  if (frame.tracking == nullptr) return note_deadline(frame, deadline_ms);
  const uint32_t slot = frame.tracking->slot_of_cell(cell);
  if (slot == image::kNone) return;
  cells::deadlines_set(frame.blob + frame.view->layout[0].deadlines_at, frame.tracking->slots(),
                       slot, deadline_ms);
}

void advance_cell(Frame& frame, uint32_t cell, SequenceScratch& scratch) {
  const image::View& view = *frame.view;
  const cells::CellRef ref{*frame.owner, view, view.cells[cell]};
  if (frame.tracking != nullptr) mark(frame.dirty, frame.tracking->readers_of_cell(cell));
  const std::span<const cells::Moment> moments = scratch.moments;
  if (ref.row.kind == CellKind::kSteps) {
    for (const cells::Moment& moment : moments) {
      if (ref.row.k == 0) {
        cells::steps_push(ref, frame.now_ms, moment.possible);
      } else {
        cells::steps_push(ref, moment);
      }
    }
    frame.blob = frame.owner->data();
    return;
  }
  if (tells_starts(ref)) {
    if (!moments.empty()) take_start(frame, ref, moments[0].possible, moments[0].breakers);
    return;
  }
  scratch.ended.clear();
  if (ref.row.k == 0) {
    cells::sequence_advance(ref, frame.now_ms, moments, scratch.ended);
  } else if (cells::sequence_advance(ref, frame.now_ms,
                                     moments.empty() ? cells::Possible{} : moments[0].possible)) {
    scratch.ended.push_back({{}, frame.now_ms, frame.now_ms});
  }
  frame.blob = frame.owner->data();
  note_wait(frame, cell, cells::sequence_deadline(ref));
  for (const cells::Ended& ended : scratch.ended) end_match(frame, ref.row.source, ended);
}

/// Advances the cells of the first sequence of `touches`, whose touches it takes, or of one that
/// only waits.
size_t advance(Frame& frame, SequenceScratch& scratch, uint32_t sequence, size_t at) {
  const std::span<const Touch> touches = scratch.touches;
  scratch.moments.clear();
  while (at < touches.size() && touches[at].sequence == sequence) {
    size_t end = at;
    while (end < touches.size() && touches[end].sequence == sequence &&
           touches[end].key == touches[at].key) {
      ++end;
    }
    scratch.moments.push_back(moment_of(frame, touches.subspan(at, end - at), scratch.hits));
    at = end;
  }
  for (const uint32_t cell : frame.prepared->cells_of_sequence[sequence]) {
    advance_cell(frame, cell, scratch);
  }
  return at;
}

/// The rest in their order, with the ones whose wait may be over.
void advance_rest(Frame& frame, SequenceScratch& scratch, Rest rest,
                  std::span<const uint32_t> waiting) {
  const image::View& view = *frame.view;
  collect_touches(frame, rest, scratch.touches);
  size_t hits = frame.hits.size();
  size_t touch = 0;
  size_t wait = 0;
  for (;;) {
    while (wait < waiting.size() && view.sequences[waiting[wait]].level != rest.level) ++wait;
    uint32_t next = image::kNone;
    if (touch < scratch.touches.size()) next = scratch.touches[touch].sequence;
    if (wait < waiting.size()) next = std::min(next, waiting[wait]);
    if (next == image::kNone) return;
    if (wait < waiting.size() && waiting[wait] == next) ++wait;
    touch = advance(frame, scratch, next, touch);
    if (frame.hits.size() == hits) continue;
    // A match that ended is a step of sequences behind this one.
    hits = frame.hits.size();
    rest.first = next + 1;
    collect_touches(frame, rest, scratch.touches);
    touch = 0;
  }
}

/// Whether one event is all that occurs, and no sequence asks for a value of it.
bool is_alone(const Frame& frame) {
  return frame.occurrences == 1 &&
         std::all_of(frame.hits.begin(), frame.hits.end(), [&](const Frame::Hit& hit) {
           return hit.source != nullptr && frame.prepared->parts.known(hit.stream);
         });
}

/// The parts of all the frame's hits, of which each sequence has one.
std::span<const SequencePart> parts_of(const Frame& frame, std::vector<SequencePart>& parts) {
  const SequenceParts& known = frame.prepared->parts;
  if (frame.hits.size() == 1) return known.of_stream(frame.hits[0].stream);
  parts.clear();
  for (const Frame::Hit& hit : frame.hits) {
    const std::span<const SequencePart> more = known.of_stream(hit.stream);
    parts.insert(parts.end(), more.begin(), more.end());
  }
  std::sort(parts.begin(), parts.end(),
            [](const SequencePart& a, const SequencePart& b) { return a.sequence < b.sequence; });
  size_t kept = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (kept == 0 || parts[kept - 1].sequence != parts[i].sequence) {
      parts[kept++] = parts[i];
      continue;
    }
    SequencePart& part = parts[kept - 1];
    part.breakers |= parts[i].breakers;
    part.possible.runs |= parts[i].possible.runs;
    part.possible.clean |= parts[i].possible.clean;
  }
  parts.resize(kept);
  return parts;
}

/// The pairs of the one event of an instant.
void advance_pairs(Frame& frame) {
  const SequenceParts& parts = frame.prepared->parts;
  for (const Frame::Hit& hit : frame.hits) {
    for (const Pair& pair : parts.ended_by(hit.stream)) {
      const int64_t start_ms = cells::load_instant(frame.blob + pair.time_at);
      const int64_t gap = frame.now_ms - start_ms;
      if (start_ms == kLongAgo.ms || gap < pair.shortest_ms || gap > pair.longest_ms) continue;
      const cells::CellRef kept{*frame.owner, *frame.view, frame.view->cells[pair.starts]};
      if (cells::newest_nth(cells::CellView(kept), 1) == start_ms) continue;
      cells::newest_push(kept, 1, start_ms);
      if (frame.tracking == nullptr) continue;
      mark(frame.dirty, frame.tracking->readers_of_stream(pair.derived));
    }
  }
  // No event is both steps of one match.
  for (const Frame::Hit& hit : frame.hits) {
    for (const uint32_t time_at : parts.begun_by(hit.stream)) {
      cells::store_instant(frame.blob + time_at, frame.now_ms);
    }
  }
}

/// The same for the one event of an instant.
void advance_alone(Frame& frame, SequenceScratch& scratch, uint32_t level) {
  if (level == 0) advance_pairs(frame);
  const size_t hits = frame.hits.size();
  for (const SequencePart& part : parts_of(frame, scratch.parts)) {
    if (part.level != level) continue;
    const bool starts = (part.possible.runs & 1) != 0;
    scratch.moments.assign(1, {.at_ms = frame.now_ms,
                               .possible = part.possible,
                               .start_ms = starts ? frame.now_ms : kLongAgo.ms,
                               .breakers = part.breakers});
    for (const uint32_t cell : frame.prepared->cells_of_sequence[part.sequence]) {
      advance_cell(frame, cell, scratch);
    }
    // A match that ended is a step of sequences behind this one.
    if (frame.hits.size() != hits) {
      return advance_rest(frame, scratch, {level, part.sequence + 1, false}, {});
    }
  }
}

/// The streams to which a match may bring an occurrence, by unions and cells between them too.
std::vector<bool> streams_of_matches(const image::View& view) {
  std::vector<bool> found(view.streams.size());
  std::vector<uint32_t> next;
  for (const image::SequenceRow& row : view.sequences) {
    if (row.derived_stream != image::kNone) next.push_back(row.derived_stream);
  }
  while (!next.empty()) {
    const uint32_t stream = next.back();
    next.pop_back();
    if (found[stream]) continue;
    found[stream] = true;
    const std::span<const uint32_t> unions = view.list(view.streams[stream].unions);
    next.insert(next.end(), unions.begin(), unions.end());
    for (const uint32_t cell : view.list(view.streams[stream].cells)) {
      if (view.cells[cell].feeds != image::kNone) next.push_back(view.cells[cell].feeds);
    }
  }
  return found;
}

}  // namespace

SequenceParts::SequenceParts(const image::View& view) : known_(view.streams.size(), true) {
  std::vector<Pair> pair_of(view.sequences.size());
  for (uint32_t i = 0; i < view.cells.size(); ++i) find_pair(view, i, pair_of);
  const std::vector<bool> of_matches = streams_of_matches(view);
  for (uint32_t i = 0; i < view.sequences.size(); ++i) {
    // A match may end behind the pairs.
    const cells::Sequence sequence = cells::sequence_of(view, i);
    const bool late = std::any_of(sequence.steps.begin(), sequence.steps.end(),
                                  [&](const auto& step) { return of_matches[step.stream]; });
    if (late) pair_of[i].derived = image::kNone;
  }
  for (uint32_t stream = 0; stream < view.streams.size(); ++stream) {
    const auto first = static_cast<uint32_t>(parts_.size());
    OfStream& own = of_stream_.emplace_back();
    own.begun.first = static_cast<uint32_t>(begun_.size());
    own.ended.first = static_cast<uint32_t>(ended_.size());
    for (const uint32_t index : view.list(view.streams[stream].sequences)) {
      const cells::Sequence sequence = cells::sequence_of(view, index);
      if (pair_of[index].derived != image::kNone) {
        if (sequence.steps[0].stream == stream) begun_.push_back(pair_of[index].time_at);
        if (sequence.steps[1].stream == stream) ended_.push_back(pair_of[index]);
        continue;
      }
      const cells::SequenceHit hit = hit_of(view, sequence, stream);
      if (sequence.row.by != image::kNone) known_[stream] = false;
      parts_.push_back(
          {index, sequence.row.level, hit.breakers, cells::possible_runs(sequence, {&hit, 1})});
    }
    std::sort(parts_.begin() + first, parts_.end(),
              [](const SequencePart& a, const SequencePart& b) { return a.sequence < b.sequence; });
    own.parts = {first, static_cast<uint32_t>(parts_.size()) - first};
    own.begun.count = static_cast<uint32_t>(begun_.size()) - own.begun.first;
    own.ended.count = static_cast<uint32_t>(ended_.size()) - own.ended.first;
  }
}

/// Of a sequence other cells than its starts may be fed too: then it is no pair.
void SequenceParts::find_pair(const image::View& view, uint32_t cell, std::vector<Pair>& pair_of) {
  const image::CellRow& row = view.cells[cell];
  if (image::source_of(row.kind) != image::Source::kSequence) return;
  Pair& pair = pair_of[row.source];
  const cells::Sequence sequence = cells::sequence_of(view, row.source);
  const bool again = pair.time_at != 0;
  pair.time_at = row.offset + cells::kSequenceLatestAt;
  pair.derived = image::kNone;
  const bool is_pair = tells_starts({nullptr, view, row}) && sequence.steps.size() == 2 &&
                       sequence.row.level == 0 && sequence.steps[1].without.count == 0;
  if (again || !is_pair) return;
  const std::span<const uint32_t> fed = view.list(view.streams[sequence.row.derived_stream].cells);
  if (fed.size() != 1) return;
  pair.starts = fed[0];
  pair.derived = sequence.row.derived_stream;
  pair.shortest_ms = sequence.steps[1].later != 0 ? 1 : 0;
  pair.longest_ms = std::min(sequence.steps[1].within_ms, sequence.row.all_within_ms);
}

void advance_sequences(Frame& frame, SequenceScratch& scratch, uint32_t level, bool due) {
  if (frame.hits.empty() && !due) return;
  std::span<const uint32_t> waiting;
  if (due && frame.tracking != nullptr) waiting = frame.due_waits;
  if (due && frame.tracking == nullptr) waiting = frame.prepared->waiting_sequences;
  if (frame.hits.empty() && waiting.empty()) return;
  if (waiting.empty() && is_alone(frame)) return advance_alone(frame, scratch, level);
  advance_rest(frame, scratch, {level}, waiting);
}

bool is_plain(const Prepared& prepared, uint32_t sequence) {
  const image::View& view = prepared.view;
  const cells::Sequence rows = cells::sequence_of(view, sequence);
  const std::vector<uint32_t>& cells = prepared.cells_of_sequence[sequence];
  return rows.row.by == image::kNone &&
         std::all_of(rows.steps.begin(), rows.steps.end(),
                     [](const image::StepRow& step) { return step.without.count == 0; }) &&
         std::all_of(cells.begin(), cells.end(), [&](uint32_t cell) {
           return (view.cells[cell].kind == CellKind::kSteps) == (view.cells[cell].k == 0);
         });
}

cells::Possible possible_alone(const image::View& view, uint32_t sequence, uint32_t stream) {
  const cells::Sequence rows = cells::sequence_of(view, sequence);
  const cells::SequenceHit hit = hit_of(view, rows, stream);
  return cells::possible_runs(rows, {&hit, 1});
}

void advance_plain(Frame& frame, uint32_t sequence, cells::Possible possible) {
  const image::View& view = *frame.view;
  for (const uint32_t cell : frame.prepared->cells_of_sequence[sequence]) {
    const cells::CellRef ref{*frame.owner, view, view.cells[cell]};
    if (ref.row.kind == CellKind::kSteps) {
      if (possible.runs != 0) cells::steps_push(ref, frame.now_ms, possible);
      frame.blob = frame.owner->data();
      continue;
    }
    if (tells_starts(ref)) {
      if (possible.runs != 0) take_start(frame, ref, possible, 0);
      continue;
    }
    const bool ends = cells::sequence_advance(ref, frame.now_ms, possible);
    frame.blob = frame.owner->data();
    note_deadline(frame, cells::sequence_deadline(ref));
    if (ends) end_match(frame, sequence, {{}, frame.now_ms, frame.now_ms});
  }
}

}  // namespace segue::interp
