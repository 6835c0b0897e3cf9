#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "runtime/base/instant.h"
#include "runtime/base/result.h"
#include "runtime/durable/files.h"
#include "runtime/durable/log_format.h"

namespace segue::durable {

/// When a record reaches the disk. A process that ends takes none of them with it in any case.
struct SyncPolicy {
  enum class When : uint8_t {
    kAlways,  // before it is acknowledged
    kEvery,   // at most `every` after
    kNone,    // when the system likes
  };
  When when = When::kEvery;
  Duration every{10};
};

struct LogOptions {
  SyncPolicy sync;
  uint64_t program = 0;  // identity, written into each segment's head
  uint32_t folder = 0;   // … and so is this, see `LogPart`
  uint64_t segment_bytes = uint64_t{64} << 20;
};

/// Appends records to the log in a folder. A record is acknowledged when `append` returns without
/// error: then recovery gives it back. After a failed write the log is as it was before, and the
/// same record may be tried again; after a failed sync nothing is taken any more.
///
/// Threads: one at a time; `kEvery` has a thread of its own that syncs.
class LogWriter {
 public:
  /// Begins a new segment with record `next`; the log has been read, and has none after it.
  static Result<std::unique_ptr<LogWriter>> open(Files& files, std::string folder, uint64_t next,
                                                 const LogOptions& options);
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;
  ~LogWriter();

  [[nodiscard]] Status append(RecordKind kind, std::string_view payload);

  /// The two halves of `append`: a record is written, and what was written is acknowledged, one
  /// sync for all of it.
  [[nodiscard]] Status write(RecordKind kind, std::string_view payload);
  [[nodiscard]] Status commit();

  /// All that was appended survives the machine.
  [[nodiscard]] Status sync();

  /// What comes next begins a segment of its own. If that fails, the next `append` tries it again.
  [[nodiscard]] Status cut();

  /// Removes segments that hold no record from `number` on, for good when it returns. Not the one
  /// being written; may run beside `append`.
  [[nodiscard]] Status drop_before(uint64_t number);

  /// Of segments that begin from here on.
  void set_program(uint64_t identity) { options_.program = identity; }

  uint64_t next() const { return next_; }
  /// May be asked for beside any other call.
  uint64_t bytes_written() const { return bytes_written_.load(std::memory_order_relaxed); }

 private:
  LogWriter(Files& files, std::string folder, uint64_t next, const LogOptions& options)
      : files_(files), folder_(std::move(folder)), options_(options), next_(next) {}

  Status sync_last_segment();
  Status begin_segment();
  Status name_newest(const std::string& segment);
  Status write_record(RecordKind kind, std::string_view payload);
  void sync_now_and_then();
  Status broken() const;

  Files& files_;
  std::string folder_;
  LogOptions options_;
  uint64_t next_;
  std::atomic<uint64_t> bytes_written_ = 0;
  uint64_t segment_bytes_ = 0;  // of the one being written
  bool is_cut_ = false;         // the next one has to be begun first
  std::string buffer_;

  mutable std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  std::shared_ptr<File> file_;
  uint64_t written_ = 0;  // the last record that was
  uint64_t synced_ = 0;
  Status broken_;
  bool stopped_ = false;
  std::thread syncing_;  // last: it uses all of the above
};

struct Record {
  uint64_t number = 0;
  RecordKind kind = RecordKind::kEvents;
  std::string_view payload;
};

/// Names of the segments in a log's folder, the oldest first.
Result<std::vector<std::string>> list_segments(Files& files, const std::string& folder);

/// What reading a log found.
struct LogReading {
  uint64_t next = 1;  // the number that comes after the last record
  uint64_t records = 0;
  uint64_t bytes = 0;
  uint64_t cut_bytes = 0;  // of a torn tail
  std::string cut_file;
};

/// What is to be read of a log: records from one number on, before another.
struct LogPart {
  uint64_t from = 1;
  uint64_t until = UINT64_MAX;
  uint32_t folder = 0;  // a number by which a checkpoint knows its own log; 0: any
};

/// Gives the records of the part in order, each checked. Where the last
/// segment ends in the middle of a record, or in a piece that the disk never took, that tail was
/// never acknowledged (or, without `kAlways`, was lost with the machine): it is cut off if
/// `repair`, and told. Anything else that is not as it was written is `kCorrupt`, by file and
/// offset: a segment without a head too, but for a last one that was being begun and is not named
/// as the newest yet; a log that begins after `from`, one whose newest segment is gone, and one of
/// another folder.
Result<LogReading> read_log(Files& files, const std::string& folder, const LogPart& part,
                            bool repair, const std::function<Status(const Record&)>& take);

}  // namespace segue::durable
