// An engine whose state outlives its process, in a folder on a local disk.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "segue/engine.h"
#include "segue/export.h"
#include "segue/outcome.h"
#include "segue/program.h"
#include "segue/time.h"

namespace segue {

/// When accepted input reaches the disk. None of it goes with the process, only with the machine.
enum class InputSync : uint8_t {
  kAlways,  ///< before the call that gives it returns
  kEvery,   ///< at most `DurableSettings::every` after
  kNone,    ///< when the system likes
};

/// Where a durable engine's changes go. Each is given at least once, with the same id and in the
/// same order; exactly once to a sink that can take back what is behind a position.
///
/// It is called from a thread of its own, one call at a time, but for the first `resume`, which
/// `open_engine` makes. What was given waits in the engine until it is committed: some 100 ms or 8
/// MiB later. After a commit that fails the sink is resumed where it stood and given all since once
/// more, 100 ms later, then later and later up to 10 s. So one that fails or stalls holds back its
/// own position alone, as long as no more waits than `DurableSettings::sink_bytes_max`. It must not
/// throw, and may look users up but not call the engine otherwise: that is `Fault::kInvalid`, and
/// what cannot fail tells it nothing.
class SEGUE_API DurableSink {
 public:
  virtual ~DurableSink() = default;

  /// By which the state knows it again: a path; empty for one that keeps nothing.
  virtual std::string name() const = 0;

  /// Whether what stands before `position` is what had that `mark`. Asked by `open_engine`, before
  /// anything is taken back; an error ends it.
  virtual Outcome check(uint64_t /*position*/, std::string_view /*mark*/) { return {}; }

  /// Takes back all that was given behind `position`, which an earlier `commit` gave, or 0.
  virtual Outcome resume(uint64_t position) = 0;

  virtual void give(const MembershipChange& change) = 0;

  /// All that was given is kept whatever happens, up to `position`; or why it is not.
  virtual Outcome commit(uint64_t& position) = 0;

  /// Of what stands before the position of the last `commit`: some bytes, by which it is known
  /// again when another wrote there since. They are kept with the position; none: it is not looked
  /// at.
  virtual std::string mark() const { return {}; }
};

/// The least that `DurableSettings::memory_bytes` may be, but for 0.
inline constexpr uint64_t kMemoryBytesMin = uint64_t{1} << 20;

inline constexpr Milliseconds kKeepAllLog = Milliseconds::max();
inline constexpr Milliseconds kNoEnd = Milliseconds::max();

struct DurableSettings {
  std::string folder;  ///< made if missing; held by one process at a time
  InputSync sync = InputSync::kEvery;
  Milliseconds every{10};
  uint64_t checkpoint_bytes = uint64_t{64} << 20;  ///< of logged input between two checkpoints
  DurableSink* sink = nullptr;                     ///< outlives the engine; null: nowhere
  /// Of changes that wait for the sink. Where so much waits, a call that could make more waits for
  /// the sink too; it fails, and nothing of it is applied, when the sink's last commit failed or it
  /// has taken nothing for `sink_patience`. What one call makes itself may come on top.
  uint64_t sink_bytes_max = uint64_t{64} << 20;
  Milliseconds sink_patience{30'000};  ///< `kNoEnd`: it waits as long as the sink does
  /// Lines that do not count are written there as they were read, each once however processes end,
  /// like changes to a `KeptFile`; the state knows the file by its path. While it cannot be
  /// written, `push` and `read` fail, and nothing of them is applied. Then an input has none of its
  /// own, see `EventInputOptions`. Empty: nowhere.
  std::string rejects_path;
  /// Of users' states in memory, and of what keeps the others on the disk: three quarters are for
  /// states, parted among the threads. States that are seldom touched lie in the folder then, and
  /// come back when an event or a deadline touches them; no answer depends on it. Ids, timers and
  /// what waits for the lateness are in memory in any case. 0: all states are in memory.
  uint64_t memory_bytes = 0;
  /// The log is kept so far behind the newest event, beyond what a start needs, for deploys to fill
  /// what begins anew from; `kKeepAllLog`: all of it. Nothing: none is kept.
  std::optional<Milliseconds> keep_log;
  bool history_starts_now =
      false;  ///< of a deploy by `open_engine`: see `MembershipEngine::deploy`
};

/// What was found in the folder.
struct Recovery {
  bool is_new = false;
  uint64_t users = 0;
  uint64_t records = 0;  ///< of the log, applied again
  uint64_t events = 0;   ///< in them
  double seconds = 0;
  std::string cut_file;  ///< a log that ended in a record cut short, which was cut off; or empty
  uint64_t cut_bytes = 0;
  std::optional<uint64_t> program_before;  ///< identity, if another one was deployed; then also
  uint32_t filled = 0;   ///< segments that know more since the log was read once more
  uint32_t warming = 0;  ///< segments that let in or out nobody known before for some time …
  uint32_t warming_for_ever = 0;  ///< … and without end, see `RuleDeploy::warms`
};

/// The engine in `settings.folder` as it was when its process ended, or one without users. Its
/// `push`, `read` and `advance_to` log input before it is applied: when one fails for the disk's
/// sake, nothing of it is applied, lookups go on, and it may be tried again. `read` goes on in each
/// file where it was, by the file's path; standard input is new each time. Packed logs are no input
/// of it. A number of threads is no part of the state; lateness, dedupe and sink are.
///
/// If the folder's state was made by another program, `program` is deployed where it stands, see
/// `MembershipEngine::deploy`: after an error the folder goes on with the one before. The images of
/// programs that its checkpoint and log name are kept beside them, so recovery needs no rules.
///
/// If a state cannot be read back from the folder, the call fails, and so does each one after it:
/// no wrong answer is given, and the engine is to be opened anew. One that cannot be written stays
/// in memory, see `MemoryStats::failure`.
///
/// Errors: `Fault::kInvalid` if another process has the folder, or it is of other settings or
/// another sink, or the image of its program is not there, or for too little memory; `kCorrupt` for
/// damage, by file; `kUnsupported` in a build without RocksDB. Cost: reads the checkpoint, applies
/// the log behind it.
SEGUE_API Outcome open_engine(std::shared_ptr<const CompiledProgram> program,
                              const EngineSettings& engine, const DurableSettings& settings,
                              MembershipEngine& into, Recovery& recovery) noexcept;

/// What a folder holds, read beside the process that has it or without one.
struct StateReport {
  uint64_t program = 0;            ///< of the checkpoint: identity
  std::vector<uint64_t> deployed;  ///< behind it; the last one is at work
  std::string settings;
  std::string sink;
  uint64_t sink_position = 0;
  std::string rejects;  ///< where lines go that do not count; or empty
  uint64_t rejects_position = 0;
  uint64_t waiting_changes = 0;  // for the sink
  uint64_t users = 0;
  uint64_t state_bytes = 0;       ///< of all users
  uint64_t checkpoint_bytes = 0;  ///< on disk; 0 while it is in the store's own log
  TimePoint checkpoint_at;        ///< by the machine's clock
  uint64_t log_records = 0;       ///< behind the checkpoint
  uint64_t log_bytes = 0;         ///< of all segments
  uint64_t log_segments = 0;
  uint64_t torn_bytes = 0;  ///< that a start will cut off
  struct KeptLog {
    uint64_t records = 0;            ///< before those behind the checkpoint
    std::optional<TimePoint> since;  ///< all that is dated after it is there; none: all input
  };
  std::optional<KeptLog> kept_log;
  struct Input {
    std::string name;
    uint64_t lines = 0;  ///< taken so far
  };
  std::vector<Input> inputs;
  std::vector<WarmingSegment> warming;  ///< of the checkpoint's program
};

/// `verify`: also compares every checksum, of users' states, of the store's blocks and of the log
/// that is kept.
SEGUE_API Outcome describe_state(const std::string& folder, bool verify,
                                 StateReport& into) noexcept;

}  // namespace segue
