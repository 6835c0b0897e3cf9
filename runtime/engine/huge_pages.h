#pragma once

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

/// Asks for huge pages where memory that is not touched yet has room for some. What is smaller, and
/// a system that refuses, stay as they are.
void advise_huge(void* begin, size_t bytes);

/// Room for `count` more, with huge pages if that is much.
template <class T>
void reserve_more(std::vector<T>& rows, size_t count) {
  const size_t wanted = rows.size() + count;
  if (wanted <= rows.capacity()) return;
  const size_t twice = 2 * rows.capacity();
  rows.reserve(wanted > twice ? wanted : twice);
  advise_huge(static_cast<void*>(rows.data() + rows.size()),
              (rows.capacity() - rows.size()) * sizeof(T));
}

}  // namespace segue
