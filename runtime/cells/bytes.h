#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "runtime/base/instant.h"

/// Words of a blob. Cells read and write through these two only, so that no body depends on
/// aliasing rules; every compiler makes one move of each.
namespace segue::cells {

template <class T>
inline T load(const std::byte* at) {
  static_assert(std::is_trivially_copyable_v<T>);
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

template <class T>
inline void store(std::byte* at, T value) {
  static_assert(std::is_trivially_copyable_v<T>);
  std::memcpy(at, &value, sizeof value);
}

inline int64_t load_time(const std::byte* at) { return load<int64_t>(at); }

/// An instant in six bytes: 48 bits reach 4,459 years around 1970. `kLongAgo` is the least of them.
inline constexpr uint32_t kInstantBytes = 6;

inline int64_t load_instant(const std::byte* at) {
  const auto low = load<uint32_t>(at);
  const auto high = load<int16_t>(at + 4);
  const int64_t time = int64_t{high} * (int64_t{1} << 32) + low;
  return high == INT16_MIN ? kLongAgo.ms : time;
}

inline void store_instant(std::byte* at, int64_t time) {
  const auto bits = static_cast<uint64_t>(time);
  store(at, static_cast<uint32_t>(bits));
  store(at + 4, static_cast<int16_t>(time == kLongAgo.ms ? INT16_MIN : bits >> 32));
}

/// A count in six bytes: of more occurrences than a double can tell apart no rule can speak, and of
/// 2^48 of one user no host lives to hear.
inline constexpr uint32_t kCountBytes = 6;

inline uint64_t load_count(const std::byte* at) {
  return load<uint32_t>(at) | uint64_t{load<uint16_t>(at + 4)} << 32;
}

inline void store_count(std::byte* at, uint64_t count) {
  store(at, static_cast<uint32_t>(count));
  store(at + 4, static_cast<uint16_t>(count >> 32));
}

}  // namespace segue::cells
