#include "runtime/durable/beside.h"

#include <utility>

namespace segue::durable {

Beside::~Beside() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Beside::begin(std::function<Status()> work) {
  {
    const std::lock_guard lock(mutex_);
    work_ = std::move(work);
  }
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  changed_.notify_all();
}

Status Beside::await() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !work_; });
  return std::exchange(given_, Status());
}

/// What was begun is done, even when nobody is left to ask for it.
void Beside::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return work_ || stopped_; });
    if (!work_) return;
    lock.unlock();
    Status given = work_();
    lock.lock();
    given_ = std::move(given);
    work_ = nullptr;
    changed_.notify_all();
  }
}

}  // namespace segue::durable
