#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

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

/// Bit i: the i-th of `count` words, sixteen at most, is not after `now_ms`.
inline uint32_t words_due(const std::byte* words, uint32_t count, int64_t now_ms) {
  uint32_t due = 0;
  for (uint32_t i = 0; i < count; ++i) {
    due |= uint32_t{load_time(words + size_t{8} * i) <= now_ms} << i;
  }
  return due;
}

/// Calls `due` with each slot whose deadline is not after `now_ms`, ascending.
template <class Due>
void deadlines_each_due(const std::byte* state, uint32_t slots, int64_t now_ms, const Due& due) {
  if (slots == 0) return;
  struct Level {
    const std::byte* words;
    uint32_t count;
    uint32_t first;  // of the group at hand
    uint32_t left;   // what is due in it and was not visited
  };
  Level levels[8];
  uint32_t depth = 0;
  for (uint32_t count = slots;; count = deadline_parents(count)) {
    levels[depth] = {state, count, 0, 0};
    state += size_t{8} * count;
    if (count == 1) break;
    ++depth;
  }
  uint32_t at = depth;
  levels[at].left = words_due(levels[at].words, 1, now_ms);
  for (;;) {
    Level& level = levels[at];
    if (level.left == 0) {
      if (at == depth) return;
      ++at;
      continue;
    }
    const uint32_t found = level.first + static_cast<uint32_t>(std::countr_zero(level.left));
    level.left &= level.left - 1;
    if (at == 0) {
      due(found);
      continue;
    }
    Level& below = levels[--at];
    below.first = found * kDeadlineFan;
    const uint32_t count = std::min(kDeadlineFan, below.count - below.first);
    below.left = words_due(below.words + size_t{8} * below.first, count, now_ms);
  }
}

}  // namespace segue::cells
