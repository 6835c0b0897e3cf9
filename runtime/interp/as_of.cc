#include "runtime/interp/as_of.h"

#include <algorithm>
#include <cstring>

#include "runtime/cells/kinds.h"
#include "runtime/cells/near.h"
#include "runtime/interp/chunks.h"
#include "runtime/interp/feed.h"
#include "runtime/interp/order.h"
#include "runtime/interp/prepared.h"

namespace segue {
namespace {

using image::CellKind;

/// Whether the cell moves with a condition, at each instant at which that may turn.
bool follows_conditions(CellKind kind) {
  return kind == CellKind::kHeld || kind == CellKind::kCrossing || kind == CellKind::kLatch;
}

}  // namespace

AsOf::AsOf(const Program& program)
    : program_(program),
      prepared_(program.prepared()),
      settles_(std::any_of(program.view().cells.begin(), program.view().cells.end(),
                           [](const auto& row) { return follows_conditions(row.kind); })),
      needed_(program, settles_),
      columns_(program) {
  const image::View& view = program.view();
  code_of_chunk_.resize(view.chunks.size());
  waits_ = !prepared_.waiting_sequences.empty();
  has_zone_ = view.layout[0].zone_stream != image::kNone;
  prepare_sequences();
  takes_columns_ = !settles_ && plain_ && columns_.possible();
  frame_.view = &view;
  frame_.prepared = &prepared_;
  frame_.owner = &blob_;
  // Where native code marks what it would have looked at; nobody asks.
  if (prepared_.tracking) dirty_.resize(prepared_.tracking->words());
  frame_.dirty = dirty_.data();
}

void AsOf::prepare_sequences() {
  const image::View& view = program_.view();
  plain_ = std::all_of(view.streams.begin(), view.streams.end(), [](const auto& stream) {
    return stream.predicate.count != 0 || stream.sequences.count == 0;
  });
  for (uint32_t i = 0; i < view.sequences.size(); ++i) {
    plain_ = plain_ && view.sequences[i].level == 0 && interp::is_plain(prepared_, i);
  }
  if (!plain_) return;
  for (uint32_t stream = 0; stream < view.streams.size(); ++stream) {
    auto& touched = touched_by_.emplace_back();
    for (const uint32_t sequence : view.list(view.streams[stream].sequences)) {
      touched.push_back({sequence, interp::possible_alone(view, sequence, stream)});
    }
  }
}

void AsOf::begin(std::string_view user) {
  user_ = user;
  known_ = false;
  by_events_ = false;
  if (takes_columns_) columns_.begin();
  if (program_.native() != native_) look_for_native();
  if (prepared_.reads_user) frame_.user_scalar = scalar_of_text(user);
}

/// Code that came since it was looked for.
void AsOf::look_for_native() {
  native_ = program_.native();
  code_of_kind_ = native_->kinds;
  code_of_chunk_ = native_->chunks;
  code_of_chunk_.resize(program_.view().chunks.size());
}

/// The state of a user who begins at `at_ms`, and whose near times are asked for from `near_ms` on.
void AsOf::create(int64_t at_ms, int64_t near_ms) {
  const image::View& view = program_.view();
  known_ = true;
  next_ms_ = kNever.ms;
  if (fresh_.empty()) {
    blob_.create(view.layout[0], prepared_.identity);
    for (const image::CellRow& row : view.cells) cells::init(row, blob_.data() + row.offset);
    fresh_.assign(blob_.data(), blob_.data() + blob_.header().bytes);
  } else {
    // In the room of the user before; what has grown starts anew behind the fixed part.
    std::memcpy(blob_.data(), fresh_.data(), fresh_.size());
  }
  cells::begin_near(view, blob_.data(), near_ms);
  blob_.header().first_ms = at_ms;
  blob_.header().last_ms = at_ms;
}

void AsOf::take(std::span<const Event> events, bool in_order) {
  if (settles_) {
    if (!known_) blob_ = Blob();
    known_ = true;
    // Events come in order of time, so nothing is refused.
    (void)segue::apply(program_, blob_, events, unused_);
    unused_.clear();
    return;
  }
  if (takes_columns_ && !by_events_) begin_events();
  const int64_t at_ms = events[0].at.ms;
  if (!known_) {
    create(at_ms, at_ms);
  } else if (next_ms_ < at_ms) {
    drain(at_ms - 1);
  }
  if (events.size() == 1) return take_alone(events[0]);
  if (in_order) {
    order_.clear();
    for (const Event& event : events) order_.push_back(&event);
  } else {
    interp::order_events(events, order_);
  }
  settle(at_ms, order_);
}

/// From columns to events one by one, which a user's history keeps to.
void AsOf::begin_events() {
  by_events_ = true;
  if (!known_) return;
  frame_.blob = blob_.data();
  frame_.next_ms = next_ms_;
  columns_.store_waits(frame_);
  next_ms_ = frame_.next_ms;
}

void AsOf::take(const interp::EventColumns& events, Instant asked, interp::Variants& variants) {
  if (events.times.empty()) return;
  if (!known_) create(events.times[0], asked.ms);
  frame_.blob = blob_.data();
  frame_.hits.clear();
  frame_.in_unions.clear();
  hits_.clear();
  columns_.feed(frame_, events, asked.ms, variants, hits_);
  for (size_t begin = 0; begin < hits_.size();) {
    const int64_t at_ms = events.times[hits_[begin]];
    size_t end = begin + 1;
    while (end < hits_.size() && events.times[hits_[end]] == at_ms) ++end;
    take_hits(at_ms, events, std::span(hits_).subspan(begin, end - begin));
    begin = end;
  }
}

/// What the events of an instant are to sequences; their cells have been fed.
void AsOf::take_hits(int64_t at_ms, const interp::EventColumns& events,
                     std::span<const uint32_t> hits) {
  if (next_ms_ < at_ms) drain(at_ms - 1);
  const bool due = next_ms_ <= at_ms;
  frame_.blob = blob_.data();
  frame_.now_ms = at_ms;
  frame_.next_ms = due ? kNever.ms : next_ms_;
  frame_.hits.clear();
  frame_.in_unions.clear();
  frame_.start_ms = at_ms;
  frame_.by = image::kNone;
  frame_.occurrences = static_cast<uint32_t>(hits.size());
  for (uint32_t ordinal = 0; ordinal < hits.size(); ++ordinal) {
    const uint32_t number = events.classes[events.variants[hits[ordinal]]];
    for (const uint32_t stream : columns_.hit_streams(number)) {
      frame_.hits.push_back({stream, ordinal, nullptr, at_ms, image::kNone, {}});
    }
  }
  frame_.event_ordinal = 0;
  if (hits.size() == 1 && !due) {
    advance_alone();
  } else {
    for (uint32_t level = 0; level < prepared_.levels; ++level) {
      interp::advance_sequences(frame_, sequences_, level, due);
    }
  }
  next_ms_ = waits_ ? std::max(frame_.next_ms, at_ms + 1) : kNever.ms;
}

[[gnu::always_inline]] inline void AsOf::apply_event(const Event& event) {
  if (frame_.made.bytes_held() != 0) frame_.made.rewind({});
  frame_.event = &event;
  frame_.slots = event.slots.data();
  const uint32_t kind = event.kind.index;
  if (kind < code_of_kind_.size() && code_of_kind_[kind] != nullptr) {
    code_of_kind_[kind](&frame_);
  } else {
    interp::apply_event(frame_);
  }
}

/// The common instant: one event, and nothing is due.
void AsOf::take_alone(const Event& event) {
  const int64_t at_ms = event.at.ms;
  if (next_ms_ <= at_ms || (has_zone_ && event.kind == kIdentifyKind)) {
    const Event* const alone = &event;
    return settle(at_ms, {&alone, 1});
  }
  frame_.blob = blob_.data();
  frame_.now_ms = at_ms;
  cells::reach_near(*frame_.view, prepared_.near, frame_.blob, at_ms);
  frame_.next_ms = next_ms_;
  frame_.hits.clear();
  frame_.in_unions.clear();
  frame_.start_ms = at_ms;
  frame_.by = image::kNone;
  frame_.occurrences = 1;
  frame_.event_ordinal = 0;
  apply_event(event);
  frame_.event = nullptr;
  if (!prepared_.change_cells.empty()) interp::feed_changes(frame_);
  if (!frame_.hits.empty()) advance_alone();
  if (waits_) next_ms_ = std::max(frame_.next_ms, at_ms + 1);
}

/// The sequences that the hits of one event touch.
void AsOf::advance_alone() {
  if (!plain_) {
    for (uint32_t level = 0; level < prepared_.levels; ++level) {
      interp::advance_sequences(frame_, sequences_, level, false);
    }
    return;
  }
  touched_.clear();
  for (const Frame::Hit& hit : frame_.hits) {
    for (const Touched& more : touched_by_[hit.stream]) {
      const auto same = std::find_if(touched_.begin(), touched_.end(), [&](const Touched& one) {
        return one.sequence == more.sequence;
      });
      if (same == touched_.end()) {
        touched_.push_back(more);
      } else {
        same->possible.runs |= more.possible.runs;
        same->possible.clean |= more.possible.clean;
      }
    }
  }
  std::sort(touched_.begin(), touched_.end(),
            [](const Touched& a, const Touched& b) { return a.sequence < b.sequence; });
  for (const Touched& one : touched_) {
    if (one.possible.runs != 0) interp::advance_plain(frame_, one.sequence, one.possible);
  }
}

/// Lets the waits of sequences end up to and at `through_ms`, each at its own instant.
void AsOf::drain(int64_t through_ms) {
  while (next_ms_ <= through_ms && next_ms_ != kNever.ms) {
    if (plain_) {
      settle_waits(next_ms_);
    } else {
      settle(next_ms_, {});
    }
  }
}

/// An instant without events, of plain sequences.
void AsOf::settle_waits(int64_t at_ms) {
  frame_.blob = blob_.data();
  frame_.now_ms = at_ms;
  cells::reach_near(*frame_.view, prepared_.near, frame_.blob, at_ms);
  frame_.next_ms = kNever.ms;
  frame_.in_unions.clear();
  frame_.start_ms = at_ms;
  frame_.by = image::kNone;
  frame_.occurrences = 0;
  frame_.event_ordinal = 0;
  for (const uint32_t sequence : prepared_.waiting_sequences) {
    interp::advance_plain(frame_, sequence, {});
  }
  next_ms_ = std::max(frame_.next_ms, at_ms + 1);
}

/// All of an instant but its conditions.
void AsOf::settle(int64_t at_ms, std::span<const Event* const> events) {
  const bool due = next_ms_ <= at_ms;
  frame_.blob = blob_.data();
  frame_.now_ms = at_ms;
  cells::reach_near(*frame_.view, prepared_.near, frame_.blob, at_ms);
  frame_.next_ms = due ? kNever.ms : next_ms_;
  frame_.hits.clear();
  frame_.in_unions.clear();
  frame_.start_ms = at_ms;
  frame_.by = image::kNone;
  frame_.occurrences = static_cast<uint32_t>(events.size());
  interp::feed_zone(frame_, events);
  frame_.event_ordinal = 0;
  for (const Event* event : events) {
    apply_event(*event);
    ++frame_.event_ordinal;
  }
  frame_.event = nullptr;
  frame_.slots = nullptr;
  if (!events.empty() && !prepared_.change_cells.empty()) interp::feed_changes(frame_);
  if (!frame_.hits.empty() || due) {
    for (uint32_t level = 0; level < prepared_.levels; ++level) {
      interp::advance_sequences(frame_, sequences_, level, due);
    }
  }
  // Only waits matter here; a deadline lies after its instant, were one not, time would stand
  // still.
  next_ms_ = waits_ ? std::max(frame_.next_ms, at_ms + 1) : kNever.ms;
}

bool AsOf::answer(Instant at) {
  at_ = at;
  if (!known_) return false;
  if (settles_) {
    advance(program_, blob_, user_, at, unused_);
    unused_.clear();
    return true;
  }
  drain(at.ms);
  frame_.blob = blob_.data();
  if (takes_columns_) columns_.end_waits(frame_, at.ms);
  frame_.now_ms = at.ms;
  frame_.next_ms = kNever.ms;
  const auto chunks = static_cast<uint32_t>(frame_.view->chunks.size());
  for (uint32_t chunk = 0; chunk < chunks; ++chunk) {
    if (code_of_chunk_[chunk] != nullptr) {
      code_of_chunk_[chunk](&frame_);
    } else {
      interp::run_chunk(frame_, chunk);
    }
  }
  blob_.header().last_ms = at.ms;
  return true;
}

}  // namespace segue
