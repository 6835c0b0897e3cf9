#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "runtime/base/instant.h"

namespace segue {

/// When users are to be looked at. Time only moves on, so this is a radix heap (Ahuja and others,
/// "Faster algorithms for the shortest path problem", 1990): a wake-up lies in the bucket of the
/// highest bit in which it differs from the present, and moves to lower buckets as the present
/// comes near. Cost: O(1) to set, 64 moves at most until it is due; 12 bytes.
///
/// Wake-ups are never taken back: who moves one leaves the old one, and knows it when it is due.
class Timers {
 public:
  struct Wake {
    int64_t ms;
    uint32_t user;
  };

  Timers() = default;
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;

  /// Sets a wake-up for `at`, which must not be before the present, or, if that is further away
  /// than marks reach, for an instant before it. Returns when.
  int64_t set(Instant at, uint32_t user) {
    const int64_t ms = at.ms - now_ms_ < kReachMs ? at.ms : now_ms_ + kReachMs;
    put(buckets_[bucket_of(ms)], ms, user);
    return ms;
  }

  /// A wake-up in 4 bytes, never 0, so that a user can know which of several counts.
  static uint32_t mark_of(int64_t ms) { return std::max(static_cast<uint32_t>(ms), 1u); }

  /// When one that is set is due, by its mark: then, or a millisecond before.
  Instant of_mark(uint32_t mark) const {
    return {now_ms_ + static_cast<uint32_t>(mark - static_cast<uint32_t>(now_ms_))};
  }

  /// Makes `end` the present. All set for before it is due, and given out by `take_due`.
  void move_to(Instant end);

  /// How many are due and not given out.
  size_t due_count() const;

  /// Some of what is due, in no order; nothing when all has been given out.
  std::span<const Wake> take_due();

  /// The present.
  Instant now() const { return {now_ms_}; }

  /// Forgets all that is set.
  void clear();

  /// None is set for before it.
  Instant earliest() const;

  size_t bytes() const { return blocks_.size() * sizeof(Block); }

 private:
  // Wake-ups stand in blocks that move between buckets and a pile of empty ones, so that memory
  // follows the number of wake-ups and not what each bucket once held.
  static constexpr uint32_t kBlockWakes = 340;
  static constexpr int64_t kReachMs = (int64_t{1} << 32) - 2;  // 49 days
  struct Block {
    Block* next = nullptr;
    uint32_t count = 0;
    std::array<uint32_t, kBlockWakes> user;
    std::array<int64_t, kBlockWakes> ms;
  };
  static_assert(sizeof(Block) <= 4096);

  size_t bucket_of(int64_t ms) const {
    return static_cast<size_t>(std::bit_width(static_cast<uint64_t>(ms ^ now_ms_)));
  }

  void put(Block*& bucket, int64_t ms, uint32_t user) {
    if (bucket == nullptr || bucket->count == kBlockWakes) [[unlikely]]
      add_block(bucket);
    bucket->ms[bucket->count] = ms;
    bucket->user[bucket->count] = user;
    ++bucket->count;
  }
  void add_block(Block*& bucket);
  void lay_aside(Block* block);

  // Bit 63 never differs: event time is not negative. The first block of each may have room.
  std::array<Block*, 64> buckets_ = {};
  Block* due_ = nullptr;
  Block* empty_ = nullptr;
  int64_t now_ms_ = 0;
  std::vector<std::unique_ptr<Block>> blocks_;  // all of them
  std::vector<Wake> given_;
};

}  // namespace segue
