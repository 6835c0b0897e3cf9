#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/cells/bytes.h"
#include "runtime/cells/carry.h"
#include "runtime/cells/near.h"
#include "runtime/interp/program.h"

namespace segue::interp {

/// Settles instants of one event, and of deadlines alone, by one native function, for who applies
/// events of one program again and again: what each needs is looked up once. Thirty instructions
/// beside the function. One thread at a time; `program` outlives it.
class Alone {
 public:
  explicit Alone(const Program& program);

  /// Takes native code that has come since.
  void refresh() {
    if (program_->native() != native_) [[unlikely]]
      take_native();
  }

  /// False if that instant is not such a one, or the arguments are not those that `apply` wants:
  /// then no more than deadlines before it are settled, and `apply` does the rest.
  bool settle(Blob& blob, const Event& event, std::vector<Transition>& out) {
    const uint32_t kind = event.kind.index;
    if (kind >= kind_count_ || blob.empty()) [[unlikely]]
      return false;
    const OfKind& of_kind = kinds_[kind];
    const int64_t at_ms = event.at.ms;
    const BlobHeader& before = blob.header();
    const int64_t next_ms = before.next_ms;
    const bool fits = at_ms >= before.last_ms && before.program == mark_;
    if (!fits || next_ms <= at_ms || !of_kind.is_plain || must_rewind()) [[unlikely]] {
      return settle_seldom(of_kind, blob, event, out);
    }
    call(of_kind, blob, at_ms, next_ms, &event, out);
    return true;
  }

  /// Of the blob for which `settle` said yes last.
  Instant next_deadline() const { return {frame_.next_ms}; }

  /// As `segue::advance`.
  void advance(Blob& blob, std::string_view user, Instant through, std::vector<Transition>& out) {
    if (!time_.is_plain || must_rewind()) [[unlikely]] {
      return segue::advance(*program_, blob, user, through, out);
    }
    for (Instant next = segue::next_deadline(blob); next <= through && next != kNever;
         next = segue::next_deadline(blob)) {
      call(time_, blob, next.ms, kNever.ms, nullptr, out);
    }
  }

 private:
  /// Of a kind of event, or of time.
  struct OfKind {
    NativeCode::Fn code = nullptr;  // null: its instants are settled step by step
    uint32_t word_at = 0;           // in a blob: the word of truths in which its segments stand
    bool is_plain = false;          // … and no other, and nothing is to be prepared
    uint64_t mask = 0;              // the segments' bits
  };

  /// `next_ms`: the next deadline as far as it is known before.
  void call(const OfKind& of_kind, Blob& blob, int64_t at_ms, int64_t next_ms, const Event* event,
            std::vector<Transition>& out) {
    frame_.owner = &blob;
    frame_.event = event;
    frame_.slots = event != nullptr ? event->slots.data() : nullptr;
    frame_.blob = blob.data();
    frame_.next_ms = next_ms;
    frame_.now_ms = at_ms;
    cells::reach_near(*frame_.view, near_, frame_.blob, at_ms);
    const auto truths = cells::load<uint64_t>(blob.data() + of_kind.word_at);
    of_kind.code(&frame_);
    BlobHeader& header = blob.header();  // it may have moved
    header.last_ms = at_ms;
    // A deadline lies after its instant; were one not, time would stand still.
    frame_.next_ms = std::max(frame_.next_ms, at_ms + 1);
    header.next_ms = frame_.next_ms;
    const uint64_t changed =
        (cells::load<uint64_t>(blob.data() + of_kind.word_at) ^ truths) & of_kind.mask;
    if (changed != 0) [[unlikely]]
      report(of_kind, changed, event, out);
  }

  bool must_rewind() const { return frame_.made.bytes_held() != 0; }
  void take_native();
  bool settle_seldom(const OfKind& of_kind, Blob& blob, const Event& event,
                     std::vector<Transition>& out);
  void report(const OfKind& of_kind, uint64_t changed, const Event* event,
              std::vector<Transition>& out);

  const Program* program_;
  const NativeCode* native_ = nullptr;
  Frame frame_;
  std::vector<OfKind> kinds_;
  uint32_t kind_count_ = 0;
  OfKind time_;
  std::span<const cells::NearRun> near_;
  uint32_t mark_;
};

// `apply` and `advance` step by step, for every program and instant. Their arguments are checked.

void settle_events(const Program& program, Blob& blob, std::span<const Event> events,
                   std::vector<Transition>& out);

/// The user becomes who it and all of `earlier` were together, as of the instant `at`, which is
/// settled with these events: see cells/merge.h. All of them are settled up to `at`, not included,
/// and `blob` is empty if nobody was the user yet. Transitions have the cause `kMerge`.
void settle_joined(const Program& program, Blob& blob, std::string_view user,
                   std::span<const Blob> earlier, Instant at, std::span<const Event> events,
                   std::vector<Transition>& out);

void settle_deadlines(const Program& program, Blob& blob, std::string_view user, int64_t through_ms,
                      std::vector<Transition>& out);

/// Makes of the state of a user under one program that under another: what `plan` carries over
/// stays, conditions and deadlines are as of `at`, up to and at which the old state is settled.
/// Nothing occurs by it: what waits for a condition to turn takes its truth as it is. `into` must
/// be empty, or in its keeper's room. `filled`: empty, or the user's state under the new program
/// that `fill` is of, settled up to and at `at` too.
/// Cost: a copy of what is kept, and every condition.
void carry_over(const cells::CarryPlan& plan, const Program& from, const Blob& old,
                const Program& to, Blob& into, std::string_view user, Instant at,
                const cells::FillPlan& fill = {}, const Blob& filled = {});

}  // namespace segue::interp
