#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "naive/occurrences.h"

namespace segue::naive {

/// A sequence of steps over one user's history, and its matches.
///
/// Rules:
/// - A match is one occurrence for each step, all different, in order of time. A step by `then` may
///   come at the instant of the one before (by another occurrence: instants have no order inside),
///   one by `later` comes strictly after it. The gap between two steps is at least the later one's
///   `after` and at most its `within`, both included, and none of its `without` lies strictly
///   between them. `all within`: from the start of the first step to the end, a wait included.
/// - Matches are taken from left to right. The next one is that which ends first; which of the
///   occurrences it could begin with makes no difference to where later ones end, and the latest is
///   taken. The match after it begins strictly after the instant of its last step, so at most one
///   match ends at an instant.
/// - `then no X within D` waits: the steps before it are a sequence of their own, with matches as
///   above, and each of these occurs D after its last step, unless an X comes from that step's
///   instant to the end of the wait, both included. The very occurrence of the last step is not
///   such an X. Where the last step could be any of several of its instant, the match survives if
///   some choice leaves no other X there. By `no later` only what comes strictly after the last
///   step's instant counts. Waits of several matches may overlap; each ends alone.
/// - `by k`: all that is for each value of k apart, among the occurrences that have it.
class Sequence {
 public:
  /// How much may be under way at a time; by default as the language says (compiler/sema/limits.h).
  struct Limits {
    size_t keys;
    size_t waiting;
  };

  struct Match {
    Instant end;  // that of its wait
    Instant start;
    std::optional<Scalar> key;
  };

  /// Keeps a reference to `stream`.
  Sequence(const hir::Stream& stream, Occurrences& occurrences);
  Sequence(const hir::Stream& stream, Occurrences& occurrences, Limits limits);

  /// The instants at which there is a step, an absence or what may not come between, ascending.
  std::span<const Instant> times() const { return times_; }

  /// How long after its last step a match occurs: the length of the absence, or nothing.
  Duration wait() const;

  /// The matches, by end and key, if nothing but what happened at the `chosen` times (ascending)
  /// had happened.
  std::vector<Match> matches(std::span<const size_t> chosen) const;

 private:
  using Key = std::pair<uint64_t, uint64_t>;  // hi, lo: an order for scalars

  /// What is seen of one key at one instant.
  struct Moment {
    Instant at;
    std::vector<Occurrence> here;
    std::vector<std::vector<bool>> is_step;  // [step][occurrence]
    std::vector<bool> is_absence;            // [occurrence]
    std::vector<bool> is_without;            // [step]: something that may not come before it
    /// [first][end]: each of the steps first .. end - 1 can have an occurrence of its own here.
    std::vector<std::vector<bool>> fits;
    /// [end]: if first is 0, the latest start that the steps 0 .. end - 1 can have here.
    std::vector<std::optional<Instant>> starts;
  };

  /// Steps found, but not all: the last of them at `at`.
  struct Partial {
    Instant at;
    Instant start;
  };

  /// What is under way for one key.
  struct Run {
    std::vector<std::vector<Partial>> found;             // [j]: with the first j steps found
    std::vector<std::optional<Instant>> newest_without;  // [step]: before the moment at hand
    std::vector<Match> waits;
    Instant newest;  // moment of the key
  };

  size_t size() const { return stream_.steps.size(); }
  void collect(Occurrences& occurrences);
  void describe(Moment& moment) const;
  bool together(size_t first, size_t end) const;
  bool place(const Moment& moment, size_t first, size_t end, std::vector<bool> used) const;
  std::optional<Instant> start_here(const Moment& moment, size_t end,
                                    const std::vector<bool>& used) const;
  std::optional<Instant> latest_before(const Run& run, size_t step, Instant at) const;
  std::optional<Instant> latest(const Run& run, const Moment& moment, size_t end) const;
  std::optional<Instant> latest_beside(const Run& run, const Moment& moment, size_t x) const;
  std::optional<Instant> surviving(const Run& run, const Moment& moment, Instant start) const;
  bool in_time(Instant start, Instant at) const;
  void see(Run& run, const Moment& moment, const Key& key) const;
  void forget_dead(Run& run, Instant at) const;
  bool under_way(const Run& run, Instant at) const;
  void drop_oldest(std::map<Key, Run>& runs, Instant at, std::vector<Match>& ended) const;
  Run fresh() const;

  const hir::Stream& stream_;
  Limits limits_;
  std::vector<Instant> times_;
  std::vector<std::map<Key, Moment>> moments_;  // [time]
};

}  // namespace segue::naive
