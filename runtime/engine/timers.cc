#include "runtime/engine/timers.h"

#include <utility>

namespace segue {

void Timers::take_before(Instant end, std::vector<Wake>& due) {
  if (end.ms <= now_ms_) return;
  const size_t turning = bucket_of(end.ms);
  // Lower buckets agree with the old present in the bit that `end` sets first, so they lie before
  // `end`; higher ones differ from `end` as they did from the present.
  for (size_t i = 0; i < turning; ++i) {
    due.insert(due.end(), buckets_[i].begin(), buckets_[i].end());
    buckets_[i].clear();
  }
  now_ms_ = end.ms;
  std::vector<Wake> moving = std::exchange(buckets_[turning], {});
  for (const Wake wake : moving) {
    if (wake.ms < end.ms) {
      due.push_back(wake);
    } else {
      buckets_[bucket_of(wake.ms)].push_back(wake);
    }
  }
  moving.clear();
  buckets_[turning] = std::move(moving);  // its room, for what comes next; nothing went there
}

Instant Timers::earliest() const {
  for (size_t i = 0; i < buckets_.size(); ++i) {
    if (buckets_[i].empty()) continue;
    if (i == 0) return {now_ms_};
    // The least that differs from the present in bit i - 1 and in none above it.
    const size_t low = i - 1;
    return {((now_ms_ >> low) | 1) << low};
  }
  return kNever;
}

size_t Timers::bytes() const {
  size_t bytes = 0;
  for (const std::vector<Wake>& bucket : buckets_) bytes += bucket.capacity() * sizeof(Wake);
  return bytes;
}

}  // namespace segue
