#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "runtime/base/instant.h"
#include "runtime/base/value.h"

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

/// A count in five bytes: of more than 2^40 occurrences of one user, 34,000 a second for a year, no
/// host lives to hear.
inline constexpr uint32_t kCountBytes = 5;

inline uint64_t load_count(const std::byte* at) {
  return load<uint32_t>(at) | uint64_t{load<uint8_t>(at + 4)} << 32;
}

inline void store_count(std::byte* at, uint64_t count) {
  store(at, static_cast<uint32_t>(count));
  store(at + 4, static_cast<uint8_t>(count >> 32));
}

/// A value in twelve bytes: what a scalar's high word has above its lowest 32 bits, which are zero.
inline constexpr uint32_t kScalarBytes = 12;

inline Scalar load_scalar(const std::byte* at) {
  return {load<uint64_t>(at), uint64_t{load<uint32_t>(at + 8)} << 32};
}

inline void store_scalar(std::byte* at, Scalar scalar) {
  store(at, scalar.lo);
  store(at + 8, static_cast<uint32_t>(scalar.hi >> 32));
}

/// An instant in four bytes, as its distance to a base that the state keeps (`near.h`); 0 of what
/// never happened or is so long ago that no window reaches it.
inline constexpr uint32_t kNearBytes = 4;

inline int64_t load_near(const std::byte* at, int64_t base) {
  const auto distance = load<uint32_t>(at);
  return distance == 0 ? kLongAgo.ms : base + distance;
}

/// Not after `base` by 2^32 ms and more.
inline void store_near(std::byte* at, int64_t base, int64_t time) {
  store(at, time > base ? static_cast<uint32_t>(time - base) : uint32_t{0});
}

}  // namespace segue::cells
