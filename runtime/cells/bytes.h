#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

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

}  // namespace segue::cells
