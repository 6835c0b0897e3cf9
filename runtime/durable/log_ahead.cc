#include "runtime/durable/log_ahead.h"

#include <utility>

namespace segue::durable {
namespace {

/// Of a batch that was merged of several the arenas are others'.
size_t bytes_of(const EventBatch& batch) {
  size_t bytes = batch.arena->bytes_held() + batch.events.size() * sizeof(Event);
  if (batch.owners.empty()) return bytes;
  for (const Origin& origin : batch.origins) bytes += origin.raw.size();
  return bytes;
}

}  // namespace

LogAhead::~LogAhead() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void LogAhead::add(InputBatch batch) {
  bytes_.push_back(bytes_of(batch.batch));
  held_ += bytes_.back();
  {
    const std::lock_guard lock(mutex_);
    batches_.push_back(std::move(batch));
  }
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  changed_.notify_all();
}

bool LogAhead::is_ready() {
  const std::lock_guard lock(mutex_);
  return logged_ > 0 || !failed_.ok();
}

Result<InputBatch> LogAhead::take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return logged_ > 0 || !failed_.ok(); });
  if (logged_ == 0) {
    batches_.clear();
    bytes_.clear();
    held_ = 0;
    return std::exchange(failed_, Status()).error();
  }
  InputBatch first = std::move(batches_.front());
  batches_.pop_front();
  --logged_;
  held_ -= bytes_.front();
  bytes_.pop_front();
  return first;
}

void LogAhead::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return has_work() || stopped_; });
    if (stopped_) return;
    logged_ += log_group(lock);
    changed_.notify_all();
  }
}

/// Those that are there by now, or without a commit the first of them. Returns how many count.
size_t LogAhead::log_group(std::unique_lock<std::mutex>& lock) {
  const size_t group = commit_ ? batches_.size() - logged_ : 1;
  size_t written = 0;
  Status wrong;
  while (wrong.ok() && written < group && !stopped_) {
    // It stays where it is while others come and go.
    const InputBatch& next = batches_[logged_ + written];
    lock.unlock();
    wrong = log_(next);
    lock.lock();
    written += wrong.ok() ? 1 : 0;
  }
  if (commit_ && written > 0) {
    lock.unlock();
    Status committed = commit_();
    lock.lock();
    if (!committed.ok()) {
      wrong = std::move(committed);
      written = 0;
    }
  }
  failed_ = std::move(wrong);
  return written;
}

}  // namespace segue::durable
