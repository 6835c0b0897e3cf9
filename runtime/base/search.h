#pragma once

#include <cstdint>

namespace segue {

/// How many of the numbers 1 to `count` are `inside`, of which each is if a greater one is. Cost: a
/// search without a branch that its answers decide.
template <class Inside>
inline uint32_t count_of_first(uint32_t count, const Inside& inside) {
  uint32_t found = 0;
  for (uint32_t left = count; left != 0;) {
    const uint32_t half = (left + 1) / 2;
    found += inside(found + half) ? half : 0;
    left -= half;
  }
  return found;
}

}  // namespace segue
