#include "runtime/engine/huge_pages.h"

#include <sys/mman.h>

#include <cstdint>
#include <utility>

#include "runtime/base/check.h"

namespace segue {
namespace {

constexpr size_t whole_pages(size_t bytes) {
  return (bytes + HugeBytes::kPageBytes - 1) / HugeBytes::kPageBytes * HugeBytes::kPageBytes;
}

}  // namespace

/// A page more than is wanted, of which the ends go back, so that it begins with a page.
HugeBytes::HugeBytes(size_t bytes, bool huge) : bytes_(whole_pages(bytes)) {
  const size_t mapped = bytes_ + kPageBytes;
  void* const begin =
      mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  SEGUE_CHECK(begin != MAP_FAILED, "there is memory for users");
  auto* const first = static_cast<std::byte*>(begin);
  const size_t before = whole_pages(reinterpret_cast<uintptr_t>(begin)) -
                        static_cast<size_t>(reinterpret_cast<uintptr_t>(begin));
  data_ = first + before;
  if (before != 0) munmap(first, before);
  if (before != kPageBytes) munmap(data_ + bytes_, kPageBytes - before);
  if (huge) madvise(data_, bytes_, MADV_HUGEPAGE);  // if it is refused, all is as before
}

HugeBytes::HugeBytes(HugeBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

HugeBytes& HugeBytes::operator=(HugeBytes&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

void prefer_huge_pages(void* begin, size_t bytes) {
  if (bytes < 2 * HugeBytes::kPageBytes) return;
  const auto at = reinterpret_cast<uintptr_t>(begin);
  const size_t first = whole_pages(at);
  const size_t end = (at + bytes) / HugeBytes::kPageBytes * HugeBytes::kPageBytes;
  madvise(reinterpret_cast<void*>(first), end - first, MADV_HUGEPAGE);  // or all is as before
}

void HugeBytes::reset() {
  if (data_ != nullptr) munmap(data_, bytes_);
  data_ = nullptr;
  bytes_ = 0;
}

}  // namespace segue
