#pragma once

#include <cstdint>
#include <vector>

#include "runtime/base/instant.h"
#include "runtime/base/value.h"
#include "runtime/cells/matching.h"

/// Matches under way of any sequence: with shortest gaps, breakers, a limit for the whole, and
/// apart for each value of `by`. Both cells of sequences hold their partial matches in it; what has
/// longest gaps alone fits one word a step (`take_steps`).
namespace segue::cells {

/// What the occurrences of one instant and one value of `by` allow.
struct Moment {
  int64_t at_ms = 0;
  Possible possible;
  int64_t start_ms = 0;   // the latest at which a first step of this instant began
  uint32_t breakers = 0;  // bit j: an occurrence that may not lie before step j
  uint32_t reserved = 0;
  Scalar key;             // of `by`; else all zero
};
static_assert(sizeof(Moment) == 56);

/// A partial match whose newest step is `step`, or, where that is the number of steps, a whole one
/// whose wait runs.
struct Attempt {
  Scalar key;
  int64_t at_ms = 0;     // of the newest step
  int64_t start_ms = 0;  // the latest start that leads there
  uint64_t step = 0;
};
static_assert(sizeof(Attempt) == 40);

/// A match that ended, and when.
struct Ended {
  Scalar key;
  int64_t start_ms = 0;
  int64_t at_ms = 0;
};

class Attempts {
 public:
  explicit Attempts(const Sequence& sequence) : sequence_(sequence) {}

  /// Those kept so far, in the order `all` gave them.
  void assign(const Attempt* first, size_t count) { all_.assign(first, first + count); }
  const std::vector<Attempt>& all() const { return all_; }

  /// Takes in a moment. Moments of one instant in the order of their keys.
  void take(const Moment& moment);

  /// Ends the waits that are over at `now_ms`, in the order of their keys.
  void end_waits(int64_t now_ms);
  /// Once an instant, after its moments and waits.
  void end_instant(int64_t now_ms);
  /// The matches that have ended.
  const std::vector<Ended>& ended() const { return ended_; }

  /// When the next wait is over; `kNever` if none is open.
  int64_t deadline_ms() const;

 private:
  size_t steps() const { return sequence_.steps.size(); }
  int64_t best_start(size_t step, int64_t now_ms) const;
  void go_on(const Moment& moment);
  void add(const Moment& moment, size_t step, int64_t start_ms);
  void prune(int64_t now_ms);
  bool is_dead(const Attempt& attempt, int64_t now_ms) const;
  void limit_keys(int64_t now_ms);

  const Sequence sequence_;
  std::vector<Attempt> all_;  // those of one key side by side, of the key touched last at the end
  std::vector<Attempt> own_;  // those of the moment's key, by step, then time
  std::vector<Ended> ended_;
};

}  // namespace segue::cells
