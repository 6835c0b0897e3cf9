#include "runtime/interp/columns.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "runtime/cells/near.h"
#include "runtime/cells/newest.h"
#include "runtime/cells/seen.h"
#include "runtime/cells/sequence.h"
#include "runtime/cells/total.h"
#include "runtime/image/op_info.h"
#include "runtime/interp/feed.h"
#include "runtime/interp/needed.h"
#include "runtime/interp/prepared.h"

namespace segue::interp {
namespace {

using image::CellKind;
using image::Op;
using image::Use;

/// Whether code looks at no cell and no condition.
bool reads_values_alone(std::span<const image::OpRow> code) {
  return std::all_of(code.begin(), code.end(), [](const image::OpRow& row) {
    const Use a = image::op_info(row.op).a;
    return a != Use::kCell && a != Use::kNode && a != Use::kNumberNode;
  });
}

/// … and what it comes to is the same at all instants and for all users.
bool is_of_variant(std::span<const image::OpRow> code) {
  return reads_values_alone(code) &&
         std::all_of(code.begin(), code.end(), [](const image::OpRow& row) {
           return row.op != Op::kNow && row.op != Op::kKnownSince && row.op != Op::kUserIn &&
                  row.op != Op::kAnniversary && row.op != Op::kInPeriod;
         });
}

/// The lowest and the highest of events, at least one.
uint64_t first_of(uint64_t events) { return events & -events; }
uint64_t last_of(uint64_t events) { return std::bit_floor(events); }

}  // namespace

ColumnFeed::ColumnFeed(const Program& program) : program_(program), possible_(find_possible()) {
  if (!possible_) return;
  describe_cells();
  find_waiting();
  const image::View& view = program.view();
  for (uint32_t kind = 0; kind < view.kinds.size(); ++kind) {
    auto& sure = sure_.emplace_back();
    auto& asked = asked_.emplace_back();
    for (const uint32_t stream : view.list(view.kinds[kind].streams)) {
      const auto truth =
          truth_by_kind(program.prepared(), view.code(view.streams[stream].predicate), kind);
      if (truth != false) (truth == true ? sure : asked).push_back(stream);
    }
    streams_.clear();
    for (const uint32_t stream : sure) add_stream(stream);
    fixed_.push_back(asked.empty() ? number_of_streams() : image::kNone);
  }
}

bool ColumnFeed::find_possible() const {
  const image::View& view = program_.view();
  if (view.layout[0].zone_stream != image::kNone) return false;
  std::vector<uint8_t> derived(view.streams.size(), 0);
  for (const image::SequenceRow& row : view.sequences) {
    if (row.derived_stream != image::kNone) derived[row.derived_stream] = 1;
  }
  for (const image::CellRow& row : view.cells) {
    if (row.feeds != image::kNone && row.kind != CellKind::kSequence) return false;
    if (!reads_values_alone(view.code(row.value))) return false;
  }
  for (uint32_t i = 0; i < view.streams.size(); ++i) {
    const image::StreamRow& row = view.streams[i];
    if (!is_of_variant(view.code(row.predicate))) return false;
    if (derived[i] != 0 && (row.unions.count != 0 || row.sequences.count != 0)) return false;
  }
  return std::all_of(view.item_tests.begin(), view.item_tests.end(),
                     [&](const image::Range& test) { return is_of_variant(view.code(test)); });
}

void ColumnFeed::describe_cells() {
  using Choice = Feed::Choice;
  const image::View& view = program_.view();
  const std::vector<int64_t> back = looks_back(view);
  for (uint32_t i = 0; i < view.cells.size(); ++i) {
    const image::CellRow& row = view.cells[i];
    Feed& feed = feeds_.emplace_back();
    feed.has_value = row.value.count != 0;
    feed.same_always = is_of_variant(view.code(row.value));
    if (feed.has_value && feed.same_always) feed.kept.resize(kKept);
    feed.offset = row.offset;
    if (row.kind == CellKind::kLatest) feed.choice = Choice::kLast;
    if (row.kind == CellKind::kOldest) feed.choice = Choice::kFirst;
    if (row.kind == CellKind::kSeen) {
      feed.choice = Choice::kFirst;
      feed.push = Feed::Push::kSeen;
    }
    if (row.kind == CellKind::kTotal && !feed.has_value) feed.push = Feed::Push::kTotal;
    if (row.kind != CellKind::kNewest) continue;
    feed.choice = Choice::kNewest;
    feed.most = row.zone == image::kNone ? row.k : kPiece;
    feed.back_ms = back[i];
    if (row.zone != image::kNone) continue;
    feed.push = image::is_near(row) ? Feed::Push::kNear : Feed::Push::kNewest;
  }
  of_cell_.resize(view.cells.size());
  touched_.resize(view.cells.size() + 1);
}

/// Sequences of one step and a wait whose streams serve no other sequence, and whose matches only
/// cells that keep no value of them follow.
void ColumnFeed::find_waiting() {
  const image::View& view = program_.view();
  const auto serves_one = [&](uint32_t stream) {
    return view.streams[stream].sequences.count == 1;
  };
  for (uint32_t sequence = 0; sequence < view.sequences.size(); ++sequence) {
    const image::SequenceRow& row = view.sequences[sequence];
    const auto& cells = program_.prepared().cells_of_sequence[sequence];
    if (cells.size() != 1 || row.derived_stream == image::kNone) continue;
    // Where a cell's state is does not matter to the question.
    const cells::CellView cell(nullptr, view, view.cells[cells[0]]);
    if (!cells::Waits::can_keep(cell)) continue;
    const uint32_t step = view.steps[row.steps.first].stream;
    if (!serves_one(step) || !serves_one(row.absence_stream)) continue;
    const auto ends = view.list(view.streams[row.derived_stream].cells);
    if (std::any_of(ends.begin(), ends.end(),
                    [&](uint32_t end) { return feeds_[end].has_value; })) {
      continue;
    }
    waiting_.push_back(
        {cells[0], step, row.absence_stream, row.derived_stream, cells::Waits(cell)});
  }
}

void ColumnFeed::add_stream(uint32_t stream) {
  const image::View& view = program_.view();
  if (std::find(streams_.begin(), streams_.end(), stream) != streams_.end()) return;
  streams_.push_back(stream);
  for (const uint32_t all : view.list(view.streams[stream].unions)) add_stream(all);
}

/// The class of the streams at hand.
uint32_t ColumnFeed::number_of_streams() {
  std::sort(streams_.begin(), streams_.end());
  const auto [found, is_new] =
      numbers_.try_emplace(streams_, static_cast<uint32_t>(classes_.size()));
  if (!is_new) return found->second;
  const image::View& view = program_.view();
  Class& made = classes_.emplace_back();
  made.cells.first = static_cast<uint32_t>(cells_of_classes_.size());
  for (const uint32_t stream : streams_) {
    const image::StreamRow& row = view.streams[stream];
    const auto cells = view.list(row.cells);
    cells_of_classes_.insert(cells_of_classes_.end(), cells.begin(), cells.end());
    made.cells.count += row.cells.count;
    bool waits = false;
    for (uint32_t i = 0; i < waiting_.size(); ++i) {
      if (waiting_[i].step_stream == stream) made.waits.emplace_back(i, true);
      if (waiting_[i].absence_stream == stream) made.waits.emplace_back(i, false);
      waits = waits || waiting_[i].step_stream == stream || waiting_[i].absence_stream == stream;
    }
    if (row.sequences.count != 0 && !waits) made.hits.push_back(stream);
  }
  of_class_.resize(classes_.size());
  return found->second;
}

uint32_t ColumnFeed::class_of(Frame& frame, const Event& variant) {
  const uint32_t kind = variant.kind.index;
  if (fixed_[kind] != image::kNone) return fixed_[kind];
  const int64_t next_ms = frame.next_ms;
  frame.event = &variant;
  frame.slots = variant.slots.data();
  streams_.clear();
  for (const uint32_t stream : sure_[kind]) add_stream(stream);
  for (const uint32_t stream : asked_[kind]) {
    if (matches(frame, stream)) add_stream(stream);
  }
  if (frame.made.bytes_held() != 0) frame.made.rewind({});
  frame.event = nullptr;
  frame.slots = nullptr;
  frame.next_ms = next_ms;
  return number_of_streams();
}

void ColumnFeed::feed(Frame& frame, const EventColumns& events, int64_t asked_ms,
                      Variants& variants, std::vector<uint32_t>& hits) {
  // Cells are asked as of then alone, so what is not near it may be forgotten at once.
  cells::reach_near(program_.view(), program_.prepared().near, frame.blob, asked_ms);
  const int64_t next_ms = frame.next_ms;
  for (size_t first = 0; first < events.times.size(); first += kPiece) {
    const Piece piece{frame, events.times.data() + first, events.variants.data() + first, &variants,
                      asked_ms};
    feed_piece(piece, events, first, std::min(kPiece, events.times.size() - first), hits);
  }
  for (Waiting& one : waiting_) {
    one.waits.end_instant();
    feed_ends(frame, one, asked_ms);
  }
  frame.event = nullptr;
  frame.slots = nullptr;
  frame.next_ms = next_ms;  // of what values looked at
}

void ColumnFeed::feed_piece(const Piece& piece, const EventColumns& events, size_t first,
                            size_t count, std::vector<uint32_t>& hits) {
  uint32_t present[kPiece];
  size_t classes = 0;
  Bits* const of_class = of_class_.data();
  for (size_t i = 0; i < count; ++i) {
    const uint32_t number = events.classes[piece.variants[i]];
    const Bits before = of_class[number];
    present[classes] = number;
    classes += before == 0 ? 1 : 0;
    of_class[number] = before | Bits{1} << i;
  }
  Bits hit = 0;
  size_t cells = 0;
  Bits* const of_cell = of_cell_.data();
  for (size_t i = 0; i < classes; ++i) {
    const Class& at = classes_[present[i]];
    const Bits bits = std::exchange(of_class[present[i]], 0);
    const uint32_t* const numbers = cells_of_classes_.data() + at.cells.first;
    for (uint32_t n = 0; n < at.cells.count; ++n) {
      const Bits before = of_cell[numbers[n]];
      touched_[cells] = numbers[n];
      cells += before == 0 ? 1 : 0;
      of_cell[numbers[n]] = before | bits;
    }
    hit |= at.hits.empty() ? 0 : bits;
    for (const auto& [number, is_step] : at.waits) {
      (is_step ? waiting_[number].steps : waiting_[number].absences) |= bits;
    }
  }
  for (size_t i = 0; i < cells; ++i) {
    const uint32_t cell = touched_[i];
    feed_cell(piece, cell, choose(piece, feeds_[cell], std::exchange(of_cell[cell], 0)));
  }
  for (Waiting& one : waiting_) take_waits(piece, one);
  for (; hit != 0; hit &= hit - 1) {
    hits.push_back(static_cast<uint32_t>(first) + static_cast<uint32_t>(std::countr_zero(hit)));
  }
}

void ColumnFeed::take_waits(const Piece& piece, Waiting& one) {
  const Bits steps = std::exchange(one.steps, 0);
  const Bits absences = std::exchange(one.absences, 0);
  for (Bits rest = steps | absences; rest != 0; rest &= rest - 1) {
    const Bits event = first_of(rest);
    one.waits.take(piece.times[std::countr_zero(rest)], (steps & event) != 0,
                   (absences & event) != 0);
  }
}

/// The cells that follow the matches of a sequence take in those that ended.
void ColumnFeed::feed_ends(Frame& frame, Waiting& one, int64_t asked_ms) {
  std::vector<int64_t>& ended = one.waits.ended();
  if (ended.empty()) return;
  for (size_t first = 0; first < ended.size(); first += kPiece) {
    const size_t count = std::min(kPiece, ended.size() - first);
    const Piece piece{frame, ended.data() + first, nullptr, nullptr, asked_ms};
    const image::View& view = program_.view();
    for (const uint32_t cell : view.list(view.streams[one.ends].cells)) {
      feed_cell(piece, cell, choose(piece, feeds_[cell], ~Bits{0} >> (kPiece - count)));
    }
  }
  ended.clear();
}

void ColumnFeed::end_waits(Frame& frame, int64_t at_ms) {
  cells::reach_near(program_.view(), program_.prepared().near, frame.blob, at_ms);
  for (Waiting& one : waiting_) {
    one.waits.end_through(at_ms);
    feed_ends(frame, one, at_ms);
  }
}

void ColumnFeed::store_waits(Frame& frame) {
  const image::View& view = program_.view();
  for (Waiting& one : waiting_) {
    const cells::CellRef cell{*frame.owner, view, view.cells[one.cell]};
    one.waits.store(cell);
    frame.blob = frame.owner->data();
    note_deadline(frame, cells::sequence_deadline(cell));
    one.waits.clear();
  }
}

/// Those of a cell's events, at least one, that it has to be told.
inline ColumnFeed::Bits ColumnFeed::choose(const Piece& piece, const Feed& cell, Bits events) {
  switch (cell.choice) {
    case Feed::Choice::kAll:
      return events;
    case Feed::Choice::kFirst:
      return first_of(events);
    case Feed::Choice::kLast:
      return last_of(events);
    case Feed::Choice::kNewest:
      break;
  }
  const int64_t after_ms = cell.back_ms == INT64_MAX ? INT64_MIN : piece.asked_ms - cell.back_ms;
  Bits chosen = 0;
  for (uint32_t n = 0; n < cell.most && events != 0; ++n) {
    const Bits last = last_of(events);
    if (piece.times[std::countr_zero(last)] <= after_ms) break;
    chosen |= last;
    events ^= last;
  }
  return chosen;
}

inline void ColumnFeed::feed_cell(const Piece& piece, uint32_t cell, Bits events) {
  const Feed& feed = feeds_[cell];
  std::byte* const state = piece.frame.blob + feed.offset;
  switch (feed.push) {
    case Feed::Push::kSeen:
      return cells::seen_push(state);
    case Feed::Push::kTotal:
      for (; events != 0; events &= events - 1) cells::total_push(state);
      return;
    case Feed::Push::kNewest:
      if (feed.most == 1) {
        if (events != 0) cells::newest_push<1>(state, piece.times[std::countr_zero(events)]);
        return;
      }
      [[fallthrough]];
    case Feed::Push::kNear: {
      const image::View& view = program_.view();
      const cells::CellRef ref{*piece.frame.owner, view, view.cells[cell]};
      for (; events != 0; events &= events - 1) {
        cells::newest_push(ref, feed.most, piece.times[std::countr_zero(events)]);
      }
      return;
    }
    case Feed::Push::kAny:
      return feed_rest(piece, cell, events);
  }
}

void ColumnFeed::feed_rest(const Piece& piece, uint32_t cell, Bits events) {
  Frame& frame = piece.frame;
  for (; events != 0; events &= events - 1) {
    const auto i = static_cast<uint32_t>(std::countr_zero(events));
    frame.now_ms = piece.times[i];
    cells::Occurrence occurrence;
    if (feeds_[cell].has_value) occurrence = occurrence_of(piece, cell, piece.variants[i]);
    occurrence.at_ms = piece.times[i];
    interp::feed_cell(frame, cell, occurrence);
  }
}

const cells::Occurrence& ColumnFeed::occurrence_of(const Piece& piece, uint32_t cell,
                                                   uint32_t variant) {
  Feed& feed = feeds_[cell];
  Kept& kept = feed.same_always ? feed.kept[variant % kKept] : asked_now_;
  if (feed.same_always && kept.generation == generation_ && kept.variant == variant) {
    return kept.occurrence;
  }
  Frame& frame = piece.frame;
  frame.event = &piece.source->variant(variant);
  frame.slots = frame.event->slots.data();
  if (frame.made.bytes_held() != 0) frame.made.rewind({});
  kept = {generation_, variant, occurrence_for(frame, program_.view().cells[cell])};
  return kept.occurrence;
}

}  // namespace segue::interp
