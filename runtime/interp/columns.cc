#include "runtime/interp/columns.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "runtime/cells/latest.h"
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
  number_targets();
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
  using Take = Feed::Take;
  const image::View& view = program_.view();
  const std::vector<int64_t> back = looks_back(view);
  uint32_t lanes = 0;
  for (uint32_t i = 0; i < view.cells.size(); ++i) {
    const image::CellRow& row = view.cells[i];
    Feed& feed = feeds_.emplace_back();
    feed.has_value = row.value.count != 0;
    feed.same_always = is_of_variant(view.code(row.value));
    if (feed.has_value && feed.same_always) feed.kept.resize(kKept);
    feed.offset = row.offset;
    if (row.kind == CellKind::kLatest && feed.has_value) feed.take = Take::kLatest;
    if (row.kind == CellKind::kOldest) feed.take = Take::kFirst;
    if (row.kind == CellKind::kSeen) feed.take = Take::kSeen;
    if (row.kind == CellKind::kTotal && !feed.has_value) {
      feed.take = lanes == kLanes ? Take::kTotal : Take::kCounted;
      if (lanes < kLanes) feed.most = kLaneBits * lanes++;
    }
    if (row.kind != CellKind::kNewest) continue;
    feed.most = row.k;
    feed.back_ms = back[i];
    feed.take = row.zone != image::kNone ? Take::kDay
                : row.k != 1             ? Take::kNewestOf
                : image::is_near(row)    ? Take::kNear
                                         : Take::kNewest;
  }
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

void ColumnFeed::number_targets() {
  first_wait_ = static_cast<uint32_t>(feeds_.size());
  hit_target_ = first_wait_ + kTargetsOfWait * static_cast<uint32_t>(waiting_.size());
  of_target_.resize(hit_target_ + 1);
  const size_t words = hit_target_ / 64 + 1;
  one_does_.resize(words);
  placed_.assign(words, ~uint64_t{0});
  wanted_.resize(words);
  told_.resize(words);
  for (uint32_t cell = 0; cell < feeds_.size(); ++cell) {
    const Feed::Take take = feeds_[cell].take;
    const bool last_does =
        take == Feed::Take::kNewest || take == Feed::Take::kNear || take == Feed::Take::kLatest;
    const uint64_t bit = uint64_t{1} << (cell % 64);
    if (last_does) one_does_[cell / 64] |= bit;
    if (take == Feed::Take::kSeen || take == Feed::Take::kCounted) placed_[cell / 64] &= ~bit;
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
  std::vector<uint32_t> targets;
  for (const uint32_t stream : streams_) {
    const image::StreamRow& row = view.streams[stream];
    const auto cells = view.list(row.cells);
    targets.insert(targets.end(), cells.begin(), cells.end());
    bool waits = false;
    for (uint32_t i = 0; i < waiting_.size(); ++i) {
      const uint32_t step = first_wait_ + kTargetsOfWait * i;
      if (waiting_[i].step_stream == stream) targets.push_back(step);
      if (waiting_[i].absence_stream == stream) targets.push_back(step + 1);
      waits = waits || waiting_[i].step_stream == stream || waiting_[i].absence_stream == stream;
    }
    if (row.sequences.count != 0 && !waits) made.hits.push_back(stream);
  }
  if (!made.hits.empty()) targets.push_back(hit_target_);
  std::sort(targets.begin(), targets.end());
  Does does = {0, ~uint64_t{0}, 0};
  made.targets.first = static_cast<uint32_t>(targets_.size());
  for (const uint32_t target : targets) {
    const uint32_t word = target / 64;
    if (targets_.size() == made.targets.first || targets_.back().word != word) {
      targets_.push_back({word, 0});
    }
    targets_.back().bits |= uint64_t{1} << (target % 64);
    does.targets = targets_.back().bits;
    does.leaves = ~(does.targets & one_does_[word]);
    if (target >= first_wait_ || feeds_[target].take != Feed::Take::kCounted) continue;
    does.counts += Counts{1} << feeds_[target].most;
  }
  made.targets.count = static_cast<uint32_t>(targets_.size()) - made.targets.first;
  does_.push_back(does);
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
    Piece piece{
        frame, events.times.data() + first, events.variants.data() + first, &variants, asked_ms, 0};
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

void ColumnFeed::feed_piece(Piece& piece, const EventColumns& events, size_t first, size_t count,
                            std::vector<uint32_t>& hits) {
  piece.counts = told_.size() == 1 ? find_targets(piece, events.classes, count)
                                   : find_in_words(piece, events.classes, count);
  Bits* const of_target = of_target_.data();
  for (uint32_t word = 0; word < told_.size(); ++word) {
    for (uint64_t told = told_[word] & ~placed_[word]; told != 0; told &= told - 1) {
      const Feed& feed = feeds_[64 * word + static_cast<uint32_t>(std::countr_zero(told))];
      feed_marked(piece, feed);
    }
    for (uint64_t told = told_[word] & placed_[word]; told != 0; told &= told - 1) {
      const uint32_t cell = 64 * word + static_cast<uint32_t>(std::countr_zero(told));
      if (cell >= first_wait_) break;
      feed_cell(piece, cell, std::exchange(of_target[cell], 0));
    }
  }
  for (size_t i = 0; i < waiting_.size(); ++i) {
    Bits* const bits = of_target + first_wait_ + kTargetsOfWait * i;
    if ((bits[0] | bits[1]) == 0) continue;
    take_waits(piece, waiting_[i], std::exchange(bits[0], 0), std::exchange(bits[1], 0));
  }
  for (Bits hit = std::exchange(of_target[hit_target_], 0); hit != 0; hit &= hit - 1) {
    hits.push_back(static_cast<uint32_t>(first) + static_cast<uint32_t>(std::countr_zero(hit)));
  }
}

/// Whom each event of a piece is to be told to. From the newest back: what says all of a target
/// makes those before it say nothing, and most events then have nobody to be told to. Which have is
/// not to be guessed, so it is found out without a branch.
ColumnFeed::Counts ColumnFeed::find_targets(const Piece& piece, std::span<const uint32_t> classes,
                                            size_t count) {
  struct Told {
    uint64_t targets;
    Bits event;
  };
  Told told_to[kPiece];
  size_t events = 0;
  const Does* const does = does_.data();
  uint64_t wanted = placed_[0];
  uint64_t told = 0;
  Counts counts = 0;
  Bits event = Bits{1} << (count - 1);
  for (size_t i = count; i-- > 0; event >>= 1) {
    const Does& own = does[classes[piece.variants[i]]];
    told |= own.targets;
    counts += own.counts;
    told_to[events] = {own.targets & wanted, event};
    events += told_to[events].targets != 0 ? 1 : 0;
    wanted &= own.leaves;
  }
  told_[0] = told;
  for (size_t i = 0; i < events; ++i) tell(0, told_to[i].targets, told_to[i].event);
  return counts;
}

/// The same of many targets.
ColumnFeed::Counts ColumnFeed::find_in_words(const Piece& piece, std::span<const uint32_t> classes,
                                             size_t count) {
  std::copy(placed_.begin(), placed_.end(), wanted_.begin());
  std::fill(told_.begin(), told_.end(), 0);
  Counts counts = 0;
  for (size_t i = count; i-- > 0;) {
    const uint32_t number = classes[piece.variants[i]];
    counts += does_[number].counts;
    const image::Range at = classes_[number].targets;
    for (uint32_t n = at.first; n < at.first + at.count; ++n) {
      const auto [word, targets] = targets_[n];
      told_[word] |= targets;
      const uint64_t placed = targets & wanted_[word];
      if (placed != 0) tell(word, placed, Bits{1} << i);
      wanted_[word] &= ~(targets & one_does_[word]);
    }
  }
  return counts;
}

/// At least one target.
inline void ColumnFeed::tell(uint32_t word, uint64_t targets, Bits event) {
  Bits* const of_target = of_target_.data() + size_t{64} * word;
  do {
    of_target[std::countr_zero(targets)] |= event;
    targets &= targets - 1;
  } while (targets != 0);
}

void ColumnFeed::take_waits(const Piece& piece, Waiting& one, Bits steps, Bits absences) {
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
    const Piece piece{frame, ended.data() + first, nullptr, nullptr, asked_ms, count * kOneOfEach};
    const image::View& view = program_.view();
    for (const uint32_t cell : view.list(view.streams[one.ends].cells)) {
      feed_cell(piece, cell, ~Bits{0} >> (kPiece - count));
    }
  }
  ended.clear();
}

void ColumnFeed::end_waits(Frame& frame, int64_t at_ms) {
  cells::reach_near(program_.view(), program_.prepared().near, frame.blob, at_ms);
  for (Waiting& one : waiting_) {
    if (one.waits.idle()) continue;
    one.waits.end_through(at_ms);
    feed_ends(frame, one, at_ms);
  }
}

void ColumnFeed::store_waits(Frame& frame) {
  const image::View& view = program_.view();
  for (Waiting& one : waiting_) {
    one.waits.end_through(one.waits.taken_ms());
    feed_ends(frame, one, one.waits.taken_ms());
    const cells::CellRef cell{*frame.owner, view, view.cells[one.cell]};
    one.waits.store(cell);
    frame.blob = frame.owner->data();
    note_deadline(frame, cells::sequence_deadline(cell));
    one.waits.clear();
  }
}

/// A cell takes its events, at least one, of which it does not have to know which they are.
inline void ColumnFeed::feed_marked(const Piece& piece, const Feed& cell) {
  std::byte* const state = piece.frame.blob + cell.offset;
  if (cell.take == Feed::Take::kSeen) return cells::seen_push(state);
  cells::total_push(state, piece.counts >> cell.most & kLane);
}

/// A cell takes its events, at least one.
[[gnu::always_inline]] inline void ColumnFeed::feed_cell(const Piece& piece, uint32_t cell,
                                                         Bits events) {
  const Feed& feed = feeds_[cell];
  std::byte* const state = piece.frame.blob + feed.offset;
  switch (feed.take) {
    case Feed::Take::kSeen:
    case Feed::Take::kCounted:
      return feed_marked(piece, feed);
    case Feed::Take::kTotal: {
      uint64_t count = 1;
      while ((events &= events - 1) != 0) ++count;
      return cells::total_push(state, count);
    }
    case Feed::Take::kNewest:
    case Feed::Take::kNear: {
      const int64_t at_ms = piece.times[std::countr_zero(last_of(events))];
      if (!piece.matters(at_ms, feed.back_ms)) return;
      if (feed.take == Feed::Take::kNewest) return cells::newest_push<1>(state, at_ms);
      const std::byte* const base = piece.frame.blob + program_.view().layout[0].near_at;
      return cells::near_push<1>(state, cells::near_base(base), at_ms);
    }
    case Feed::Take::kNewestOf:
    case Feed::Take::kDay:
      return feed_times(piece, cell, events);
    case Feed::Take::kLatest: {
      const uint32_t last = piece.variants[std::countr_zero(last_of(events))];
      return cells::latest_push(state, occurrence_of(piece, cell, last).scalar);
    }
    case Feed::Take::kFirst:
      return feed_rest(piece, cell, first_of(events));
    case Feed::Take::kAll:
      return feed_rest(piece, cell, events);
  }
}

void ColumnFeed::feed_times(const Piece& piece, uint32_t cell, Bits events) {
  const Feed& feed = feeds_[cell];
  const bool days = feed.take == Feed::Take::kDay;
  const uint32_t most = days ? kPiece : feed.most;
  Bits chosen = 0;
  for (uint32_t n = 0; n < most && events != 0; ++n) {
    const Bits last = last_of(events);
    if (!piece.matters(piece.times[std::countr_zero(last)], feed.back_ms)) break;
    chosen |= last;
    events ^= last;
  }
  const image::View& view = program_.view();
  const cells::CellRef ref{*piece.frame.owner, view, view.cells[cell]};
  for (; chosen != 0; chosen &= chosen - 1) {
    const int64_t at_ms = piece.times[std::countr_zero(chosen)];
    days ? cells::newest_push_day(ref, at_ms) : cells::newest_push(ref, feed.most, at_ms);
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
