// The pure level: for hosts that own the users' states. No engine, no timers, no threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "segue/change.h"
#include "segue/event.h"
#include "segue/export.h"
#include "segue/outcome.h"
#include "segue/program.h"
#include "segue/time.h"

namespace segue {

/// All that a program knows of one user. Movable. Calls that change one must not overlap; different
/// ones are independent of each other.
class SEGUE_API StateBlob {
 public:
  struct State;  ///< private to the library

  StateBlob() noexcept;  ///< of a user of whom nothing is known
  StateBlob(StateBlob&&) noexcept;
  StateBlob& operator=(StateBlob&&) noexcept;
  ~StateBlob();

  bool empty() const noexcept;

  /// Replaces `bytes` by a form to keep anywhere, for `open_blob`; of an empty state by nothing.
  /// Bytes with a head of identity, size and checksum: docs/formats/state.md.
  void seal(std::vector<std::byte>& bytes) const noexcept;

  State& state() noexcept { return *state_; }
  const State& state() const noexcept { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

/// A state from sealed bytes, which may be hostile: identity, size, checksum, and all by which a
/// call finds a place in it are checked. What passes is never read or written outside of its bytes.
/// A checksum is no signature: who can write the bytes can say anything of the user in them. No
/// bytes are an empty state.
///
/// Faults: `kInvalid` of another program, `kUnsupported` of another version, `kCorrupt` of torn or
/// damaged bytes; `into` is as it was then. Cost: one copy, one hash, a walk over the cells.
SEGUE_API Outcome open_blob(const CompiledProgram& program, std::span<const std::byte> bytes,
                            StateBlob& into) noexcept;

/// A user's entry into a segment or exit from it.
struct StateChange {
  TimePoint at;
  uint32_t segment = 0;  ///< index into `CompiledProgram::segments`
  bool entered = false;  ///< else left
  ChangeCause cause = ChangeCause::kTime;
  std::string event;  ///< of `kEvent`: the wire name
};

/// Applies the events of one instant of one user and settles that instant: deadlines before it
/// first, each at its own instant; then the events, whatever their order here, copies dropped; then
/// what they can change. Changes are appended to `changes` in order of instant and segment.
///
/// Faults: `kInvalid` if the events are of several users or instants, are none, or the state is of
/// another program; `kTooLate` if they are dated before the last instant settled. Then nothing is
/// changed. Cost: follows what the events can change. Threads: one call a state at a time, any for
/// different states.
SEGUE_API Outcome apply(const CompiledProgram& program, StateBlob& blob,
                        std::span<const UserEvent> events,
                        std::vector<StateChange>& changes) noexcept;

/// The same of JSON lines in the shapes of the Segment specification. `user`, unless null, is set
/// to whose events they are.
SEGUE_API Outcome apply_lines(const CompiledProgram& program, StateBlob& blob,
                              std::string_view lines, std::vector<StateChange>& changes,
                              std::string* user = nullptr) noexcept;

/// Lets time pass: settles every deadline up to and at `through`. Nothing happens to an empty
/// state, and none between deadlines, so a state does not depend on how often this is called.
/// `user` is the one whose state it is. `Fault::kInvalid` of a state of another program.
SEGUE_API Outcome advance(const CompiledProgram& program, StateBlob& blob, std::string_view user,
                          TimePoint through, std::vector<StateChange>& changes) noexcept;

/// When `advance` has something to do next, if nothing more happens; never without a value. May be
/// early, is never late.
SEGUE_API std::optional<TimePoint> next_deadline(const StateBlob& blob) noexcept;

/// As of the last instant settled. No value if the state is of another program or there is no such
/// segment. Of an empty state: no.
SEGUE_API std::optional<bool> membership(const CompiledProgram& program, const StateBlob& blob,
                                         uint32_t segment) noexcept;

/// As of `at`, which is before the next deadline and not before the last instant settled, or as of
/// that instant; only points with a half-life differ between them. No value as above. Of an empty
/// state: 0.
SEGUE_API std::optional<double> score(const CompiledProgram& program, const StateBlob& blob,
                                      uint32_t score,
                                      std::optional<TimePoint> at = std::nullopt) noexcept;

/// What a state can tell of itself. It keeps no history: which events made it so only a log can
/// say, see why.h.
struct StateSummary {
  bool known = false;                      ///< else nothing below is set
  TimePoint knows_since;                   ///< the first instant that it has taken in
  TimePoint settled;                       ///< the last one, to which the rest refers
  std::optional<TimePoint> next_deadline;  ///< as above
  uint64_t bytes = 0;                      ///< of the state; sealed, 32 more
  std::vector<uint32_t> segments;          ///< that hold, ascending
  std::vector<double> scores;              ///< by score
};

/// `Fault::kInvalid` of a state of another program. Cost: all segments and scores.
SEGUE_API Outcome explain(const CompiledProgram& program, const StateBlob& blob,
                          StateSummary& into) noexcept;

}  // namespace segue
