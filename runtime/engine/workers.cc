#include "runtime/engine/workers.h"

namespace segue {

Workers::Workers(uint32_t parts) {
  for (uint32_t part = 1; part < parts; ++part) {
    threads_.emplace_back([this, part] { serve(part); });
  }
}

Workers::~Workers() {
  work_ = nullptr;
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Workers::run(const std::function<void(uint32_t)>& work) {
  if (!threads_.empty()) {
    work_ = &work;
    running_.store(static_cast<uint32_t>(threads_.size()), std::memory_order_relaxed);
    round_.fetch_add(1, std::memory_order_release);
    round_.notify_all();
  }
  work(0);
  for (uint32_t left; (left = running_.load(std::memory_order_acquire)) != 0;) {
    running_.wait(left, std::memory_order_acquire);
  }
}

void Workers::serve(uint32_t part) {
  for (uint32_t seen = 0;; ++seen) {
    round_.wait(seen, std::memory_order_acquire);
    if (work_ == nullptr) return;
    (*work_)(part);
    if (running_.fetch_sub(1, std::memory_order_release) == 1) running_.notify_all();
  }
}

}  // namespace segue
