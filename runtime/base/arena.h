#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace segue {

/// Bytes that are made one after the other and freed together: the texts and values of a batch.
/// What it hands out never moves. Costs a few instructions a call, one allocation a chunk.
class Arena {
 public:
  Arena() = default;
  Arena(Arena&&) noexcept = default;
  Arena& operator=(Arena&&) noexcept = default;

  /// `count` bytes, not initialised.
  char* bytes(size_t count) { return reinterpret_cast<char*>(take(count, 1)); }

  std::string_view copy(std::string_view text);

  /// Room for `count` bytes, of which `keep` then takes the first ones; until then nothing else may
  /// be made.
  char* room(size_t count) {
    if (chunks_.empty() || used_ + count > chunks_.back().size) [[unlikely]] {
      take_new(count);
      used_ = 0;
    }
    return reinterpret_cast<char*>(chunks_.back().data.get() + used_);
  }
  void keep(size_t count) { used_ += count; }

  /// `count` default-made objects; nobody destroys them.
  template <class T>
  std::span<T> make(size_t count) {
    static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= kAlignment);
    // SAFETY: `take` gives room for `count` objects at their alignment.
    T* first = reinterpret_cast<T*>(take(count * sizeof(T), alignof(T)));
    std::uninitialized_value_construct_n(first, count);
    return {first, count};
  }

  /// A point to return to: what was made after it is free again.
  struct Mark {
    size_t chunk = 0;
    size_t used = 0;
  };
  Mark mark() const { return {chunks_.size(), used_}; }
  void rewind(Mark mark);

  size_t bytes_held() const { return held_; }

 private:
  static constexpr size_t kAlignment = 8;
  static constexpr size_t kChunkBytes = size_t{64} << 10;

  struct Chunk {
    std::unique_ptr<std::byte[]> data;
    size_t size = 0;
  };

  std::byte* take(size_t count, size_t alignment) {
    const size_t at = (used_ + alignment - 1) & ~(alignment - 1);
    if (chunks_.empty() || at + count > chunks_.back().size) [[unlikely]]
      return take_new(count);
    used_ = at + count;
    return chunks_.back().data.get() + at;
  }
  std::byte* take_new(size_t count);

  std::vector<Chunk> chunks_;
  size_t used_ = 0;  // of the last chunk
  size_t held_ = 0;
};

}  // namespace segue
