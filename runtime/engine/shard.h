#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/base/event.h"
#include "runtime/cells/blob.h"
#include "runtime/engine/arrival.h"
#include "runtime/engine/change.h"
#include "runtime/engine/change_order.h"
#include "runtime/engine/dedupe.h"
#include "runtime/engine/deploy.h"
#include "runtime/engine/snapshot.h"
#include "runtime/engine/timers.h"
#include "runtime/engine/touched_lines.h"
#include "runtime/engine/user_updates.h"
#include "runtime/engine/users.h"
#include "runtime/engine/warming.h"
#include "runtime/interp/program.h"
#include "runtime/interp/settle.h"

namespace segue {

/// A part of the users, with all that belongs to them: states, wake-ups, changes. One thread at a
/// time; shards share nothing but the program.
///
/// Cost of an event: its own work in the program, and the lines of memory that it touches: one
/// place, and those of its user's row (see UserTable), fetched ahead so that they overlap.
class Shard {
 public:
  /// `segment_ranks`: by row of the image's segments, their order in changes. Both outlive it.
  /// `bound`: of its users' states.
  Shard(const Program& program, std::span<const uint32_t> segment_ranks,
        std::optional<Duration> dedupe, const MemoryBound& bound = {});

  /// Applies the next events of this shard's users, in order of time and all of their instants, and
  /// settles all instants before `end`. Makes `changes`. The arrivals are worked with.
  void settle(std::span<Arrival> arrivals, Instant end);

  /// The same for those of its users, if it is number `part` of `parts` shards; several may read
  /// `arrivals` at once.
  void settle_own(std::span<const Arrival> arrivals, uint32_t part, uint32_t parts, Instant end);

  // ---- What calls about identity do, just before the `settle` of one whole instant: its changes
  // are told by that one, and where a user leaves no arrival of it may come. ----

  /// The user leaves all segments and is forgotten. False if nobody is known by that id.
  bool leave(const UserHash& hash, std::string_view id, Cause cause);

  /// What goes with a user that leaves to be joined into another: the state, empty of a user that
  /// is not known, and message ids.
  struct Joined {
    Blob state;
    std::vector<DedupeWindow::Kept> remembered;
  };
  Joined take_out(const UserHash& hash, std::string_view id);

  /// The user goes on with what others were, in that order before its own history.
  void join(const UserHash& hash, std::string_view id, std::vector<Joined> others);

  /// After all changes that tell of them were given out: nothing of who left is kept.
  void erase_left();

  /// Without events, nothing happens before it.
  Instant earliest_wake() const { return timers_.earliest(); }

  /// The next of the last `settle`, by (instant, user, rank of the segment), some at a time;
  /// nothing when all have been given out. They live until the next call.
  std::span<const Change> next_changes() { return order_.next(); }

  /// From here on it notes what each user comes to; before any input.
  void note_updates() { updates_ = std::make_unique<UserUpdates>(*program_); }

  /// Gives those of the last settling.
  void give_updates(const std::function<void(const UserUpdate&)>& give) const {
    updates_->give(*users_.ids(), order_.all(), give);
  }

  /// Gives every user as one of whom nothing was given yet, all up to and at `at` settled.
  void give_all(Instant at, const std::function<void(const UserUpdate&)>& give) const;

  /// See UserTable.
  void keep_cold_in(ColdStates& cold) {
    bound_.cold = &cold;
    users_.keep_cold_in(cold);
  }
  Status trouble() const;
  ResidenceStats residence() const;

  // ---- Deploys: carrying.cc, warming.cc ----

  /// Goes over to another program. `segment_ranks`: of its segments, and those that are removed
  /// behind them. Users are carried over when an event touches them, or by `carry_some`; what
  /// changes by it, cause `kDeploy`, comes at `deploy.at` then.
  /// `past`: its users' states under the new program, which `deploy.fill` takes cells from; or
  /// null.
  void begin_deploy(std::shared_ptr<const Deploy> deploy, std::span<const uint32_t> segment_ranks,
                    std::unique_ptr<UserTable> past = nullptr);

  /// Gives its users away; it is good for nothing then.
  std::unique_ptr<UserTable> let_users_go() {
    return std::make_unique<UserTable>(std::move(users_));
  }

  /// Carries users over until their states were so many bytes, settled up to
  /// `settled` as all others are; or tells of as many what has become of them in segments that have
  /// warmed. Makes `changes`.
  void carry_some(size_t bytes, Instant settled);

  /// The same for these users, as far as there is anything to be done for them.
  void carry_these(std::span<const std::pair<UserHash, std::string_view>> ids, Instant settled);

  /// Whether there are some for whom that is still to be done.
  bool is_carrying() const { return former_ != nullptr || warmed_ != nullptr; }

  /// Of users who are carried over: in or out as changes have told, all up to and at `at` settled.
  bool is_member(uint32_t number, uint32_t segment, Instant at) const;

  const UserTable& users() const { return users_; }
  uint32_t user_count() const { return users_.living() + (former_ ? former_->left : 0); }
  size_t state_bytes() const {
    return users_.blob_bytes() + (former_ ? former_->users.blob_bytes() : 0);
  }
  std::span<const int64_t> member_counts() const { return member_counts_; }
  uint64_t duplicates() const { return duplicates_; }
  uint64_t capped() const { return capped_; }
  size_t table_bytes() const { return users_.bytes() + timers_.bytes(); }

  // ---- Out and back, see Engine ----
  void track_changed() { tracks_changed_ = true; }
  void save_users(const UserSink& give, bool changed_only);
  void save_remembered(std::vector<DedupeWindow::Kept>& kept) const {
    if (dedupe_) dedupe_->save(kept);
  }
  void move_time_to(Instant settled) {
    if (settled != kLongAgo) timers_.move_to(settled);
  }
  void restore_member_counts(std::span<const int64_t> counts) {
    member_counts_.assign(counts.begin(), counts.end());
  }
  void remember(const DedupeWindow::Kept& kept) {
    if (dedupe_) dedupe_->remember(kept);
  }
  void restore_warming(std::shared_ptr<const Warming> warming);
  void restore_user(const UserHash& hash, std::string_view id, std::span<const std::byte> state,
                    std::span<const std::byte> staying, Instant at, bool count);

 private:
  void guess_users(std::span<Arrival> arrivals, size_t begin, size_t end);
  void confirm_users(std::span<Arrival> arrivals, size_t begin, size_t end);
  void fetch_until(std::span<Arrival> arrivals, size_t end);
  void apply_all(std::span<Arrival> arrivals);
  void apply_one(const Arrival& arrival);
  void apply_instant(std::span<const Arrival> at_once);
  Instant first_of(uint32_t number) const;
  void apply_leaves(Instant at);
  void apply_joins(Instant at);
  void apply_joined(uint32_t number, std::string_view id, Instant at,
                    std::span<const Event> events);
  void note(uint32_t number, UserRow& row, const Blob& blob, Instant deadline);
  std::span<const Event> events_of(std::span<const Arrival> at_once);
  void wake_before(Instant end);
  void fetch_due(Timers::Wake wake, Instant end, uint32_t lines);
  void wake(Timers::Wake wake, Instant end);
  void note_changes(const UserRow& row, const Blob& blob);
  void note_changed(uint32_t number);
  void note_update(uint32_t number, const Blob& blob) {
    updates_->note(users_.id_place(number), blob, order_.all().size());
  }
  std::vector<Transition> entries_of(uint32_t number, Instant at) const;
  void set_wake(uint32_t number, UserRow& row, Instant deadline);
  void set_wake(uint32_t number, Instant deadline) {
    set_wake(number, users_.row(number), deadline);
  }

  /// Users of the program before, who are not carried over yet.
  struct Former {
    std::shared_ptr<const Deploy> deploy;
    UserTable users;
    StayingMembers staying;
    std::vector<bool> is_carried;
    uint32_t next = 0;  // users before it are
    uint32_t left = 0;
    std::unique_ptr<UserTable> past;  // null: nothing is filled
  };
  void part_memory();
  void forget_former();
  void begin_carrying(Instant settled);
  void end_carrying();
  uint32_t find_former(const UserHash& hash, std::string_view id) const;
  void guess_carried(Arrival& arrival);
  struct Carried {
    uint32_t number = 0;
    uint32_t bytes = 0;  // of the state before
  };
  Carried carry_user(uint32_t former_number);
  void carry_users(size_t bytes);
  void tell_deploy(uint32_t former_number, const Blob& old, uint32_t number, const Blob& blob);
  void hide_warming(int64_t first_ms);
  std::vector<bool> published(uint32_t number, Instant at) const;
  void let_stay(uint32_t number, const std::vector<bool>& was_in, int64_t first_ms);

  /// While users are told of who is in what, of segments that were warming: warming.cc.
  struct Warmed {
    Instant at;                  // from it on they answer
    std::vector<uint32_t> rows;  // of them
    std::vector<bool> is_told;   // by number of who was there then
    uint32_t next = 0;           // users before it are
  };
  void begin_warmed(Instant at);
  void tell_warmed(uint32_t number);
  void tell_warmed_of(std::span<const Arrival> arrivals);
  void look_at_warmed(size_t bytes);
  std::vector<uint64_t> staying_of(uint32_t number) const;

  const Program* program_;
  interp::Alone alone_;
  bool reads_user_;  // whether a rule does
  MemoryBound bound_;
  UserTable users_;
  TouchedLines lines_;
  Timers timers_;
  ChangeOrder order_;
  std::unique_ptr<UserUpdates> updates_;  // null: nobody asks for them
  std::optional<DedupeWindow> dedupe_;
  std::vector<int64_t> member_counts_;  // by segment
  uint64_t duplicates_ = 0;
  uint64_t capped_ = 0;
  bool tracks_changed_ = false;
  std::vector<uint32_t> changed_;   // users whose state did since the last `save_users`, each once
  std::vector<bool> is_changed_;    // by number
  std::unique_ptr<Former> former_;  // while users are carried over
  ResidenceStats past_residence_;   // of tables that are gone, and what was wrong with them
  Status trouble_before_;
  std::shared_ptr<const Warming> warming_;  // null: no segment warms
  StayingMembers staying_;
  std::unique_ptr<Warmed> warmed_;  // while users are looked at

  // Of the instant that is settled next.
  std::vector<std::pair<uint32_t, Cause>> leaving_;
  std::map<uint32_t, std::vector<Blob>> joining_;
  std::vector<uint32_t> left_;        // places of ids
  std::vector<std::string> removed_;  // ids since the last `save_users`, if it tracks changes

  // Of one settling; members so that they keep their room.
  size_t guessed_ = 0;  // so many of its arrivals
  size_t confirmed_ = 0;
  std::vector<Arrival> own_;
  std::vector<Event> instant_;  // several events of one user at one instant
  std::vector<std::string_view> ties_;
};

}  // namespace segue
