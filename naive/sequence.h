#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "naive/occurrences.h"

namespace segue::naive {

/// A sequence of steps over one user's events, and its matches.
///
/// Rules:
/// - A match is one event for each step, all different, in order of time. A step by `then` may come
///   at the instant of the one before (by another event: instants have no order inside), one by
///   `later` comes strictly after it. The gap between two steps is at most the later one's
///   `within`, that length included.
/// - Matches are taken from left to right. The next one is that which ends first; which of the
///   events it could begin with makes no difference to where later ones end. The match after it
///   begins strictly after the instant of its last step, so at most one match ends at an instant.
/// - `then no X within D` waits: the steps before it are a sequence of their own, with matches as
///   above, and each of these occurs D after its last step, unless an X comes from that step's
///   instant to the end of the wait, both included. The very event of the last step is not such an
///   X. Where the last step could be any of several events of its instant, the match survives if
///   some choice of its events leaves no other X there. By `no later` only what comes strictly
///   after the last step's instant counts. Waits of several matches may overlap; each ends alone.
class Sequence {
 public:
  Sequence(const hir::Stream& stream, Occurrences& occurrences);

  /// The instants of all moments, ascending.
  std::span<const Instant> times() const { return times_; }

  /// How long after its last step a match occurs: the length of the absence, or nothing.
  Duration wait() const;

  /// Where matches end, ascending, if nothing but the `chosen` moments (ascending) had happened.
  std::vector<Instant> ends(std::span<const size_t> chosen) const;

 private:
  /// The events of one instant that are a step of the sequence or an X.
  struct Moment {
    Instant at;
    std::vector<std::vector<bool>> is_step;  // [step][event]
    std::vector<bool> is_absence;            // [event]
    /// [first][end]: each of the steps first .. end - 1 can have an event of its own here.
    std::vector<std::vector<bool>> fits;
  };

  /// [j]: the newest instant at which the first j steps were all found. Gaps have only a longest
  /// length, so whatever could follow an older instant can follow the newest.
  using Found = std::vector<std::optional<Instant>>;

  size_t size() const { return stream_.steps.size(); }
  bool can_go_on(const Found& found, size_t step, Instant at) const;
  bool place(const Moment& moment, size_t first, size_t end, std::vector<bool> used) const;
  bool survives(std::span<const size_t> chosen, size_t last, const Found& before) const;

  const hir::Stream& stream_;
  std::vector<Moment> moments_;
  std::vector<Instant> times_;
};

}  // namespace segue::naive
