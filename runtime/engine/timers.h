#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "runtime/base/instant.h"

namespace segue {

/// When users are to be looked at. Time only moves on, so this is a radix heap (Ahuja and others,
/// "Faster algorithms for the shortest path problem", 1990): a wake-up lies in the bucket of the
/// highest bit in which it differs from the present, and moves to lower buckets as the present
/// comes near. Cost: O(1) to set, 64 moves at most until it is due; 16 bytes.
///
/// Wake-ups are never taken back: who moves one leaves the old one, and knows it when it is due.
class Timers {
 public:
  struct Wake {
    int64_t ms;
    uint32_t user;
  };

  /// `at` must not be before the present.
  void set(Instant at, uint32_t user) { buckets_[bucket_of(at.ms)].push_back({at.ms, user}); }

  /// Makes `end` the present, and moves all set for before it into `due`, in no order.
  void take_before(Instant end, std::vector<Wake>& due);

  /// None is set for before it.
  Instant earliest() const;

  size_t bytes() const;

 private:
  size_t bucket_of(int64_t ms) const {
    return static_cast<size_t>(std::bit_width(static_cast<uint64_t>(ms ^ now_ms_)));
  }

  // Bit 63 never differs: event time is not negative.
  std::array<std::vector<Wake>, 64> buckets_;
  int64_t now_ms_ = 0;
};

}  // namespace segue
