#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/base/event.h"
#include "runtime/engine/change.h"
#include "runtime/engine/dedupe.h"
#include "runtime/engine/timers.h"
#include "runtime/engine/users.h"
#include "runtime/interp/program.h"

namespace segue {

/// A part of the users, with all that belongs to them: states, wake-ups, changes. One thread at a
/// time; shards share nothing but the program.
///
/// Cost of an event: its own work in the program, and three cache misses (place, user, blob),
/// fetched ahead over the whole run so that they overlap.
class Shard {
 public:
  /// `segment_ranks`: by row of the image's segments, their order in changes. Both outlive it.
  Shard(const Program& program, std::span<const uint32_t> segment_ranks,
        std::optional<Duration> dedupe);

  /// The next event of this shard's users, in order of time. `hash` is `hash64(event.user)`.
  void add(const Event& event, uint64_t hash) { items_.push_back({event.at, &event, hash, 0}); }

  /// Applies what was added and settles all instants before `end`. Makes `changes`.
  void settle(Instant end);

  /// Without events, nothing happens before it.
  Instant earliest_wake() const { return timers_.earliest(); }

  /// Of the last `settle`, by (instant, user, rank of the segment).
  std::span<const Change> changes() const { return changes_; }

  User* find(uint64_t hash, std::string_view id) { return users_.find(hash, id); }
  const UserTable& users() const { return users_; }
  std::span<const int64_t> member_counts() const { return member_counts_; }
  uint64_t duplicates() const { return duplicates_; }
  uint64_t capped() const { return capped_; }
  size_t table_bytes() const { return users_.bytes() + timers_.bytes(); }

 private:
  struct Item {
    Instant at;
    const Event* event;
    uint64_t hash;
    uint32_t user;
  };

  void resolve_users(size_t begin, size_t end);
  void apply_items(size_t begin, size_t end);
  void apply_instant(std::span<const Item> items);
  void wake_before(Instant end);
  void wake(Timers::Wake wake, Instant end);
  void note_changes(const User& user);
  void set_wake(User& user, uint32_t number);
  void fetch(const Blob& blob) const;

  const Program& program_;
  std::span<const uint32_t> segment_ranks_;
  UserTable users_;
  Timers timers_;
  std::optional<DedupeWindow> dedupe_;
  std::vector<int64_t> member_counts_;  // by segment
  size_t blob_lines_;                   // fetched ahead
  uint64_t duplicates_ = 0;
  uint64_t capped_ = 0;

  // Of one settling; members so that they keep their room.
  std::vector<Item> items_;
  std::vector<Event> instant_;  // several events of one user at one instant
  std::vector<std::string_view> ties_;
  std::vector<Transition> transitions_;
  std::vector<Change> changes_;
};

/// The order in which changes are given out.
bool goes_before(const Change& a, const Change& b, std::span<const uint32_t> segment_ranks);

}  // namespace segue
