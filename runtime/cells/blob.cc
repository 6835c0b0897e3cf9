#include "runtime/cells/blob.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>
#include <utility>

#include "runtime/base/check.h"
#include "runtime/cells/bytes.h"
#include "runtime/image/limits.h"

namespace segue {
namespace {

using cells::load;
using cells::store;

constexpr uint32_t kClassStepMin = 64;
constexpr uint32_t kMappedFrom = 256 << 10;  // a blob with so much room is a mapping
constexpr uint32_t kMappedStep = 64 << 10;   // … and a multiple of this, so of pages
constexpr uint32_t kBlobBytesMax = image::kBlobBytesMax;

constexpr bool grows(image::CellKind kind) {
  switch (kind) {
#define CELL_KIND(id, name, growing) \
  case image::CellKind::id:          \
    return growing != 0;
#include "runtime/image/cells.def"
#undef CELL_KIND
  }
  return false;
}

/// The smallest class that holds `bytes`: four classes a doubling, so that at most a quarter is
/// idle.
uint32_t size_class(uint64_t bytes) {
  const auto size = static_cast<uint32_t>(bytes);
  const uint32_t quarter = std::bit_floor(size) / 4;
  uint32_t step = quarter < kClassStepMin ? kClassStepMin : quarter;
  // From here on room costs nothing until it is written.
  if (size > kMappedFrom - kMappedStep) step = kMappedStep;
  return (size + step - 1) / step * step;
}

constexpr bool is_mapped(uint32_t capacity) { return capacity >= kMappedFrom; }

std::byte* mapped(void* data) {
  SEGUE_CHECK(data != MAP_FAILED, "there is memory for a state");
  return static_cast<std::byte*>(data);
}

/// Of the room that `size_class` gave.
std::byte* allocate_zeroed(uint32_t bytes) {
  if (is_mapped(bytes)) {
    return mapped(mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  }
  auto* data = static_cast<std::byte*>(::operator new(bytes));
  std::memset(data, 0, bytes);
  return data;
}

constexpr uint32_t whole_words(uint32_t bytes) { return (bytes + 7) / 8 * 8; }

}  // namespace

Blob& Blob::operator=(Blob&& other) noexcept {
  Blob moved(std::move(other));
  swap(moved);
  return *this;
}

void Blob::swap(Blob& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(home_, other.home_);
  std::swap(capacity_, other.capacity_);
  std::swap(home_bytes_, other.home_bytes_);
}

std::byte* Blob::let_go() {
  SEGUE_CHECK(home_ == nullptr, "the bytes are the blob's own");
  capacity_ = 0;
  return std::exchange(data_, nullptr);
}

void Blob::release(std::byte* data, uint32_t capacity) {
  if (data == nullptr) return;
  if (is_mapped(capacity)) {
    munmap(data, capacity);
  } else {
    ::operator delete(data);
  }
}

/// The bytes are at `data` from now on.
void Blob::move_to(std::byte* data, uint32_t capacity) {
  if (data_ != home_) release(data_, capacity_);
  data_ = data;
  capacity_ = capacity;
}

std::span<const std::byte> Blob::bytes() const {
  if (data_ == nullptr) return {};
  return {data_, header().bytes};
}

void Blob::create(const image::Layout& layout, uint64_t program) {
  if (layout.fixed_bytes <= home_bytes_) {
    move_to(home_, home_bytes_);
    std::memset(data_, 0, layout.fixed_bytes);
  } else {
    const uint32_t capacity = size_class(layout.fixed_bytes);
    move_to(allocate_zeroed(capacity), capacity);
  }
  header() = {.bytes = layout.fixed_bytes, .program = program_mark(program), .next_ms = kNever.ms};
}

void Blob::assign(std::span<const std::byte> bytes) {
  const auto size = static_cast<uint32_t>(bytes.size());
  if (size <= home_bytes_) {
    move_to(home_, home_bytes_);
  } else {
    const uint32_t capacity = size_class(size);
    move_to(allocate_zeroed(capacity), capacity);
  }
  std::memcpy(data_, bytes.data(), size);
}

bool Blob::grow(uint32_t fixed_offset, uint32_t capacity_bytes, const image::Layout& layout,
                std::span<const image::CellRow> cells) {
  const uint32_t wanted = whole_words(capacity_bytes);
  auto part = load<GrowingPart>(data_ + fixed_offset);
  SEGUE_CHECK(wanted >= part.capacity_bytes, "a growing part never shrinks");
  const uint32_t end = header().bytes;
  const bool at_end = part.offset != 0 && part.offset + part.capacity_bytes == end;
  const uint64_t begin = at_end ? part.offset : end;
  if (begin + wanted > capacity_) {
    uint64_t live_bytes = uint64_t{layout.fixed_bytes} + wanted - part.capacity_bytes;
    for (const image::CellRow& row : cells) {
      if (grows(row.kind)) live_bytes += load<GrowingPart>(data_ + row.offset).capacity_bytes;
    }
    if (live_bytes > kBlobBytesMax) return false;
    const bool large = is_mapped(size_class(live_bytes + live_bytes / 8));
    const bool sparse = begin + wanted > std::min<uint64_t>(4 * live_bytes, kBlobBytesMax);
    if (!large || sparse) {
      move_to_class(fixed_offset, wanted, live_bytes, layout, cells);
      return true;
    }
    extend_mapping(begin + wanted);
  }
  if (!at_end && part.capacity_bytes != 0) {
    std::memcpy(data_ + begin, data_ + part.offset, part.capacity_bytes);
  }
  // A place that a keeper lent may hold anything; the bytes of a state depend on its user alone.
  // What was never in use of a mapping is zero.
  if (data_ == home_ || !is_mapped(capacity_)) {
    std::memset(data_ + begin + part.capacity_bytes, 0, wanted - part.capacity_bytes);
  }
  part.offset = static_cast<uint32_t>(begin);
  part.capacity_bytes = wanted;
  store(data_ + fixed_offset, part);
  header().bytes = static_cast<uint32_t>(begin) + wanted;
  return true;
}

/// Copies what is live, part by part, so that no room is left between them.
void Blob::move_to_class(uint32_t fixed_offset, uint32_t capacity_bytes, uint64_t live_bytes,
                         const image::Layout& layout, std::span<const image::CellRow> cells) {
  // An eighth is left free, so that moves cost a constant on average however small the steps are.
  const uint32_t capacity = size_class(live_bytes + live_bytes / 8);
  std::byte* moved = allocate_zeroed(capacity);
  std::memcpy(moved, data_, layout.fixed_bytes);
  uint32_t end = layout.fixed_bytes;
  for (const image::CellRow& row : cells) {
    if (!grows(row.kind)) continue;
    auto part = load<GrowingPart>(data_ + row.offset);
    const uint32_t kept = part.capacity_bytes;
    if (row.offset == fixed_offset) part.capacity_bytes = capacity_bytes;
    if (part.capacity_bytes == 0) continue;
    if (kept != 0) std::memcpy(moved + end, data_ + part.offset, kept);
    part.offset = end;
    store(moved + row.offset, part);
    end += part.capacity_bytes;
  }
  move_to(moved, capacity);
  header().bytes = end;
}

/// Room for `bytes`, and nothing inside moves.
void Blob::extend_mapping(uint64_t bytes) {
  const uint32_t capacity = size_class(bytes);
  if (data_ != home_ && is_mapped(capacity_)) {
    data_ = mapped(mremap(data_, capacity_, capacity, MREMAP_MAYMOVE));
    capacity_ = capacity;
    return;
  }
  std::byte* moved = allocate_zeroed(capacity);
  std::memcpy(moved, data_, header().bytes);
  move_to(moved, capacity);
}

Blob Blob::copy_of(std::span<const std::byte> bytes) {
  Blob copy;
  if (bytes.empty()) return copy;
  const uint32_t capacity = size_class(bytes.size());
  copy.move_to(allocate_zeroed(capacity), capacity);
  std::memcpy(copy.data_, bytes.data(), bytes.size());
  return copy;
}

}  // namespace segue
