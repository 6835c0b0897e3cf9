// Memory of the hand-written program and of the probe: huge pages where the system has them.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <type_traits>
#include <utility>

namespace segue::bench {

/// An array of zero bytes that grows without being copied. `T` must be fine as zeroes.
template <class T>
class HugeArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  HugeArray() = default;
  explicit HugeArray(size_t count) { grow(count); }
  HugeArray(HugeArray&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), count_(std::exchange(other.count_, 0)) {}
  HugeArray& operator=(HugeArray&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(count_, other.count_);
    return *this;
  }
  ~HugeArray() {
    if (data_ != nullptr) munmap(data_, count_ * sizeof(T));
  }

  /// What was there keeps its value and may move.
  void grow(size_t count) {
    void* at = data_ == nullptr
                   ? mmap(nullptr, count * sizeof(T), PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
                   : mremap(data_, count_ * sizeof(T), count * sizeof(T), MREMAP_MAYMOVE);
    if (at == MAP_FAILED) std::abort();
    madvise(at, count * sizeof(T), MADV_HUGEPAGE);
    data_ = static_cast<T*>(at);
    count_ = count;
  }

  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }
  T* data() { return data_; }
  size_t size() const { return count_; }

 private:
  T* data_ = nullptr;
  size_t count_ = 0;
};

}  // namespace segue::bench
