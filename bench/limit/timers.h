// Wake-ups by time: a radix heap of eight bytes an entry.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <vector>

namespace segue::limit {

struct Wake {
  uint32_t at;
  uint32_t row;
};

/// Ahuja, Mehlhorn, Orlin, Tarjan, "Faster algorithms for the shortest path problem" (1990): an
/// entry lies in the bucket of the highest bit in which it differs from the present.
class Timers {
 public:
  void put(uint32_t at, uint32_t row) { bucket_of(at).push_back({at, row}); }

  /// Moves the present to `now`; all before it goes into `due`.
  void move_to(uint32_t now, std::vector<Wake>& due) {
    const uint32_t crossed = static_cast<uint32_t>(std::bit_width(now ^ now_));
    now_ = now;
    for (uint32_t i = 0; i <= crossed; ++i) {
      if (buckets_[i].empty()) continue;
      moving_.clear();
      moving_.swap(buckets_[i]);
      for (const Wake wake : moving_) {
        if (wake.at < now) {
          due.push_back(wake);
        } else {
          put(wake.at, wake.row);
        }
      }
    }
  }

  /// The origin of all times moves on by `by`, which no entry lies before.
  void rebase(uint32_t by) {
    std::vector<Wake> all;
    for (auto& bucket : buckets_) {
      all.insert(all.end(), bucket.begin(), bucket.end());
      bucket.clear();
    }
    now_ -= by;
    for (const Wake wake : all) put(wake.at - by, wake.row);
  }

  size_t bytes() const {
    size_t bytes = moving_.capacity() * sizeof(Wake);
    for (const auto& bucket : buckets_) bytes += bucket.capacity() * sizeof(Wake);
    return bytes;
  }

 private:
  std::vector<Wake>& bucket_of(uint32_t at) {
    return buckets_[static_cast<size_t>(std::bit_width(at ^ now_))];
  }

  std::array<std::vector<Wake>, 33> buckets_;
  std::vector<Wake> moving_;
  uint32_t now_ = 0;
};

}  // namespace segue::limit
