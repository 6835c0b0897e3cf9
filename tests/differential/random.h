#pragma once

#include <cstdint>
#include <initializer_list>
#include <iterator>

namespace segue::differential {

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere for the same seed.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  /// Uniform in [0, below); the bias of the remainder does not matter here.
  uint64_t below(uint64_t count) { return next() % count; }
  int64_t between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(below(static_cast<uint64_t>(high - low + 1)));
  }
  bool chance(unsigned percent) { return below(100) < percent; }

  template <class T>
  T pick(std::initializer_list<T> choices) {
    return *std::next(choices.begin(), static_cast<std::ptrdiff_t>(below(choices.size())));
  }

 private:
  uint64_t state_;
};

}  // namespace segue::differential
