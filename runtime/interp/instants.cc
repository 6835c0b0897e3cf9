#include <algorithm>
#include <bit>
#include <span>

#include "runtime/cells/near.h"
#include "runtime/image/limits.h"
#include "runtime/interp/chunks.h"
#include "runtime/interp/prepared.h"
#include "runtime/interp/program.h"
#include "runtime/interp/settle.h"

/// The pure calls. Instants that one native function settles whole, the common ones of small
/// programs, are settled here; the others step by step in settle.cc.
namespace segue {
namespace {

using cells::load;
using interp::truth_word;

using Watches = std::span<const Prepared::Watched>;

void begin_program(Frame& frame, const Program& program) {
  frame.view = &program.view();
  frame.prepared = &program.prepared();
}

Frame& frame_of_thread(const Program& program) {
  static thread_local Frame frame;
  begin_program(frame, program);
  return frame;
}

/// What the changes of an instant have in common.
Transition change_of(const Frame& frame, const Event* event) {
  Transition transition;
  transition.at = Instant{frame.now_ms};
  if (event != nullptr) {
    const bool trait = event->kind == kIdentifyKind;
    transition.cause = trait ? Cause::kTrait : Cause::kEvent;
    if (!trait) transition.event = event->name;
  }
  return transition;
}

/// Appends the segments that changed of one word of truths.
void append(const Frame& frame, uint32_t word, uint64_t changed, Transition& transition,
            std::vector<Transition>& out) {
  const auto now = load<uint64_t>(truth_word(frame.owner->data(), word));
  for (; changed != 0; changed &= changed - 1) {
    const auto bit = static_cast<uint32_t>(std::countr_zero(changed));
    for (const uint32_t segment : frame.prepared->segments_at(word * 64 + bit)) {
      transition.segment = segment;
      transition.entered = (now >> bit & 1) != 0;
      out.push_back(transition);
    }
  }
}

void sort_from(size_t first, std::vector<Transition>& out) {
  if (out.size() - first < 2) return;
  std::sort(out.begin() + static_cast<ptrdiff_t>(first), out.end(),
            [](const auto& a, const auto& b) { return a.segment < b.segment; });
}

/// Appends the segments that changed, ascending. `changed`: the bits of each word.
[[gnu::noinline]] void report(const Frame& frame, const uint64_t* changed, Watches watched,
                              const Event* event, std::vector<Transition>& out) {
  Transition transition = change_of(frame, event);
  const size_t first = out.size();
  for (size_t i = 0; i < watched.size(); ++i) {
    append(frame, watched[i].word, changed[i], transition, out);
  }
  sort_from(first, out);
}

/// For one user of the frame's program.
inline void begin_user(Frame& frame, Blob& blob, std::string_view user) {
  frame.owner = &blob;
  if (frame.prepared->reads_user) [[unlikely]] {
    frame.user_scalar = scalar_of_text(user);
  }
  if (frame.made.bytes_held() != 0) [[unlikely]] {
    frame.made.rewind({});
  }
}

/// Calls the function and writes the header. What only some functions need of the frame they ask
/// for (`segue_begin_hits`).
void call(Frame& frame, NativeCode::Fn code, int64_t at_ms) {
  frame.now_ms = at_ms;
  cells::reach_near(*frame.view, frame.prepared->near, frame.blob, at_ms);
  code(&frame);
  BlobHeader& header = frame.owner->header();
  header.last_ms = at_ms;
  // A deadline lies after its instant; were one not, time would stand still.
  header.next_ms = std::max(frame.next_ms, at_ms + 1);
}

/// One instant by one call, of the frame's event or of none. `next_ms`: the next deadline as far as
/// it is known before.
inline void settle_whole(Frame& frame, NativeCode::Fn code, int64_t at_ms, int64_t next_ms,
                         Watches watched, std::vector<Transition>& out) {
  const Event* event = frame.event;
  frame.blob = frame.owner->data();
  frame.next_ms = next_ms;
  if (watched.size() == 1) [[likely]] {
    const Prepared::Watched at = watched[0];
    uint64_t word = load<uint64_t>(truth_word(frame.blob, at.word));
    call(frame, code, at_ms);
    word = (word ^ load<uint64_t>(truth_word(frame.owner->data(), at.word))) & at.mask;
    if (word != 0) report(frame, &word, watched, event, out);
    return;
  }
  uint64_t words[image::kChunkNodesMax];
  for (size_t i = 0; i < watched.size(); ++i) {
    words[i] = load<uint64_t>(truth_word(frame.blob, watched[i].word));
  }
  call(frame, code, at_ms);
  uint64_t changed = 0;
  for (size_t i = 0; i < watched.size(); ++i) {
    words[i] ^= load<uint64_t>(truth_word(frame.owner->data(), watched[i].word));
    changed |= words[i] &= watched[i].mask;
  }
  if (changed != 0) report(frame, words, watched, event, out);
}

/// Any instant, its arguments checked.
[[gnu::noinline]] Status apply_any(const Program& program, Blob& blob,
                                   std::span<const Event> events, std::vector<Transition>& out) {
  if (events.empty()) return {};
  const Instant at = events[0].at;
  for (const Event& event : events.subspan(1)) {
    if (event.at != at) return Error{Errc::kInvalid, "events of more than one instant"};
  }
  if (!blob.empty()) {
    if (blob.header().program != program_mark(program.prepared().identity)) {
      return Error{Errc::kInvalid, "a blob of another program"};
    }
    if (at.ms < blob.header().last_ms) {
      return Error{Errc::kTooLate, "an event before the last settled instant"};
    }
  }
  interp::settle_events(program, blob, events, out);
  return {};
}

/// The instant of one event of a known user, by one native function. False if it is not such a one,
/// or the arguments are not those that `apply` wants: then no more than deadlines before it are
/// settled. `interp::Alone` is the same for who has many events.
inline bool settle_alone(const Program& program, Blob& blob, const Event& event,
                         std::vector<Transition>& out) {
  const NativeCode* native = program.native();
  const uint32_t kind = event.kind.index;
  if (native == nullptr || kind >= native->instants.size() || blob.empty()) return false;
  const NativeCode::Fn code = native->instants[kind];
  const int64_t at_ms = event.at.ms;
  const BlobHeader& header = blob.header();
  if (code == nullptr || at_ms < header.last_ms ||
      header.program != program_mark(program.prepared().identity)) {
    return false;
  }
  if (header.next_ms < at_ms) [[unlikely]] {
    advance(program, blob, event.user, Instant{at_ms - 1}, out);
  }
  const int64_t next_ms = blob.header().next_ms;
  if (next_ms <= at_ms) return false;
  Frame& frame = frame_of_thread(program);
  begin_user(frame, blob, event.user);
  frame.event = &event;
  frame.slots = event.slots.data();
  settle_whole(frame, code, at_ms, next_ms, frame.prepared->watched_by_kind(kind), out);
  return true;
}

}  // namespace

interp::Alone::Alone(const Program& program)
    : program_(&program),
      near_(program.prepared().near),
      mark_(program_mark(program.prepared().identity)) {
  begin_program(frame_, program);
  take_native();
}

void interp::Alone::take_native() {
  native_ = program_->native();
  kinds_.clear();
  kind_count_ = 0;
  time_ = {};
  if (native_ == nullptr) return;
  const Prepared& prepared = program_->prepared();
  const auto look_up = [&](NativeCode::Fn code, Watches watched) {
    OfKind of_kind{.code = code};
    of_kind.is_plain = code != nullptr && watched.size() == 1 && !prepared.reads_user;
    if (!of_kind.is_plain) return of_kind;
    of_kind.word_at = sizeof(BlobHeader) + watched[0].word * uint32_t{sizeof(uint64_t)};
    of_kind.mask = watched[0].mask;
    return of_kind;
  };
  for (uint32_t kind = 0; kind < native_->instants.size(); ++kind) {
    kinds_.push_back(look_up(native_->instants[kind], prepared.watched_by_kind(kind)));
  }
  kind_count_ = static_cast<uint32_t>(kinds_.size());
  time_ = look_up(native_->time, prepared.watched_by_time());
}

/// Where deadlines lie before the instant, what was asked for does not fit, segments stand in
/// several words, or something is to be prepared.
bool interp::Alone::settle_seldom(const OfKind& of_kind, Blob& blob, const Event& event,
                                  std::vector<Transition>& out) {
  const BlobHeader& header = blob.header();
  const int64_t at_ms = event.at.ms;
  if (of_kind.code == nullptr || at_ms < header.last_ms || header.program != mark_) return false;
  if (header.next_ms < at_ms) advance(blob, event.user, event.at - Duration{1}, out);
  const int64_t next_ms = blob.header().next_ms;
  if (next_ms <= at_ms) return false;
  if (of_kind.is_plain && !must_rewind()) {
    call(of_kind, blob, at_ms, next_ms, &event, out);
    return true;
  }
  begin_user(frame_, blob, event.user);
  frame_.event = &event;
  frame_.slots = event.slots.data();
  settle_whole(frame_, of_kind.code, at_ms, next_ms,
               program_->prepared().watched_by_kind(event.kind.index), out);
  frame_.next_ms = blob.header().next_ms;
  return true;
}

void interp::Alone::report(const OfKind& of_kind, uint64_t changed, const Event* event,
                           std::vector<Transition>& out) {
  Transition transition = change_of(frame_, event);
  const size_t first = out.size();
  append(frame_, (of_kind.word_at - uint32_t{sizeof(BlobHeader)}) / 8, changed, transition, out);
  sort_from(first, out);
}

Status apply(const Program& program, Blob& blob, std::span<const Event> events,
             std::vector<Transition>& out) {
  if (events.size() == 1 && settle_alone(program, blob, events[0], out)) [[likely]]
    return {};
  return apply_any(program, blob, events, out);
}

void advance(const Program& program, Blob& blob, std::string_view user, Instant through,
             std::vector<Transition>& out) {
  if (blob.empty() || blob.header().next_ms > through.ms) return;
  const NativeCode* native = program.native();
  if (native == nullptr || native->time == nullptr) {
    return interp::settle_deadlines(program, blob, user, through.ms, out);
  }
  Frame& frame = frame_of_thread(program);
  begin_user(frame, blob, user);
  frame.event = nullptr;
  frame.slots = nullptr;
  const Watches watched = program.prepared().watched_by_time();
  for (int64_t next_ms = blob.header().next_ms; next_ms <= through.ms && next_ms != kNever.ms;
       next_ms = blob.header().next_ms) {
    settle_whole(frame, native->time, next_ms, kNever.ms, watched, out);
  }
}

}  // namespace segue
