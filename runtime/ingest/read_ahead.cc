#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "runtime/ingest/reader.h"

namespace segue {
namespace {

/// Enough that neither side waits for a hiccup of the other, little enough to stay in the cache.
constexpr size_t kBatchesAhead = 3;

class AheadEvents : public BatchSource {
 public:
  explicit AheadEvents(std::unique_ptr<BatchSource> source)
      : source_(std::move(source)), thread_([this] { run(); }) {}
  AheadEvents(const AheadEvents&) = delete;
  AheadEvents& operator=(const AheadEvents&) = delete;
  ~AheadEvents() override {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  Status next(EventBatch& batch) override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !ready_.empty() || ended_; });
    batch = EventBatch();
    if (ready_.empty()) return status_;
    batch = std::move(ready_.front());
    ready_.pop_front();
    lock.unlock();
    changed_.notify_all();
    return {};
  }

 private:
  void run() {
    for (;;) {
      EventBatch batch;
      Status status = source_->next(batch);
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return ready_.size() < kBatchesAhead || stopped_; });
      if (stopped_) return;
      ended_ = !status.ok() || batch.empty();
      status_ = std::move(status);
      if (!ended_) ready_.push_back(std::move(batch));
      const bool last = ended_;
      lock.unlock();
      changed_.notify_all();
      if (last) return;
    }
  }

  std::unique_ptr<BatchSource> source_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<EventBatch> ready_;
  Status status_;         // of the end
  bool ended_ = false;    // nothing will become ready any more
  bool stopped_ = false;  // the caller is gone
  std::thread thread_;    // last: it uses all of the above
};

}  // namespace

std::unique_ptr<BatchSource> read_ahead(std::unique_ptr<BatchSource> source) {
  return std::make_unique<AheadEvents>(std::move(source));
}

}  // namespace segue
