#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "runtime/base/event_batch.h"
#include "runtime/base/result.h"
#include "runtime/durable/files.h"
#include "runtime/durable/kept_log.h"
#include "runtime/durable/log.h"
#include "runtime/durable/log_ahead.h"
#include "runtime/durable/manifest.h"
#include "runtime/durable/outbox.h"
#include "runtime/durable/programs.h"
#include "runtime/durable/records.h"
#include "runtime/durable/store.h"
#include "runtime/engine/engine.h"
#include "runtime/ingest/decode.h"
#include "runtime/ingest/reader.h"

namespace segue::durable {

struct DurableOptions {
  std::string folder;
  SyncPolicy sync;
  uint64_t checkpoint_bytes = uint64_t{64} << 20;  // of log between two checkpoints
  uint64_t segment_bytes = uint64_t{64} << 20;
  std::string settings;           // what of the engine's settings answers depend on: `lateness 0s`
  std::string sink;               // where changes go: a path, or empty
  OutboxOptions outbox;           // of changes on their way there
  std::string rejects;            // where the host writes lines that are left out, or empty
  size_t batch_bytes = SIZE_MAX;  // of a checkpoint in memory while it is made
  size_t memory_bytes = 0;        // for states and where cold ones lie; 0: all states are in memory
  /// The log is kept so far behind the newest event, for deploys; `kKeepAll`: all of it.
  std::optional<Duration> keep_log;
  // What a test puts its own in place of.
  Files* files = &posix_files();
  StoreOpener opener = open_store;
  ColdOpener cold_opener = open_cold;
};

/// Of the memory that is for users, what is for states: the rest is for where cold ones lie.
constexpr size_t state_bytes_of(size_t memory_bytes) { return memory_bytes - memory_bytes / 4; }

/// What a durable engine asks of its host.
class DurableHost : public ChangeReceiver {
 public:
  /// What the host keeps with a checkpoint, and gets back from it.
  virtual std::string save_counts() = 0;
  [[nodiscard]] virtual Status restore_counts(std::string_view bytes) = 0;

  /// The file of `DurableOptions::rejects`: what is behind that position, which an earlier commit
  /// gave, or 0, is taken back, if what is before it has that mark; all of it is given again.
  [[nodiscard]] virtual Status resume_rejects(uint64_t /*position*/, std::string_view /*mark*/) {
    return {};
  }
  /// All that was left out so far is kept there whatever happens, before a checkpoint says so.
  [[nodiscard]] virtual Status commit_rejects(uint64_t& /*position*/, std::string& /*mark*/) {
    return {};
  }

  /// A batch is in the log and about to be applied; or is about to be applied again, its rejects
  /// without lines if there is no file for them, and its files the log's inputs.
  virtual void on_logged(const EventBatch& batch) = 0;
  virtual void on_replay(const EventBatch& batch) = 0;

  /// A program to be run, of an image that the folder keeps and nobody has checked yet.
  virtual Result<std::shared_ptr<const Program>> open_program(std::string_view image) = 0;

  /// From here on it is at work: given to `open` or `deploy`, or from `open_program`.
  virtual void on_program(const std::shared_ptr<const Program>& program) = 0;
};

struct RecoveryReport {
  bool is_new = false;
  uint64_t users = 0;
  uint64_t records = 0;  // of the log, applied again
  uint64_t events = 0;   // in them
  double seconds = 0;
  std::string cut_file;  // whose torn tail was cut off
  uint64_t cut_bytes = 0;
};

/// Keeps an engine in a folder: what it accepts is in the log before it is applied, and checkpoints
/// hold what the log need not repeat. After the process ends, however it ends, `open` and `recover`
/// make the engine what it was, and changes that the sink had not committed by the last checkpoint,
/// or were made since, are given again. While too many wait for the sink, see `Outbox`, calls that
/// could make more fail, and nothing of them is logged.
///
/// Cost: a copy of each line, a checksum of it and a write; a checkpoint copies the states that
/// changed while input waits, and writes them on a thread of its own: while it does, no other is
/// due until four times as much was logged. Threads: one at a time.
class Durable {
 public:
  /// Takes the folder, or makes it, and loads the checkpoint into `engine`, which is new and of
  /// `program`; it goes over to the one that the checkpoint is of. Errors: `kInvalid` if another
  /// process has the folder, or it is of other settings or another sink, or its program's image is
  /// not there; `kCorrupt`.
  static Result<std::unique_ptr<Durable>> open(const DurableOptions& options,
                                               std::shared_ptr<const Program> program,
                                               Engine& engine, DurableHost& host);
  Durable(const Durable&) = delete;
  Durable& operator=(const Durable&) = delete;
  ~Durable();

  /// Applies the rest of the log. Once, before all that follows.
  Status recover();
  const RecoveryReport& report() const { return report_; }

  /// The number of an input in the log, by its name; made if new. What of it was taken before is
  /// known by that number, which outlives the process. 0 is what is pushed.
  Result<uint32_t> input(const std::string& name);
  InputTaken taken(uint32_t input) const;
  const std::string& name_of(uint32_t input) const { return manifest_.inputs[input].name; }

  /// Logs a batch, its rejects as places only, and applies it. Each origin has its line, and a
  /// number of `inputs` by its file. After an error nothing is applied, and it may be tried again;
  /// but if the state of a cold user cannot be read, `Engine::trouble`, the engine takes nothing
  /// more: it is to be opened anew.
  Status push(EventBatch batch, std::span<const uint32_t> inputs);

  /// The same for a caller with more at hand: the batch is logged on a thread of its own while
  /// others are made, and applied by a call after it, of whatever kind: `push_on` applies what is
  /// logged, any other call all. If one cannot be logged, that call fails, and neither that batch
  /// nor what was given behind it is logged or applied. `inputs` stays until then.
  Status push_on(EventBatch batch, std::span<const uint32_t> inputs);
  Status settle();

  Status advance_to(Instant through);

  /// Another program takes the place of the one at work, see `Engine::deploy`: its image is on the
  /// disk first, then the deploy in the log. After an error the old one works on, and it may be
  /// tried again. No checkpoint is begun until all users are carried over, but for `checkpoint`,
  /// which carries them over. Where the log is kept, a checkpoint is made first and the log read
  /// once more, from where it begins, so that what the old program has not is filled.
  Status deploy(std::shared_ptr<const Program> next, const DeployOptions& options = {});
  const std::shared_ptr<const Program>& program() const { return program_; }

  /// Settles all up to and at the newest event, or `until` if that is later.
  Status finish(Instant until);

  /// A checkpoint now, on the disk when it returns. Changes that wait for the sink are in it.
  Status checkpoint();

  /// Where the engine's listener adds changes.
  Outbox& outbox() { return outbox_; }

  /// Whether anything was logged since `open`.
  bool has_logged() const { return log_->next() != first_logged_; }

 private:
  Durable(const DurableOptions& options, std::shared_ptr<const Program> program, Engine& engine,
          DurableHost& host);

  Status open_cold_users();
  Status load();
  Result<bool> has_log();
  Status make_new();
  LogOptions log_options() const;
  LogPart log_part() const;
  Status load_users();
  Status load_kept_log();
  LogPlace place() const;
  Status replay(const Record& record);
  Status replay_events(const Record& record);
  Status load_files();
  Status load_program();
  Status replay_deploy(const Record& record);
  Result<std::unique_ptr<Engine>> read_past(const std::shared_ptr<const Program>& program,
                                            const LogPlace& from, uint64_t until);
  Status go_over(const std::shared_ptr<const Program>& next, std::unique_ptr<Engine> past,
                 const DeployOptions& options);
  Result<std::shared_ptr<const Program>> find_program(uint64_t identity);
  void work_with(std::shared_ptr<const Program> program);
  Status drop_programs();
  void note_taken(const EventBatch& batch);
  LogAhead::Commit commit_of(const DurableOptions& options);
  Status write_batch(const InputBatch& input);
  Status apply(InputBatch input);
  Status apply_logged(bool all);
  bool is_checkpoint_due() const;
  void checkpoint_when_due();
  Status begin_checkpoint();
  Status await_checkpoint();
  Result<std::unique_ptr<StoreBatch>> make_checkpoint();
  Status write_checkpoint();
  Status erase_deleted();
  void save_outbox(StoreBatch& batch);

  DurableOptions options_;
  std::shared_ptr<const Program> given_;    // to `open`
  std::shared_ptr<const Program> program_;  // at work
  Engine& engine_;
  DurableHost& host_;
  std::unique_ptr<Lock> lock_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<ColdStates> cold_;  // null: all users are in memory
  std::unique_ptr<LogWriter> log_;
  Manifest manifest_;
  uint32_t folder_number_ = draw_folder_number();
  bool is_numbered_ = false;  // the checkpoint has it
  ProgramFiles programs_;
  std::vector<LoggedDeploy> deploys_;  // behind the last checkpoint
  std::optional<Decoder> decoder_;
  RecoveryReport report_;
  uint64_t first_logged_ = 1;
  uint64_t checkpoint_at_ = 0;  // bytes of the log at the last one
  bool erases_ = false;         // users were deleted since the last one
  uint64_t named_until_ = 0;    // changes that wait before this piece may name such; 0: none
  KeptLog kept_log_;
  bool notes_kept_log_ = false;  // the store says where it begins
  ForgottenIds forgotten_;       // whose lines are in the log that is kept
  Watermark lateness_;           // the engine's, without input
  std::string payload_;

  // Being written; if that failed, to be tried again before another is made.
  std::unique_ptr<StoreBatch> writing_;
  uint64_t writing_next_ = 0;
  uint64_t writing_program_ = 0;
  bool writing_erases_ = false;  // users were deleted: nothing of them may be left in a file
  bool writing_names_ = false;   // … but changes that wait
  std::optional<LogPlace> writing_kept_;  // from where on the log is kept
  ForgottenIds writing_forgotten_;
  Status written_;
  Status dropped_;                        // of the log, what it holds
  std::atomic<bool> is_written_ = false;  // or has failed
  std::thread writer_;

  Outbox outbox_;
  LogAhead ahead_;  // last: it uses the above
};

/// What a folder holds, see `seg state`.
struct FolderReport {
  Manifest manifest;
  std::vector<uint64_t> deployed;  // programs behind the checkpoint, the last one at work
  uint64_t users = 0;
  uint64_t state_bytes = 0;
  uint64_t checkpoint_bytes = 0;
  uint64_t log_bytes = 0;
  uint64_t log_segments = 0;
  LogReading log;  // behind the checkpoint
  struct Warming {
    std::string segment;
    Instant until;  // kNever: without end
  };
  std::vector<Warming> warming;  // of the checkpoint's program
  Outbox::Waiting waiting;       // for the sink
  std::optional<LogPlace> kept;  // from where on the log is kept, if it is
  uint64_t kept_records = 0;     // from there up to the checkpoint
};

/// Reads without taking the folder. Every user's state and every record behind the checkpoint is
/// checked; with `verify` every block of the store and every image too.
Result<FolderReport> describe(const std::string& folder, bool verify);

}  // namespace segue::durable
