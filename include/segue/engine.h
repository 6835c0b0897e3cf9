// Events in, changes of membership out: the runtime for a program's users.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "segue/change.h"
#include "segue/code.h"
#include "segue/events.h"
#include "segue/export.h"
#include "segue/outcome.h"
#include "segue/program.h"
#include "segue/time.h"

namespace segue {

class Compilation;
struct DurableSettings;
struct Recovery;

/// What evaluates the rules. All give the same answers.
enum class Evaluator : uint8_t {
  kNative,  ///< the interpreter answers at once, native code takes over when it is ready
  kInterpreter,
  kNaive,  ///< keeps whole histories and answers at the end: the yardstick
};

struct EngineSettings {
  Evaluator evaluator = Evaluator::kNative;
  unsigned threads = 1;  ///< shards of users, a thread each; 1 to 256
  /// How far behind the newest event an event may be dated and still count.
  Milliseconds lateness{0};
  /// Nothing is late. Then all input is kept until `finish`, and answers come only there.
  bool any_lateness = false;
  /// Also drops an event whose user and messageId were seen within this time before it.
  std::optional<Milliseconds> dedupe{};
  /// Input dated after what this gives is left out, as `future`: one event with a wrong date would
  /// make all that follow late. Asked once a batch, by the call that takes it; empty: nothing is.
  /// The library reads no clock, so a host gives its own and a skew.
  std::function<TimePoint()> newest_allowed{};
  /// Keeps who is in what, and the scores, for `is_member`, `score_of` and the other lookups.
  bool lookups = false;
  /// Of `kNative`. Code is made on threads of its own from when the input is seen to be long enough
  /// for it to pay: some thousand events.
  CodeOptions code{};
};

/// A user's entry into a segment or exit from it. The texts live as long as the call that gives it.
struct MembershipChange {
  TimePoint at;
  std::string_view user;
  uint32_t segment = 0;  ///< index into `CompiledProgram::segments`
  std::string_view segment_name;
  bool entered = false;  ///< else left
  ChangeCause cause = ChangeCause::kTime;
  std::string_view event;  ///< of `kEvent`: the wire name
  /// The same of the same change alone, see `change_id`.
  std::string_view id;
};

/// Takes changes in order of (instant, user, segment name), all of an instant only when nothing at
/// or before it can come any more. Called from the thread that calls the engine.
using ChangeSink = std::function<void(const MembershipChange&)>;

/// Who is in what as of an instant, all up to and at it settled.
struct Snapshot {
  TimePoint at;
  uint64_t users = 0;                                               ///< known by then
  std::vector<uint64_t> member_counts;                              ///< by segment
  std::vector<double> score_sums;                                   ///< by score
  std::vector<std::vector<std::string>> members;                    ///< by segment; sorted by bytes
  std::vector<std::vector<std::pair<std::string, double>>> scores;  ///< by score; every known user
};
using SnapshotSink = std::function<void(const Snapshot&)>;

/// One user as of one instant.
struct UserLookup {
  TimePoint at;                    ///< all of this user up to and at it is settled
  uint64_t program = 0;            ///< identity: whose numbers they are
  std::vector<uint32_t> segments;  ///< that hold it; ascending
  std::vector<double> scores;      ///< by score; 0 of who is not known
};
using MemberSink = std::function<void(std::string_view user)>;

/// Of an engine that keeps some states out of memory, see `DurableSettings::memory_bytes`.
struct MemoryStats {
  uint64_t hits = 0;            ///< states asked for, by an event or a deadline, and in memory
  uint64_t misses = 0;          ///< … and brought back
  uint64_t evicted = 0;         ///< put out
  uint64_t cold_users = 0;      ///< who are out now
  uint64_t resident_bytes = 0;  ///< of states in memory now
  std::string failure;  ///< why some could not be put out, so that memory held more; or none
};

/// Of an engine with a `DurableSink`.
struct SinkStats {
  uint64_t waiting_changes = 0;  ///< that it has not committed
  uint64_t waiting_bytes = 0;
  std::string failure;  ///< of its last commit; or none
};

/// A segment that reads what a deploy made anew: who was known before it neither enters nor leaves.
struct WarmingSegment {
  std::string name;
  std::optional<TimePoint> until;  ///< as of it the segment answers; empty: at no instant
};

/// What an engine has taken in and made so far.
struct RunStats {
  uint64_t events = 0;  ///< that counted
  uint64_t duplicates = 0;
  uint64_t late = 0;
  uint64_t merged = 0;   ///< users that aliases joined into others
  uint64_t deleted = 0;  ///< users that were deleted
  uint64_t capped = 0;   ///< occurrences that conditions gave up at a cap; 0 of the naive evaluator
  uint64_t changes = 0;
  uint64_t users = 0;
  bool as_of = false;        ///< nobody looked for changes, and no state was kept
  uint64_t state_bytes = 0;  ///< of all users; 0 of the naive evaluator
  std::optional<MemoryStats> memory;
  std::optional<SinkStats> sink;
  std::vector<WarmingSegment> warming;  ///< in order of the program, see `deploy`
  std::optional<TimePoint> newest;      ///< the newest event that counted
  std::vector<RejectCount> rejects;     ///< `late` included; most frequent first
  /// Of a durable engine's files: last lines that end within an event. They are read when the rest
  /// is there.
  std::vector<InputLine> half_lines;
};

/// One program at work on its users. Movable. Calls must not overlap, but for the lookups: one that
/// does, as out of its own sink, is `Fault::kInvalid`, and so is any of an engine never started.
/// Errors: after a `Fault` of reading, what came before it stays applied and the engine can go on.
/// Cost: an event costs what it can change. Memory: the users' state, and events not yet settled.
class SEGUE_API MembershipEngine {
 public:
  struct State;       ///< private to the library
  struct Durability;  ///< … too

  MembershipEngine() noexcept;  ///< of no rules: only to be assigned to
  MembershipEngine(MembershipEngine&&) noexcept;
  MembershipEngine& operator=(MembershipEngine&&) noexcept;
  /// Of a durable engine: waits for its sink to take what waits, if it does at the first try.
  ~MembershipEngine();

  /// Gives changes to `sink` from here on; of a durable engine beside its own sink.
  void on_change(ChangeSink sink) noexcept;

  /// Asks for a snapshot as of `at`, taken once all up to and at it is settled, so before input is
  /// given that could settle more; else `Fault::kTooLate`. `with_scores`: also every user's scores.
  Outcome on_snapshot(TimePoint at, bool with_scores, SnapshotSink sink) noexcept;

  /// Reads an input to its end.
  Outcome read(EventInput& input, const ProgressSink& progress = {}) noexcept;

  /// Takes JSON lines in the shapes of the Segment specification: events, and the calls that say
  /// who is who. What is none is counted.
  Outcome push(std::string_view lines) noexcept;

  /// Lets the clock run to `through`: all up to and at it is settled, later input dated at or
  /// before it is late.
  Outcome advance_to(TimePoint through) noexcept;

  /// Ends the input and settles its last instant, or all up to and at `until` if that is later.
  Outcome finish(std::optional<TimePoint> until = std::nullopt) noexcept;

  /// Another program takes the place of the one at work, between two calls. Conditions that mean
  /// the same keep what they know of users; `plan_deploy` (segue/deploy.h) says beforehand what
  /// becomes of each segment. Users whose membership is another under it get a change of cause
  /// `kDeploy`, of a segment that is gone with a number behind those of the program. Users are
  /// carried over when an event touches them or a call says who they are, and some with every later
  /// call; until all are, changes are held back, so that they come in order.
  ///
  /// `history_starts_now`: what looks at all of history takes it to begin now, where it is not
  /// known; else such a segment neither takes in nor lets go who was known before.
  ///
  /// Of an engine in a folder the program's image is on the disk and the deploy in the log first,
  /// and no checkpoint is begun until all users are over, but for one that is asked for. Where the
  /// log is kept (`DurableSettings::keep_log`) a checkpoint comes first, and the log is read once
  /// more for the new program: what begins anew knows since that log begins.
  ///
  /// After an error the old program works on, and it may be tried again. `Fault::kUnsupported` of
  /// the naive evaluator. Cost: the rules of both, and the events that wait; not the users.
  Outcome deploy(std::shared_ptr<const CompiledProgram> next,
                 bool history_starts_now = false) noexcept;

  /// Whether users are still to be carried over; or, since segments have waited long enough after a
  /// deploy, to be told who is in them now, which is done in the same way.
  bool is_deploying() const noexcept;

  /// Of an engine of `open_engine`: all that was applied so far needs no log any more, once this
  /// returns; changes that its sink has not taken are kept too. It happens by itself now and then.
  /// Nothing for any other engine.
  Outcome checkpoint() noexcept;

  /// Of such an engine: waits until its sink has committed all changes made so far, `longest` at
  /// most. Errors: what a commit says that was tried meanwhile, or that it took longer; the changes
  /// wait on, and are tried again. Nothing for any other engine.
  Outcome flush_sink(Milliseconds longest = Milliseconds::max()) noexcept;

  /// Of such an engine: whether anything was accepted since it was opened. True for any other.
  bool has_changed() const noexcept;

  /// As of the newest event that counted; only after `finish`. Of nobody after a state of a durable
  /// engine could not be read.
  Snapshot snapshot(bool with_scores) const noexcept;

  RunStats stats() const noexcept;

  // Of an engine with `EngineSettings::lookups`, else of nobody. From any thread, while others call
  // the engine, without a lock: a user's segments and scores as of one of its settled instants,
  // never behind the changes given out. What moves with time alone (windows, half-lives) is as of
  // the last instant that a call of the engine settled before it returned. After a deploy numbers
  // are those of the new program at once; of a user who is not carried over yet the answers are
  // those of the deploy's instant, of segments and scores that had the same names. Of a segment
  // that has waited long enough after it, a user is what it was until its turn. Cost: three lines
  // of memory; of a score with a half-life also its arithmetic.
  bool is_member(std::string_view user, uint32_t segment) const noexcept;
  std::vector<uint32_t> segments_of(std::string_view user) const noexcept;  ///< ascending
  double score_of(std::string_view user, uint32_t score) const noexcept;  ///< 0 of who is not known
  UserLookup look_up(std::string_view user) const noexcept;  ///< all of it, as of one instant
  uint64_t member_count(uint32_t segment) const noexcept;

  /// Each member, in no order and as of its own newest instant: of who enters or leaves meanwhile,
  /// either. Cost: a line of memory for each user that was ever in any segment.
  /// False if a deploy was begun meanwhile: then some may not have been given.
  bool each_member(uint32_t segment, const MemberSink& give) const noexcept;

  /// The identity of the program whose numbers of segments and scores are those of lookups: the one
  /// that was deployed last. If it is the same before and after other calls, they were of it too.
  uint64_t lookups_of() const noexcept;

 private:
  friend Outcome start_engine(const Compilation&, const EngineSettings&,
                              MembershipEngine&) noexcept;
  friend Outcome start_engine(std::shared_ptr<const CompiledProgram>, const EngineSettings&,
                              MembershipEngine&) noexcept;
  friend Outcome open_engine(std::shared_ptr<const CompiledProgram>, const EngineSettings&,
                             const DurableSettings&, MembershipEngine&, Recovery&) noexcept;
  std::unique_ptr<State> state_;
};

/// An engine without users. A program opened from its image is interpreted, or runs the code that
/// was built with it. `Fault::kInvalid` for the naive evaluator, and for settings out of bounds.
SEGUE_API Outcome start_engine(std::shared_ptr<const CompiledProgram> program,
                               const EngineSettings& settings, MembershipEngine& into) noexcept;

/// The same of rules; in the compiler's library. `compilation` must be without errors and outlive a
/// naive engine.
SEGUE_API Outcome start_engine(const Compilation& compilation, const EngineSettings& settings,
                               MembershipEngine& into) noexcept;

}  // namespace segue
