#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <utility>

#include "runtime/base/event_batch.h"
#include "runtime/base/result.h"

namespace segue::durable {

/// A batch, and the log's numbers of the files that its origins name.
struct InputBatch {
  EventBatch batch;
  std::span<const uint32_t> inputs;
};

/// Batches on their way into the log: they are logged in order, on a thread that begins with the
/// first, while their owner makes more of them and applies those that are there. A disk that makes
/// the log wait for some milliseconds makes nobody else wait.
class LogAhead {
 public:
  using Log = std::function<Status(const InputBatch&)>;
  using Commit = std::function<Status()>;

  /// `commit`: without it none that was logged counts. It is asked for once for all batches that
  /// were there when it was done before, so that one sync serves many. Empty: each counts at once.
  explicit LogAhead(Log log, Commit commit = {})
      : log_(std::move(log)), commit_(std::move(commit)) {}
  LogAhead(const LogAhead&) = delete;
  LogAhead& operator=(const LogAhead&) = delete;

  /// What was not begun is not logged.
  ~LogAhead();

  void add(InputBatch batch);

  bool empty() const { return bytes_.empty(); }

  /// Of batches that were not taken.
  size_t bytes_held() const { return held_; }

  /// Whether `take` would not wait. Not of an empty one.
  bool is_ready();

  /// The first one, once it is in the log. If it cannot be logged, what came behind it is neither,
  /// and all of them are gone; if a commit fails, all that was to count by it. Not of an empty one.
  Result<InputBatch> take();

 private:
  void run();
  size_t log_group(std::unique_lock<std::mutex>& lock);
  bool has_work() const { return failed_.ok() && logged_ < batches_.size(); }

  Log log_;
  Commit commit_;
  std::deque<size_t> bytes_;  // of each batch; the owner's
  size_t held_ = 0;

  std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  std::deque<InputBatch> batches_;
  size_t logged_ = 0;  // of them, in front
  Status failed_;      // of the one behind these; nothing is logged until that is told
  bool stopped_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace segue::durable
