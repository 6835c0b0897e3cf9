#pragma once

#include <algorithm>

#include "runtime/base/instant.h"

namespace segue {

/// Nothing is ever late: more than any two instants can be apart.
inline constexpr Duration kLatenessAll{kNever.ms / 4};

/// Where the input stands in event time. Taken before events are sharded, so what is late does not
/// depend on the number of threads, nor on how the input is cut into batches.
class Watermark {
 public:
  explicit Watermark(Duration lateness) : lateness_(lateness) {}

  /// Whether an event dated `at`, next in the input, still counts; if so it moves the watermark.
  bool admit(Instant at) {
    if (at < passed()) return false;
    newest_ = std::max(newest_, at);
    return true;
  }

  /// Of a call about identity dated `at`: when it takes effect. It is never late: what is settled
  /// stays, so it waits for what is not.
  Instant admit_call(Instant at) {
    const Instant effect = std::max(at, passed());
    newest_ = std::max(newest_, effect);
    return effect;
  }

  /// The same for several, of which each is dated at or after the one before it and the newest.
  void admit_rising(Instant last) { newest_ = last; }

  /// Events dated before it are late from now on, so all instants before it can be settled.
  Instant passed() const { return std::max(newest_ - lateness_, floor_); }

  /// All up to and at `through` counts as seen.
  void advance_to(Instant through) { floor_ = std::max(floor_, through + Duration{1}); }

  /// Instants before it are late because the clock was moved on.
  Instant floor() const { return floor_; }

  /// As it was.
  void restore(Instant newest, Instant floor) {
    newest_ = newest;
    floor_ = floor;
  }

  /// The newest event that counted; `kLongAgo` before the first.
  Instant newest() const { return newest_; }

 private:
  Duration lateness_;
  Instant newest_ = kLongAgo;
  Instant floor_ = kLongAgo;
};

}  // namespace segue
