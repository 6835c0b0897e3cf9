#include "runtime/engine/workers.h"

namespace segue {
namespace {

/// About as long as it takes to be put to sleep and woken: parts of a job mostly end close
/// together, and the next job comes soon.
constexpr int kSpins = 1000;

/// Waits until `value` is not `old` any more.
void wait_for_change(const std::atomic<uint32_t>& value, uint32_t old) {
  for (int i = 0; i < kSpins; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
  value.wait(old, std::memory_order_acquire);
}

}  // namespace

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
    wait_for_change(running_, left);
  }
}

void Workers::serve(uint32_t part) {
  for (uint32_t seen = 0;; ++seen) {
    wait_for_change(round_, seen);
    if (work_ == nullptr) return;
    (*work_)(part);
    if (running_.fetch_sub(1, std::memory_order_release) == 1) running_.notify_all();
  }
}

}  // namespace segue
