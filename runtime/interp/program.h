#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/base/event.h"
#include "runtime/base/result.h"
#include "runtime/cells/blob.h"
#include "runtime/image/view.h"
#include "runtime/interp/frame.h"

namespace segue {

/// Native code for a program. A null entry, or a missing one, means "interpret".
struct NativeCode {
  using Fn = void (*)(Frame*);
  std::vector<Fn> kinds;              // applies `frame.event` to its kind's streams: cells, hits
  std::vector<Fn> chunks;             // evaluates its nodes at `frame.now_ms`, stores them, moves
                                      // their `held` cells, lowers `frame.next_ms`
  std::vector<Fn> instants;           // settles a whole instant at which nothing is due and one
                                      // event of its kind happens, `frame.event`
  Fn time = nullptr;                  // settles a whole instant of deadlines without events
  std::shared_ptr<const void> owner;  // keeps the code mapped
};

/// A verified image that can be run. Immutable but for `install`; shared freely by threads.
class Program {
 public:
  explicit Program(image::Image image);
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program();

  const image::View& view() const { return image_.view(); }
  const image::Image& image() const { return image_; }
  const InputSchema& schema() const { return schema_; }

  /// Lets native code take over from the next instant on. Once; the interpreter answers until then.
  /// Any thread.
  void install(NativeCode code);
  const NativeCode* native() const { return native_.load(std::memory_order_acquire); }

  /// Compiled regular expressions and whatever else the interpreter prepares once.
  const Prepared& prepared() const { return *prepared_; }

  /// Whether bytes from outside can be a state of this program (`cells/check_state.h`, whose
  /// errors and cost it has).
  Status check_state(std::span<const std::byte> bytes) const;

 private:
  image::Image image_;
  InputSchema schema_;
  NativeCode code_;
  std::atomic<const NativeCode*> native_{nullptr};
  std::unique_ptr<const Prepared> prepared_;
};

enum class Cause : uint8_t { kEvent, kTime, kTrait, kMerge, kDelete, kDeploy };

/// One change of one user's membership at its exact instant.
struct Transition {
  Instant at;
  uint32_t segment = 0;  // row of the image's segments
  bool entered = false;
  Cause cause = Cause::kTime;  // kTrait: the instant has nothing but identify calls
  std::string_view event;      // kEvent: wire name of its first other event, in the order of
                               // application; lives as long as its batch
};

/// Applies the events of one instant to one user's state and settles that instant: deadlines before
/// it first, each at its own instant; then the events (identify calls first, then by `tie`; copies
/// are dropped), then every condition once, in topological order. A user's first instant looks at
/// all conditions.
///
/// `blob`   made by the same program (or empty), else `Errc::kInvalid`; may move and grow.
/// `events` all of one user and one instant, in any order, not before the blob's last settled
///          instant, else `Errc::kTooLate` and nothing is changed.
/// `out`    transitions are appended in order of (instant, segment).
/// Cost     follows the chunks the kinds can change, not the number of rules.
/// Threads  one call a blob at a time.
Status apply(const Program& program, Blob& blob, std::span<const Event> events,
             std::vector<Transition>& out);

/// Lets time pass: settles every deadline up to and at `through`. Nothing happens to an empty blob,
/// and none between deadlines, so the state does not depend on how often this is called.
void advance(const Program& program, Blob& blob, std::string_view user, Instant through,
             std::vector<Transition>& out);

/// The first instant at which `advance` may have something to do; `kNever` if none. May be early,
/// never late.
inline Instant next_deadline(const Blob& blob) {
  return blob.empty() ? kNever : Instant{blob.header().next_ms};
}

/// As of the last settled instant. A score is never missing. Of an empty blob: no, and 0.
bool member(const Program& program, const Blob& blob, uint32_t segment);
double score(const Program& program, const Blob& blob, uint32_t score);

/// The same as of an instant not before that one and before the next deadline: points with a
/// half-life are less from millisecond to millisecond.
double score_at(const Program& program, const Blob& blob, uint32_t score, Instant at);

}  // namespace segue
