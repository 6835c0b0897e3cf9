#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace segue {

/// Zeroed memory in whole pages of 2 MiB, which the system makes huge ones if it can: thousands of
/// random accesses then need one translation of an address each, which is at hand, and the first
/// touches one fault instead of 512. A mapping of its own: malloc gives out again what was touched
/// as small pages before. What is not touched takes no room.
class HugeBytes {
 public:
  static constexpr size_t kPageBytes = size_t{2} << 20;

  HugeBytes() = default;
  /// `huge` false: as small pages, of which a few are touched.
  explicit HugeBytes(size_t bytes, bool huge = true);
  HugeBytes(HugeBytes&& other) noexcept;
  HugeBytes& operator=(HugeBytes&& other) noexcept;
  ~HugeBytes() { reset(); }

  std::byte* data() const { return data_; }
  explicit operator bool() const { return data_ != nullptr; }
  void reset();

 private:
  std::byte* data_ = nullptr;
  size_t bytes_ = 0;
};

/// Lets the system make huge pages of memory that will be written from end to end, if it is large.
void prefer_huge_pages(void* begin, size_t bytes);

/// Room for `count` items in all; twice as many as before at least, so that moves cost a constant.
template <class T>
void reserve_huge(std::vector<T>& items, size_t count) {
  if (items.capacity() >= count) return;
  items.reserve(std::max(count, 2 * items.capacity()));
  prefer_huge_pages(items.data(), items.capacity() * sizeof(T));
}

}  // namespace segue
