#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include "runtime/base/instant.h"
#include "runtime/cells/bytes.h"
#include "runtime/image/deadlines.h"

/// The deadlines of a tracked program in its blob (see runtime/image/deadlines.h): a tree of least
/// values, sixteen to a parent, so that two lines answer "which are due" for each that is, and one
/// word is the blob's own next deadline.
namespace segue::cells {

inline constexpr uint32_t kDeadlineFan = image::kDeadlineFan;

inline uint32_t deadline_parents(uint32_t count) {
  return (count + kDeadlineFan - 1) / kDeadlineFan;
}

inline void deadlines_init(std::byte* state, uint32_t slots) {
  const uint32_t words = image::deadline_words(slots);
  for (uint32_t i = 0; i < words; ++i) store(state + size_t{8} * i, kNever.ms);
}

/// The least of all; never, if there are none.
inline int64_t deadlines_first(const std::byte* state, uint32_t slots) {
  if (slots == 0) return kNever.ms;
  return load_time(state + size_t{8} * (image::deadline_words(slots) - 1));
}

/// The least of `count` words, one at least and sixteen at most.
inline int64_t least_of(const std::byte* words, uint32_t count) {
  int64_t least = load_time(words);
  if (count == kDeadlineFan) {
    int64_t other = load_time(words + 8);  // two chains: each waits for itself alone
    for (uint32_t i = 2; i < kDeadlineFan; i += 2) {
      least = std::min(least, load_time(words + size_t{8} * i));
      other = std::min(other, load_time(words + size_t{8} * (i + 1)));
    }
    return std::min(least, other);
  }
  for (uint32_t i = 1; i < count; ++i) least = std::min(least, load_time(words + size_t{8} * i));
  return least;
}

/// Cost: a word, and a line for each level whose least was this one and is no more.
inline void deadlines_set(std::byte* state, uint32_t slots, uint32_t slot, int64_t deadline_ms) {
  uint32_t count = slots;
  uint32_t at = slot;
  for (;;) {
    std::byte* place = state + size_t{8} * at;
    const int64_t before = load_time(place);
    if (before == deadline_ms) return;
    store(place, deadline_ms);
    if (count <= 1) return;
    const uint32_t parent = at / kDeadlineFan;
    std::byte* level = state;
    state += size_t{8} * count;
    const int64_t least = load_time(state + size_t{8} * parent);
    if (deadline_ms > least) {
      if (before > least) return;
      const uint32_t first = parent * kDeadlineFan;
      deadline_ms = least_of(level + size_t{8} * first, std::min(kDeadlineFan, count - first));
    }
    count = deadline_parents(count);
    at = parent;
  }
}

/// Bit i: the i-th of `count` words, sixteen at most, is not after `now_ms`: its difference to the
/// next millisecond is negative. Neither is before 1970.
inline uint32_t words_due(const std::byte* words, uint32_t count, int64_t now_ms) {
  uint32_t due = 0;
  uint32_t i = 0;
#if defined(__SSE2__)
  const __m128i next = _mm_set1_epi64x(now_ms + 1);
  // SAFETY: 16 of the bytes of `count` words each; no alignment is asked for.
  const auto two_at = [&](uint32_t at) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(words + size_t{8} * at));
  };
  for (; i + 4 <= count; i += 4) {
    const __m128 low = _mm_castsi128_ps(_mm_sub_epi64(two_at(i), next));
    const __m128 high = _mm_castsi128_ps(_mm_sub_epi64(two_at(i + 2), next));
    const int signs = _mm_movemask_ps(_mm_shuffle_ps(low, high, _MM_SHUFFLE(3, 1, 3, 1)));
    due |= static_cast<uint32_t>(signs) << i;
  }
#endif
  for (; i < count; ++i) due |= uint32_t{load_time(words + size_t{8} * i) <= now_ms} << i;
  return due;
}

/// Calls `due` with each slot whose deadline is not after `now_ms`, ascending. Cost: a line or two
/// of each level for each that is due.
template <class Due>
void deadlines_each_due(const std::byte* state, uint32_t slots, int64_t now_ms, const Due& due) {
  if (deadlines_first(state, slots) > now_ms) return;
  /// One level of the tree, and what is left to look at of one group of it.
  struct Level {
    const std::byte* words;
    uint32_t count;
    uint32_t first;
    uint32_t left;  // a bit a word of the group
    void look_at(uint32_t group, int64_t now) {
      first = group * kDeadlineFan;
      left = words_due(words + size_t{8} * first, std::min(kDeadlineFan, count - first), now);
    }
  };
  Level levels[8];
  Level* top = levels;
  for (uint32_t count = slots;; count = deadline_parents(count), ++top) {
    *top = {state, count, 0, 0};
    if (count <= kDeadlineFan) break;
    state += size_t{8} * count;
  }
  top->look_at(0, now_ms);
  for (Level* at = top;;) {
    while (at->left == 0) {
      if (at == top) return;
      ++at;
    }
    const uint32_t found = at->first + static_cast<uint32_t>(std::countr_zero(at->left));
    at->left &= at->left - 1;
    if (at == levels) {
      due(found);
    } else {
      (--at)->look_at(found, now_ms);
    }
  }
}

}  // namespace segue::cells
