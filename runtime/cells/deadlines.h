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
      const uint32_t end = std::min(count, (parent + 1) * kDeadlineFan);
      for (uint32_t i = parent * kDeadlineFan; i < end; ++i) {
        deadline_ms = std::min(deadline_ms, load_time(level + size_t{8} * i));
      }
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
  for (; i + 2 <= count; i += 2) {
    // SAFETY: 16 of the bytes of `count` words; no alignment is asked for.
    const __m128i two = _mm_loadu_si128(reinterpret_cast<const __m128i*>(words + size_t{8} * i));
    const auto signs = _mm_movemask_pd(_mm_castsi128_pd(_mm_sub_epi64(two, next)));
    due |= static_cast<uint32_t>(signs) << i;
  }
#endif
  for (; i < count; ++i) due |= uint32_t{load_time(words + size_t{8} * i) <= now_ms} << i;
  return due;
}

/// One level of such a tree, and what it stands on.
struct DeadlineLevel {
  const std::byte* words;
  uint32_t count;

  template <class Due>
  void each_due(uint32_t parent, int64_t now_ms, const Due& due) const {
    const uint32_t first = parent * kDeadlineFan;
    const uint32_t in_group = std::min(kDeadlineFan, count - first);
    uint32_t left = words_due(words + size_t{8} * first, in_group, now_ms);
    for (; left != 0; left &= left - 1) due(first + static_cast<uint32_t>(std::countr_zero(left)));
  }
};

/// Calls `due` with each slot below group `parent` of level `at` whose deadline is not after
/// `now_ms`, ascending.
template <class Due>
void deadlines_below(const DeadlineLevel* at, uint32_t depth, uint32_t parent, int64_t now_ms,
                     const Due& due) {
  at->each_due(parent, now_ms, [&](uint32_t found) {
    if (depth == 0) {
      due(found);
    } else {
      deadlines_below(at - 1, depth - 1, found, now_ms, due);
    }
  });
}

/// The same of all. Cost: a line or two of each level for each that is due.
template <class Due>
void deadlines_each_due(const std::byte* state, uint32_t slots, int64_t now_ms, const Due& due) {
  if (deadlines_first(state, slots) > now_ms) return;
  DeadlineLevel levels[8];
  uint32_t depth = 0;
  uint32_t count = slots;
  for (;; ++depth) {
    levels[depth] = {state, count};
    if (count <= kDeadlineFan) break;
    state += size_t{8} * count;
    count = deadline_parents(count);
  }
  deadlines_below(levels + depth, depth, 0, now_ms, due);
}

}  // namespace segue::cells
