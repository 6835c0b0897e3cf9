#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "runtime/base/result.h"
#include "runtime/durable/store.h"

namespace segue::durable {

inline constexpr char kOutboxKey = 'c';  // then a piece's number, most significant byte first

/// Where changes go. Called from the outbox's thread, one call at a time, but for the first
/// `resume`, which its owner makes.
class ChangeReceiver {
 public:
  virtual ~ChangeReceiver() = default;

  /// Whether what stands before that position is what `sink_mark` told of; before it is resumed
  /// there for the first time.
  [[nodiscard]] virtual Status check_sink(uint64_t /*position*/, std::string_view /*mark*/) {
    return {};
  }

  /// Takes back what was given behind that position, before anything is given again.
  [[nodiscard]] virtual Status resume_sink(uint64_t position) = 0;

  /// Records as they were added, one behind the other.
  virtual void give_to_sink(std::string_view records) = 0;

  /// All that was given is kept; where the sink stands then.
  virtual Result<uint64_t> commit_sink() = 0;

  /// By which is known what stands before the position of the last commit; may be empty.
  virtual std::string sink_mark() { return {}; }

  /// Whether bytes that an earlier process wrote are such records.
  [[nodiscard]] virtual Status check_records(std::string_view records) const = 0;
};

struct OutboxOptions {
  using Duration = std::chrono::milliseconds;
  static constexpr Duration kForEver = Duration::max();

  size_t bytes_max = size_t{64} << 20;  // that wait; what one call makes may come on top
  Duration patience{30'000};            // how long a call waits for a sink that takes nothing
};

/// Changes on their way to the sink, in order: made by the engine's thread, given and committed on
/// a thread of its own, which begins with the first. They stay here until a commit; after one that
/// fails the sink is resumed where it stood, and all since then given again, later and later up to
/// ten seconds. So a sink that fails or stalls holds back its own position alone, until `bytes_max`
/// wait. What is here when a checkpoint is made is a part of it, piece by piece: no piece is
/// written twice.
///
/// Cost: a copy of each change; a lock once a call, or 64 KiB. Threads: all but the receiver's
/// calls by one owner, one call at a time.
class Outbox {
 public:
  Outbox(ChangeReceiver& receiver, const OutboxOptions& options)
      : receiver_(receiver), options_(options) {}
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  /// Gives what is here and commits it, if the sink takes it at the first try; waits for it.
  ~Outbox();

  /// What a checkpoint holds, and the position of the sink, which was resumed there, with its mark.
  /// `kCorrupt`.
  Status load(Store& store, uint64_t position, std::string_view mark);

  /// A change as the receiver's bytes. If more wait than may, it waits for the sink, but for one
  /// that fails or has taken nothing for too long.
  void add(std::string_view record);

  /// What was added is for the sink to take.
  void hand_over();

  /// Whether as much may be added as a call makes: waits for the sink while there is no room.
  /// Errors: what its last commit said, or that it has taken nothing for too long.
  Status await_room();

  /// Until all that was added is committed. Errors: what a commit says that was tried meanwhile, or
  /// that it took longer.
  Status flush(OutboxOptions::Duration longest);

  struct Waiting {
    uint64_t changes = 0;  // that are not committed
    uint64_t bytes = 0;
    Status failure;  // of the last commit
  };
  Waiting waiting();

  struct Saved {
    uint64_t position = 0;  // of the sink
    std::string mark;
    uint64_t first = 0;  // number of the piece that comes behind it
    uint64_t next = 0;   // … and of the one after the last
  };
  /// Puts into a checkpoint's batch what the store has not yet of it, and takes out what it need
  /// not have any more. The batch is written before the next is made.
  Saved save(StoreBatch& batch);

  /// Whether the caller is called by this.
  bool is_own_thread() const { return std::this_thread::get_id() == thread_id_.load(); }

 private:
  using Clock = std::chrono::steady_clock;
  struct Piece {
    std::string records;
    uint64_t changes = 0;
  };

  bool is_full() const { return bytes_ >= options_.bytes_max; }
  bool waits_in_vain() const { return !failure_.ok() || ran_out_; }
  void await_progress(std::unique_lock<std::mutex>& lock);
  void run();
  bool is_commit_due() const;
  std::optional<Clock::time_point> next_step() const;
  void give_piece(std::unique_lock<std::mutex>& lock);
  void resume(std::unique_lock<std::mutex>& lock);
  void commit(std::unique_lock<std::mutex>& lock);
  void note_failure(Status status);
  void note_progress();

  ChangeReceiver& receiver_;
  const OutboxOptions options_;
  Piece open_;                              // the owner's, not handed over yet
  std::atomic<std::thread::id> thread_id_;  // of the thread

  std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  std::deque<Piece> pieces_;  // not committed
  uint64_t first_ = 1;        // number of the first of them
  size_t given_ = 0;          // of them, since the last commit
  size_t given_bytes_ = 0;
  size_t bytes_ = 0;  // of all
  uint64_t changes_ = 0;
  uint64_t stored_from_ = 1;  // numbers that the store has: from here …
  uint64_t stored_end_ = 1;   // … up to before this
  uint64_t position_ = 0;
  std::string mark_;        // of it
  bool is_resumed_ = true;  // false: not since the last failure
  Status failure_;          // of the last commit
  uint64_t failures_ = 0;   // how often one did
  unsigned in_turn_ = 0;    // … since the last that did not
  bool ran_out_ = false;    // somebody has waited too long since the last progress
  bool flushes_ = false;
  bool stopped_ = false;
  Clock::time_point given_at_;     // the first piece since the last commit
  Clock::time_point retry_at_;     // after a failure
  Clock::time_point progress_at_;  // something was taken
  std::thread thread_;             // last: it uses all of the above
};

/// Of a store: how many changes wait in it, and their bytes; `kCorrupt`.
Result<Outbox::Waiting> waiting_in(Store& store);

}  // namespace segue::durable
