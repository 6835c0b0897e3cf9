#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include <tsl/robin_map.h>

#include "runtime/base/event.h"
#include "runtime/base/instant.h"

namespace segue {

/// Knows copies that a sender stamped anew: same user, same messageId, dated at most `within` after
/// the event that was kept. Of several copies the oldest stays, and does not pass its time on.
/// Memory: about 64 bytes for each event of the last `within`.
class DedupeWindow {
 public:
  struct Key {
    uint64_t lo;
    uint64_t hi;
    friend bool operator==(Key, Key) = default;
  };
  /// What is remembered of an event.
  struct Kept {
    Instant at;
    Key key;
    uint64_t user;
  };

  explicit DedupeWindow(Duration within) : within_(within) {}

  /// Whether the event is a copy; else it is remembered. `user` is the hash of the user's id.
  /// Events of a user come in order of time. Copies of one instant are none here: `apply` drops
  /// them, by their content and not by who came first.
  bool is_copy(uint64_t user, const Event& event);

  /// Forgets what no event dated at or after `end` can be a copy of.
  void forget_before(Instant end);

  /// Forgets all that is remembered of a user, who was not there before `since`, and returns it in
  /// order of time. Cost: all that is remembered since then.
  std::vector<Kept> take(uint64_t user, Instant since);

  /// Adds it to what is remembered of another user; of copies the newest counts. Cost: all that is
  /// remembered since the first of them.
  void join(std::vector<Kept> kept, uint64_t user);

  /// All that is, appended in order of time; and the way back, in the same order.
  void save(std::vector<Kept>& kept) const {
    kept.insert(kept.end(), order_.begin(), order_.end());
  }
  void remember(const Kept& kept) {
    kept_at_[kept.key] = kept.at;
    order_.push_back(kept);
  }

 private:
  struct Hash {
    size_t operator()(Key key) const { return key.lo; }
  };

  Duration within_;
  tsl::robin_map<Key, Instant, Hash> kept_at_;
  std::deque<Kept> order_;  // by time
};

}  // namespace segue
