#include <algorithm>
#include <cstring>
#include <limits>
#include <tuple>

#include "runtime/cells/crossing.h"
#include "runtime/cells/deadlines.h"
#include "runtime/cells/kinds.h"
#include "runtime/cells/merge.h"
#include "runtime/cells/near.h"
#include "runtime/interp/chunks.h"
#include "runtime/interp/feed.h"
#include "runtime/interp/order.h"
#include "runtime/interp/prepared.h"
#include "runtime/interp/program.h"
#include "runtime/interp/sequences.h"
#include "runtime/interp/settle.h"

/// The order of things at one instant, step by step: events, sequences, conditions, changes.
/// Deadlines before it come first, each at its own instant.
namespace segue {
namespace {

/// Working memory, reused by all calls of a thread, so that an instant allocates nothing.
struct Scratch {
  Frame frame;
  std::vector<const Event*> events;
  std::vector<uint32_t> chunks;
  std::vector<uint64_t> dirty;  // bits all 0 between instants
  std::vector<interp::Change> changes;
  std::vector<uint32_t> due;    // slots of deadlines
  std::vector<uint64_t> words;  // truths before users were joined
  interp::SequenceScratch sequences;
};

Scratch& scratch_of_thread() {
  static thread_local Scratch scratch;
  return scratch;
}

/// One call of `apply` or `advance`.
class Settling {
 public:
  Settling(const Program& program, Blob& blob, std::string_view user, std::vector<Transition>& out)
      : program_(program),
        prepared_(program.prepared()),
        native_(program.native()),
        blob_(blob),
        user_(user),
        out_(out),
        scratch_(scratch_of_thread()),
        frame_(scratch_.frame) {
    frame_.view = &program.view();
    frame_.prepared = &prepared_;
    frame_.owner = &blob;
    frame_.tracking = prepared_.tracking ? &*prepared_.tracking : nullptr;
    if (frame_.tracking != nullptr) {
      scratch_.dirty.resize(std::max<size_t>(scratch_.dirty.size(), frame_.tracking->words()));
      frame_.dirty = scratch_.dirty.data();
    }
    if (prepared_.reads_user) frame_.user_scalar = scalar_of_text(user);
  }

  /// Settles the deadlines up to and at `through_ms`, each at its own instant.
  void drain(int64_t through_ms) {
    const size_t told = out_.size();
    const int64_t last_ms = drain_apart(through_ms);
    for (int64_t next_ms = blob_.header().next_ms; next_ms <= through_ms && next_ms != kNever.ms;
         next_ms = blob_.header().next_ms) {
      settle(next_ms, {}, Looks::kTouched);
    }
    if (last_ms > blob_.header().last_ms) blob_.header().last_ms = last_ms;
    if (out_.size() - told < 2) return;
    std::sort(out_.begin() + static_cast<ptrdiff_t>(told), out_.end(),
              [](const Transition& a, const Transition& b) {
                return std::tie(a.at, a.segment) < std::tie(b.at, b.segment);
              });
  }

  void begin(int64_t first_ms) { create(first_ms); }

  /// As of an instant at which nothing happens.
  void settle_anew(int64_t at_ms) {
    BlobHeader& header = blob_.header();
    frame_.blob = blob_.data();
    frame_.now_ms = at_ms;
    take_truths();
    header.next_ms = at_ms;
    for (uint32_t slot = 0; frame_.tracking != nullptr && slot < frame_.tracking->slots(); ++slot) {
      cells::deadlines_set(blob_.data() + program_.view().layout[0].deadlines_at,
                           frame_.tracking->slots(), slot, at_ms);  // each wait is looked at
    }
    scratch_.words.assign(program_.view().layout[0].truth_words, 0);
    settle(at_ms, {}, Looks::kAll);
  }

  void settle_events(std::span<const Event> events) {
    const int64_t at_ms = events[0].at.ms;
    const bool first = blob_.empty();
    if (first) {
      create(at_ms);
    } else {
      advance(program_, blob_, user_, Instant{at_ms - 1}, out_);
    }
    interp::order_events(events, scratch_.events);
    settle(at_ms, scratch_.events, first ? Looks::kFirst : Looks::kTouched);
  }

  void settle_joined(std::span<const Blob> earlier, int64_t at_ms, std::span<const Event> events) {
    const uint32_t words = program_.view().layout[0].truth_words;
    scratch_.words.assign(words, 0);
    if (!blob_.empty()) {
      std::memcpy(scratch_.words.data(), interp::truth_word(blob_.data(), 0), size_t{8} * words);
    }
    join(earlier);
    // Whatever was known of the next deadline: all is looked at.
    blob_.header().next_ms = at_ms;
    interp::order_events(events, scratch_.events);
    settle(at_ms, scratch_.events, Looks::kAll);
  }

 private:
  /// The same of the chunks whose deadlines need not wait for those of others, one after the other.
  /// Returns the last instant. The base of near times must not move between them: then it is left
  /// to the others' way.
  int64_t drain_apart(int64_t through_ms) {
    constexpr int64_t kNone = std::numeric_limits<int64_t>::min();
    if (frame_.tracking == nullptr || !frame_.tracking->any_apart()) return kNone;
    const interp::Tracking& tracking = *frame_.tracking;
    if (blob_.header().next_ms > through_ms) return kNone;
    std::byte* const blob = frame_.blob = blob_.data();
    // Beyond what an instant can be there may be none that fits a word.
    if (!cells::is_near_enough(program_.view(), blob, std::min(through_ms, int64_t{1} << 47))) {
      return kNone;
    }
    frame_.event = nullptr;
    std::byte* const deadlines = blob + program_.view().layout[0].deadlines_at;
    scratch_.due.clear();
    cells::deadlines_each_due(deadlines, tracking.slots(), through_ms, [&](uint32_t slot) {
      if (tracking.is_apart(slot)) scratch_.due.push_back(slot);
    });
    int64_t last_ms = kNone;
    for (const uint32_t slot : scratch_.due) {
      int64_t next_ms = cells::load_time(deadlines + size_t{8} * slot);
      while (next_ms <= through_ms) {
        last_ms = std::max(last_ms, next_ms);
        next_ms = settle_apart(tracking.chunk_of(slot), next_ms);
      }
      cells::deadlines_set(deadlines, tracking.slots(), slot, next_ms);
    }
    blob_.header().next_ms = cells::deadlines_first(deadlines, tracking.slots());
    return last_ms;
  }

  /// One instant of a chunk and of those that read it. Returns its next deadline.
  int64_t settle_apart(uint32_t chunk, int64_t at_ms) {
    frame_.now_ms = at_ms;
    scratch_.changes.clear();
    const bool marks = interp::settle_chunk(frame_, native_, chunk, scratch_.changes);
    const int64_t next_ms = std::max(frame_.next_ms, at_ms + 1);  // as `settle` says
    if (marks) {
      const auto end = static_cast<uint32_t>(program_.view().chunks.size());
      interp::settle_marked(frame_, native_, chunk + 1, end, scratch_.changes);
    }
    // Who drains puts them in order.
    for (const interp::Change& change : scratch_.changes) {
      out_.push_back({.at = {at_ms}, .segment = change.segment, .entered = change.entered});
    }
    return next_ms;
  }

  /// Lets cells that follow turns begin with the truths of their nodes.
  void take_truths() {
    const image::View& view = program_.view();
    const auto follows = [](const std::vector<uint32_t>& cells) { return !cells.empty(); };
    if (!std::any_of(prepared_.crossings_of_chunk.begin(), prepared_.crossings_of_chunk.end(),
                     follows)) {
      return;
    }
    for (const uint32_t chunk : prepared_.all_chunks) {
      interp::run_chunk(frame_, chunk);
      for (const uint32_t cell : prepared_.crossings_of_chunk[chunk]) {
        const uint32_t place = view.nodes[view.cells[cell].source].place;
        const auto word = cells::load<uint64_t>(interp::truth_word(frame_.blob, place / 64));
        cells::crossing_move(frame_.blob + view.cells[cell].offset, (word >> place % 64 & 1) != 0,
                             false);
      }
    }
  }

  enum class Looks : uint8_t {
    kTouched,  // at what the instant can change
    kFirst,    // at all, of a new user
    kAll,      // at all, of one who was joined with others, or is new to the program
  };

  /// The blob becomes what all of them come to.
  void join(std::span<const Blob> earlier) {
    Blob all = Blob::copy_of(earlier[0].bytes());
    for (const Blob& next : earlier.subspan(1)) {
      Blob later = Blob::copy_of(next.bytes());
      cells::merge(program_.view(), later, all);
      all = std::move(later);
    }
    if (blob_.empty()) {
      blob_.assign(all.bytes());
    } else {
      cells::merge(program_.view(), blob_, all);
    }
  }

  void create(int64_t at_ms) {
    blob_.create(program_.view().layout[0], prepared_.identity);
    blob_.header().first_ms = at_ms;
    const std::vector<std::byte>& state = prepared_.first->state;
    std::memcpy(blob_.data() + sizeof(BlobHeader), state.data(), state.size());
    cells::begin_near(program_.view(), blob_.data(), at_ms);
  }

  void settle(int64_t at_ms, std::span<const Event* const> events, Looks looks) {
    const bool due = blob_.header().next_ms <= at_ms;
    frame_.blob = blob_.data();
    frame_.now_ms = at_ms;
    cells::reach_near(program_.view(), prepared_.near, frame_.blob, at_ms);
    frame_.next_ms = due ? kNever.ms : int64_t{blob_.header().next_ms};
    frame_.hits.clear();
    frame_.in_unions.clear();
    frame_.start_ms = at_ms;
    frame_.by = image::kNone;
    frame_.occurrences = static_cast<uint32_t>(events.size());
    if (!events.empty()) {
      apply_events(events);
      interp::feed_changes(frame_);
    }
    if (frame_.tracking != nullptr) {
      settle_tracked(due, looks);
    } else {
      settle_levels(chunks_of(events, due, looks != Looks::kTouched), due);
    }
    if (looks == Looks::kAll) interp::note_since(frame_, scratch_.words, scratch_.changes);
    if (!scratch_.changes.empty()) report(events, looks == Looks::kAll);
    BlobHeader& header = blob_.header();
    header.last_ms = at_ms;
    // A deadline lies after its instant; were one not, time would stand still.
    header.next_ms = std::max<int64_t>(frame_.next_ms, at_ms + 1);
  }

  /// Sequences, then conditions, level by level: what turns feeds streams of the next one.
  void settle_levels(std::span<const uint32_t> chunks, bool due) {
    scratch_.changes.clear();
    const std::span<const image::ChunkRow> rows = program_.view().chunks;
    for (uint32_t level = 0; level < prepared_.levels; ++level) {
      interp::advance_sequences(frame_, scratch_.sequences, level, due);
      size_t end = 0;
      while (end < chunks.size() && rows[chunks[end]].level == level) ++end;
      interp::settle_chunks(frame_, native_, chunks.first(end), scratch_.changes);
      chunks = chunks.subspan(end);
    }
  }

  /// The same for the chunks alone whose inputs changed or whose deadline is due.
  void settle_tracked(bool due, Looks looks) {
    scratch_.changes.clear();
    const interp::Tracking& tracking = *frame_.tracking;
    if (due) interp::mark_due(frame_);
    if (looks == Looks::kFirst) interp::mark(frame_.dirty, prepared_.first->moving);
    if (looks == Looks::kAll) interp::mark_all(frame_);
    uint32_t begin = 0;
    for (uint32_t level = 0; level < prepared_.levels; ++level) {
      interp::advance_sequences(frame_, scratch_.sequences, level, due);
      const uint32_t end = tracking.end_of_level(level);
      interp::settle_marked(frame_, native_, begin, end, scratch_.changes);
      begin = end;
    }
    if (looks == Looks::kFirst) interp::note_first(frame_, scratch_.changes);
    frame_.next_ms = cells::deadlines_first(frame_.blob + program_.view().layout[0].deadlines_at,
                                            tracking.slots());
  }

  void apply_events(std::span<const Event* const> events) {
    interp::feed_zone(frame_, events);
    frame_.event_ordinal = 0;
    for (const Event* event : events) {
      frame_.made.rewind({});
      frame_.event = event;
      frame_.slots = event->slots.data();
      const uint32_t kind = event->kind.index;
      const bool has_code =
          native_ != nullptr && kind < native_->kinds.size() && native_->kinds[kind] != nullptr;
      if (has_code) {
        native_->kinds[kind](&frame_);
      } else {
        interp::apply_event(frame_);
      }
      ++frame_.event_ordinal;
    }
    frame_.event = nullptr;
    frame_.slots = nullptr;
  }

  /// The chunks that the instant can change, ascending.
  std::span<const uint32_t> chunks_of(std::span<const Event* const> events, bool due, bool all) {
    if (all) return prepared_.all_chunks;
    if (events.empty()) return prepared_.timed_chunks;
    const image::View& view = program_.view();
    const auto of_kind = [&](const Event* event) {
      return view.list(view.kinds[event->kind.index].chunks);
    };
    if (events.size() == 1 && !due) return of_kind(events[0]);
    std::vector<uint32_t>& chunks = scratch_.chunks;
    chunks.clear();
    if (due) chunks = prepared_.timed_chunks;
    const Event* previous = nullptr;
    for (const Event* event : events) {
      if (previous != nullptr && previous->kind == event->kind) continue;
      previous = event;
      const std::span<const uint32_t> more = of_kind(event);
      chunks.insert(chunks.end(), more.begin(), more.end());
    }
    std::sort(chunks.begin(), chunks.end());
    chunks.erase(std::unique(chunks.begin(), chunks.end()), chunks.end());
    return chunks;
  }

  void report(std::span<const Event* const> events, bool joined) {
    std::vector<interp::Change>& changes = scratch_.changes;
    if (changes.size() > 1) {
      std::sort(changes.begin(), changes.end(),
                [](const auto& a, const auto& b) { return a.segment < b.segment; });
    }
    Transition transition;
    transition.at = Instant{frame_.now_ms};
    if (!events.empty()) transition.cause = Cause::kTrait;
    if (joined) transition.cause = Cause::kMerge;
    for (const Event* event : events) {
      if (event->kind == kIdentifyKind || joined) continue;
      transition.cause = Cause::kEvent;
      transition.event = event->name;
      break;
    }
    for (const interp::Change& change : changes) {
      transition.segment = change.segment;
      transition.entered = change.entered;
      out_.push_back(transition);
    }
  }

  const Program& program_;
  const Prepared& prepared_;
  const NativeCode* native_;
  Blob& blob_;
  std::string_view user_;
  std::vector<Transition>& out_;
  Scratch& scratch_;
  Frame& frame_;
};

}  // namespace

namespace interp {

void settle_events(const Program& program, Blob& blob, std::span<const Event> events,
                   std::vector<Transition>& out) {
  Settling(program, blob, events[0].user, out).settle_events(events);
}

void settle_joined(const Program& program, Blob& blob, std::string_view user,
                   std::span<const Blob> earlier, Instant at, std::span<const Event> events,
                   std::vector<Transition>& out) {
  Settling(program, blob, user, out).settle_joined(earlier, at.ms, events);
}

void carry_over(const cells::CarryPlan& plan, const Program& from, const Blob& old,
                const Program& to, Blob& into, std::string_view user, Instant at,
                const cells::FillPlan& fill, const Blob& filled) {
  std::vector<Transition> ignored;
  Settling settling(to, into, user, ignored);
  settling.begin(old.header().first_ms);
  cells::carry(plan, from.view(), old, to.view(), into, fill, filled);
  settling.settle_anew(at.ms);
}

void settle_deadlines(const Program& program, Blob& blob, std::string_view user, int64_t through_ms,
                      std::vector<Transition>& out) {
  Settling(program, blob, user, out).drain(through_ms);
}

}  // namespace interp
}  // namespace segue
