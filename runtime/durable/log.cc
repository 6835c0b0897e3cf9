#include "runtime/durable/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <utility>

#include "runtime/base/byte_fields.h"
#include "runtime/base/hash.h"

namespace segue::durable {

// ---- the format ---------------------------------------------------------------------------------

uint64_t checksum_of(const SegmentHead& head) {
  // SAFETY: any object may be looked at as chars.
  return hash64({reinterpret_cast<const char*>(&head), offsetof(SegmentHead, checksum)});
}

uint64_t checksum_of(const RecordHead& head) {
  constexpr size_t kSkipped = sizeof head.checksum;
  // SAFETY: as above.
  return hash64({reinterpret_cast<const char*>(&head) + kSkipped, sizeof head - kSkipped});
}

/// Lengths and checksums are made.
void put_record(std::string& out, RecordHead head, std::string_view payload) {
  head.bytes = static_cast<uint32_t>(payload.size());
  head.payload_checksum = hash64(payload);
  head.checksum = checksum_of(head);
  put(out, head);
  out += payload;
}

std::string segment_name(uint64_t first_record) { return fmt::format("{:016x}.log", first_record); }

uint64_t first_record_of(const std::string& segment) {
  uint64_t number = 0;
  std::from_chars(segment.data(), segment.data() + segment.size(), number, 16);
  return number;
}

Result<std::vector<std::string>> list_segments(Files& files, const std::string& folder) {
  SEGUE_TRY(auto names, files.list(folder));
  std::erase_if(names, [](const std::string& name) { return !name.ends_with(".log"); });
  return names;
}

// ---- the writer ---------------------------------------------------------------------------------

Result<std::unique_ptr<LogWriter>> LogWriter::open(Files& files, std::string folder, uint64_t next,
                                                   const LogOptions& options) {
  std::unique_ptr<LogWriter> log(new LogWriter(files, std::move(folder), next, options));
  log->written_ = log->synced_ = next - 1;
  SEGUE_TRY_STATUS(log->sync_last_segment());
  SEGUE_TRY_STATUS(log->begin_segment());
  if (options.sync.when == SyncPolicy::When::kEvery) {
    log->syncing_ = std::thread([self = log.get()] { self->sync_now_and_then(); });
  }
  return log;
}

LogWriter::~LogWriter() {
  if (syncing_.joinable()) {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
    syncing_.join();
  }
  // Nobody is left to be told; what fails here was acknowledged under a policy that lets it.
  if (options_.sync.when != SyncPolicy::When::kNone) static_cast<void>(sync());
}

/// What the process before left to the system must not be lost behind what this one writes.
Status LogWriter::sync_last_segment() {
  SEGUE_TRY(const auto names, list_segments(files_, folder_));
  if (names.empty()) return {};
  SEGUE_TRY(const auto file, files_.open(folder_ + "/" + names.back(), OpenMode::kAppend));
  return file->sync();
}

/// One that was begun before and has no record is left as it is: once it has its name, no stop may
/// leave it without its head.
Status LogWriter::begin_segment() {
  const std::string name = segment_name(next_);
  const std::string path = folder_ + "/" + name;
  SEGUE_TRY(const auto names, list_segments(files_, folder_));
  std::string before;
  if (std::binary_search(names.begin(), names.end(), name)) {
    SEGUE_TRY(before, read_file(files_, path));
  }
  SEGUE_TRY(std::shared_ptr<File> file, files_.open(path, OpenMode::kAppend));
  SegmentHead head;
  head.program = options_.program;
  head.folder = options_.folder;
  head.first_record = next_;
  head.checksum = checksum_of(head);
  std::string bytes;
  put(bytes, head);
  if (before != bytes) {
    SEGUE_TRY_STATUS(file->truncate(0));  // a piece of a head may be there
    SEGUE_TRY_STATUS(file->append(bytes));
  }
  SEGUE_TRY_STATUS(file->sync());
  SEGUE_TRY_STATUS(files_.sync_folder(folder_));
  SEGUE_TRY_STATUS(name_newest(name));
  segment_bytes_ = bytes.size();
  const std::lock_guard lock(mutex_);
  file_ = std::move(file);
  return {};
}

/// Once it is there.
Status LogWriter::name_newest(const std::string& segment) {
  const std::string path = fmt::format("{}/{}", folder_, kNewestName);
  const std::string next = path + ".next";
  {
    SEGUE_TRY(const auto file, files_.open(next, OpenMode::kAppend));
    SEGUE_TRY_STATUS(file->truncate(0));
    SEGUE_TRY_STATUS(file->append(segment + "\n"));
    SEGUE_TRY_STATUS(file->sync());
  }
  SEGUE_TRY_STATUS(files_.rename(next, path));
  return files_.sync_folder(folder_);
}

Status LogWriter::cut() {
  // Whatever the policy: a segment that is not the last one must be whole.
  SEGUE_TRY_STATUS(sync());
  // Once it may be there, a record in the one before would be one too many.
  is_cut_ = true;
  SEGUE_TRY_STATUS(begin_segment());
  is_cut_ = false;
  return {};
}

Status LogWriter::broken() const {
  const std::lock_guard lock(mutex_);
  return broken_;
}

Status LogWriter::append(RecordKind kind, std::string_view payload) {
  SEGUE_TRY_STATUS(write(kind, payload));
  return commit();
}

Status LogWriter::commit() {
  return options_.sync.when == SyncPolicy::When::kAlways ? sync() : Status();
}

Status LogWriter::write(RecordKind kind, std::string_view payload) {
  SEGUE_TRY_STATUS(broken());
  if (payload.size() > kPayloadBytesMax) {
    return Error{Errc::kTooLarge, fmt::format("a record of {} bytes: a log takes {} at most",
                                              payload.size(), kPayloadBytesMax)};
  }
  if (is_cut_ || segment_bytes_ >= options_.segment_bytes) SEGUE_TRY_STATUS(cut());
  return write_record(kind, payload);
}

Status LogWriter::write_record(RecordKind kind, std::string_view payload) {
  RecordHead head;
  head.number = next_;
  {
    const std::lock_guard lock(mutex_);
    head.synced = synced_;
  }
  head.kind = static_cast<uint32_t>(kind);
  buffer_.clear();
  put_record(buffer_, head, payload);
  if (Status failed = file_->append(buffer_); !failed.ok()) {
    // What is there of it must not stand between this record and the next.
    if (Status uncut = file_->truncate(segment_bytes_); !uncut.ok()) {
      const std::lock_guard lock(mutex_);
      broken_ = uncut;
    }
    return failed;
  }
  segment_bytes_ += buffer_.size();
  bytes_written_.fetch_add(buffer_.size(), std::memory_order_relaxed);
  ++next_;
  const std::lock_guard lock(mutex_);
  written_ = head.number;
  return {};
}

Status LogWriter::sync() {
  std::shared_ptr<File> file;
  uint64_t written = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!broken_.ok() || synced_ == written_) return broken_;
    file = file_;
    written = written_;
  }
  const Status status = file->sync();
  const std::lock_guard lock(mutex_);
  // What a failed sync did not bring to the disk, the next one may not either, and say nothing.
  if (!status.ok()) {
    broken_ = status;
  } else {
    synced_ = std::max(synced_, written);
  }
  return broken_;
}

void LogWriter::sync_now_and_then() {
  const std::chrono::milliseconds every(options_.sync.every.ms);
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      if (changed_.wait_for(lock, every, [&] { return stopped_; })) return;
    }
    if (!sync().ok()) return;
  }
}

Status LogWriter::drop_before(uint64_t number) {
  SEGUE_TRY(const auto names, list_segments(files_, folder_));
  // A segment ends where the next one begins.
  for (size_t i = 0; i + 1 < names.size(); ++i) {
    if (names[i + 1] > segment_name(number)) break;
    SEGUE_TRY_STATUS(files_.remove(folder_ + "/" + names[i]));
  }
  return files_.sync_folder(folder_);  // also of what was removed by a call that failed here
}

}  // namespace segue::durable
