#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/base/byte_fields.h"
#include "runtime/base/event_batch.h"
#include "runtime/base/result.h"
#include "runtime/engine/aliases.h"
#include "runtime/engine/arrival.h"
#include "runtime/engine/deploy.h"
#include "runtime/engine/held_changes.h"
#include "runtime/engine/identity.h"
#include "runtime/engine/listener.h"
#include "runtime/engine/reorder.h"
#include "runtime/engine/shard.h"
#include "runtime/engine/snapshot.h"
#include "runtime/engine/watermark.h"
#include "runtime/engine/workers.h"
#include "runtime/interp/program.h"

namespace segue {

struct EngineOptions {
  uint32_t threads = 1;  // shards of users, a thread each; no answer depends on it
  Duration lateness{0};  // how far behind the newest event one may be dated and still count
  std::optional<Duration> dedupe;  // also drops copies stamped anew within this time
  /// Of users' states in memory, parted among the threads; 0: all of them. Others go where
  /// `keep_cold_in` says; no answer depends on it.
  size_t state_bytes_max = 0;
  // After a deploy, so much of each shard's states is carried over by a call: some milliseconds.
  size_t carried_bytes_a_call = size_t{2} << 20;
};

struct DeployOptions {
  /// What looks at all of history takes it to begin at the deploy, where it is not known.
  bool history_starts_now = false;
};

struct EngineStats {
  uint64_t events = 0;      // that count, copies included
  uint64_t duplicates = 0;  // copies among them
  uint64_t late = 0;
  uint64_t merged = 0;   // users that were joined into others
  uint64_t deleted = 0;  // users that were
  uint64_t capped = 0;   // what conditions gave up at a cap
  uint64_t changes = 0;
  uint64_t users = 0;
  uint64_t waiting = 0;       // events not settled yet
  uint64_t state_bytes = 0;   // of all blobs, those outside of memory too
  uint64_t table_bytes = 0;   // of user tables and timers
  Instant newest = kLongAgo;  // the newest event that counts
  ResidenceStats residence;   // of an engine with a bound of its memory
};

/// By segment: its place in the order of names, which is that of changes.
std::vector<uint32_t> ranks_of(std::span<const std::string_view> names);

/// The memberships of all users under one program, exact in event time.
///
/// An event counts unless it is older than the newest event before it in the input by more than the
/// lateness, or dated at or before an `advance_to`. Instants before all that can still count are
/// settled, each user's on its own, deadlines included, and their changes given out. So the changes
/// are those of a batch over all events that count, whatever the batches, the threads, or the order
/// within the lateness. Calls about identity (IdentityCall) take effect at their instant, or where
/// it is settled already, at the first that is not.
///
/// Cost: see Shard. Memory: users' states, and what waits for the watermark. Threads: calls must
/// not overlap.
class Engine {
 public:
  Engine(std::shared_ptr<const Program> program, const EngineOptions& options,
         EngineListener& listener);

  /// Takes the next events of the input, calls about identity among them. Its rejects are the
  /// caller's business. If `batch.more`, what can be settled may wait until as much has come as
  /// threads share with little waiting for each other; a batch of no events settles that too.
  void push(EventBatch batch);

  /// Lets the clock run to `through`: all up to and at it is settled, and what comes later dated at
  /// or before it is late.
  void advance_to(Instant through);

  /// Ends the input: settles its last instant, or all up to and at `until` if that is later, and
  /// then every stop still asked for, running the clock on to it.
  void finish(Instant until = kLongAgo);

  /// Asks for `on_stop(at)`. `kTooLate` if something after `at` is settled already.
  Status stop_at(Instant at);

  /// The last one that is still to come; `kLongAgo` if there is none.
  Instant last_stop() const { return stops_.empty() ? kLongAgo : stops_.front(); }

  /// Where states go that are too many for `state_bytes_max`; before any input, outlives all calls.
  void keep_cold_in(ColdStates& cold);

  /// From here on `on_user` is told whatever changes of users; before any input.
  void tell_users();

  /// Tells `on_user` of every user, as one of whom nothing was told yet.
  void tell_all_users();

  /// What kept a state from being read back. Then nothing that this engine answers is worth
  /// anything: it gives out no changes any more, and takes nothing in. To ask after all that
  /// follows, and after `push`, `advance_to` and `finish`.
  Status trouble() const;

  /// Another program takes the place of the one at work, between two batches: what is settled
  /// stays, all later instants are its own. Cells that compute the same keep their state. Users
  /// whose membership is another under it get a change of cause `kDeploy`, dated at the last
  /// settled instant; of a segment that is gone it bears a row behind those of the program (see
  /// `segment_name`). A segment that reads what is not known yet *warms*: until all that it reads
  /// reaches back over its window, users who were known before have neither entries nor exits. What
  /// becomes of them then, cause `kDeploy`, is told as users are carried over.
  ///
  /// Users are carried over one by one, when an event touches them or a call about identity names
  /// them, and some with every later call; until all are, changes are held back, so that they come
  /// in order. Events that wait for the watermark keep the values that the old program read.
  /// Batches must be decoded for the new one from here on. The program at work itself changes
  /// nothing.
  ///
  /// What is told, and its order, hang on nothing but the input and where in it the deploy was.
  /// Error: `trouble`. Cost: the rules of both, and the events that wait; not the users. With a
  /// bound of the memory a sixteenth of the states in it is put out.
  Status deploy(std::shared_ptr<const Program> next, const DeployOptions& options = {});

  /// An engine of `next` that is to take in events of the past once more, all that were dated after
  /// `since` (`kLongAgo`: all there ever were), and whatever else there is of calls and of the
  /// clock. Of the same settings, but for the bound of memory; it has one who listens, who outlives
  /// it.
  std::unique_ptr<Engine> begin_past(std::shared_ptr<const Program> next, Instant since,
                                     EngineListener& listener) const;

  /// `deploy` of `past.program()`, with cells filled from states of an engine that `begin_past`
  /// made and that has taken in what this one has: cells that the program at work has not, or with
  /// less, know from where the past begins on. The others go over as they are. Events that wait for
  /// the watermark are as `past` has read them. `past` is good for nothing then.
  Status deploy_filled(std::unique_ptr<Engine> past, const DeployOptions& options = {});

  /// What came of the last one.
  const DeployKnowledge& last_deploy() const { return last_deploy_; }

  /// Another program before any input, and before `restore`: as if it was made with it.
  void begin_with(std::shared_ptr<const Program> program);

  /// Carries over all who are not yet, tells of all what becomes of them in segments that have
  /// warmed, and gives out what was held back.
  void finish_deploy();
  bool is_deploying() const { return carries() || !held_.empty(); }

  /// The name of a change's segment. Of the last deploy and those before, as long as they live.
  std::string_view segment_name(uint32_t row) const;
  /// Which deploy the changes of cause `kDeploy` are of that are told now: see `change_id`. It
  /// stands for all deploys there were, in their order; 0: none. Saved and restored.
  uint64_t deploy_mark() const { return deploy_mark_; }
  const Program& program() const { return *program_; }
  const std::shared_ptr<const Warming>& warming() const { return warming_; }  // null: none

  /// All instants up to and at it are settled.
  Instant last_settled() const { return {settled_.ms - 1}; }

  // ---- As of the last settled instant; they finish a deploy; an id that is another name
  // of a user is nobody ----
  bool is_member(std::string_view user, uint32_t segment);
  double score_of(std::string_view user, uint32_t score);
  int64_t member_count(uint32_t segment) const;

  /// By segment, users sorted by bytes. The ids live as long as the engine.
  std::vector<std::vector<std::string_view>> members();

  /// Every known user's value, sorted by user.
  std::vector<std::pair<std::string_view, double>> scores(uint32_t score);

  EngineStats stats() const;

  /// How far the input is in time: what of it is late.
  const Watermark& watermark() const { return watermark_; }

  // ---- Out and back: a host that keeps the engine beyond its process ----

  /// From here on ids of deleted users are noted; those since the last call.
  void note_forgotten() { notes_forgotten_ = true; }
  std::vector<ForgottenId> take_forgotten() { return std::exchange(forgotten_, {}); }

  /// From here on it is known whose state changes.
  void track_changed_users();

  /// Between two calls, all that is needed to go on: gives users with their states (`changed_only`:
  /// those that changed since the last `save`), returns the rest as bytes. Stops that were asked
  /// for are no part of it. Cost: a copy of what is given.
  std::string save(const UserSink& give, bool changed_only);

  /// Makes an engine without input what another was: first the rest, then its users, in any order.
  /// Of the same program, lateness and window for copies; any number of threads. `kInvalid` of
  /// another program, `kCorrupt`; after an error the engine is good for nothing.
  Status restore(std::string_view rest);
  Status restore_user(std::string_view id, std::span<const std::byte> state);

 private:
  size_t take_rising(const EventBatch& batch);
  void release(Instant end);
  void settle(Instant end);
  size_t settle_events(Instant end);
  struct CallsOfInstant;
  void settle_calls();
  CallsOfInstant take_calls();
  void carry_named(const CallsOfInstant& calls);
  void move_users(const CallsOfInstant& calls);
  void erase_left();
  void leave(const std::string& user, Cause cause);
  void give_names(std::span<Arrival> arrivals);
  bool is_stopped() const { return is_bounded_ && !trouble().ok(); }
  Instant earliest_wake() const;
  void process(std::span<Arrival> arrivals, Instant end);
  void give_updates();
  void give_changes();
  void give(std::span<const Change> changes);
  bool restore_counts(ByteReader& in);
  void save_knowledge(std::string& out) const;
  bool restore_knowledge(ByteReader& in);
  bool restore_remembered(ByteReader& in);
  bool restore_waiting(ByteReader& in);
  bool restore_identity(ByteReader& in);
  bool carries() const;
  void carry_on();
  void hold_back();
  void give_held(size_t limit);
  Status deploy_with(std::shared_ptr<const Program> next, const DeployOptions& options,
                     Engine* past);
  void fill_from(Engine& past, const DeployOptions& options, Deploy& deploy);
  void convert_waiting(const Program& next, Engine* past);
  void go_over(std::shared_ptr<const Deploy> deploy, Engine* past = nullptr);
  Instant next_warm_end() const;
  const Shard& shard_of_user(uint64_t hash) const {
    return *shards_[shard_of(hash, static_cast<uint32_t>(shards_.size()))];
  }
  Shard& shard_of_user(uint64_t hash) {
    return *shards_[shard_of(hash, static_cast<uint32_t>(shards_.size()))];
  }

  std::shared_ptr<const Program> program_;
  EngineListener& listener_;
  std::vector<uint32_t> segment_ranks_;  // by row: place in the order of names
  Watermark watermark_;
  ReorderBuffer reorder_;
  IdentityQueue calls_;
  Aliases aliases_;
  std::deque<Event> named_;  // events at work under another name than they came with
  std::vector<std::unique_ptr<Shard>> shards_;
  Workers workers_;
  Instant settled_ = kLongAgo;  // all instants before it are
  std::vector<Instant> stops_;  // descending: the next one is the last
  size_t held_back_ = 0;        // events since the last release
  EngineStats stats_;

  bool tells_users_ = false;
  bool is_bounded_ = false;
  std::vector<Change> merged_;  // of several shards, some at a time

  std::shared_ptr<const Deploy> deploy_;    // the last one; null: none yet
  uint64_t deploy_mark_ = 0;                // of it; outlives the process
  std::vector<cells::Began> began_;         // by cell of the program
  std::shared_ptr<const Warming> warming_;  // null: no segment warms
  HeldChanges held_;
  DeployKnowledge last_deploy_;
  EngineOptions options_;
  Instant past_since_ = kLongAgo;  // of an engine that reads the past once more

  bool notes_forgotten_ = false;
  std::vector<ForgottenId> forgotten_;

  bool counts_members_ = true;     // while users are restored
  std::vector<uint64_t> aligned_;  // a state that is being restored
};

}  // namespace segue
