#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>

#include "runtime/base/instant.h"
#include "runtime/image/tables.h"

namespace segue {

/// An instant of a head, in six bytes. 2^47 ms and more, 4,459 years after 1970, is never: nobody
/// can be there.
class HeadInstant {
 public:
  HeadInstant() = default;
  HeadInstant(int64_t ms) { store(ms < kEnd ? ms : kEnd); }
  operator int64_t() const {
    uint32_t low = 0;
    std::memcpy(&low, words_, sizeof low);
    const int64_t ms = int64_t{static_cast<int16_t>(words_[2])} * (int64_t{1} << 32) + low;
    return ms == kEnd ? kNever.ms : ms;
  }

 private:
  static constexpr int64_t kEnd = (int64_t{1} << 47) - 1;
  void store(int64_t ms) {
    const auto low = static_cast<uint32_t>(ms);
    std::memcpy(words_, &low, sizeof low);
    words_[2] = static_cast<uint16_t>(ms >> 32);
  }

  uint16_t words_[3] = {};
};

/// Head of every blob. Behind it: truth words, kept numbers, fixed cells (offsets from the image),
/// growing parts.
struct BlobHeader {
  uint32_t bytes = 0;    // in use, this header included; never 0
  uint16_t program = 0;  // `program_mark` of the image that laid it out
  HeadInstant first_ms;  // the user's first instant
  HeadInstant last_ms;   // the last settled instant
  HeadInstant next_ms;   // no deadline is before it; kNever.ms if there is none
};
static_assert(sizeof(BlobHeader) == 24);

/// What a blob knows of its image: enough to find most mix-ups. Who keeps blobs outside a process
/// keeps the whole identity beside them, and asks for it when they come in.
constexpr uint16_t program_mark(uint64_t identity) {
  return static_cast<uint16_t>(identity ^ identity >> 16 ^ identity >> 32 ^ identity >> 48);
}

/// Fixed part of a growing cell: where its entries are, a run from the `first` on.
struct GrowingPart {
  uint32_t offset = 0;  // from the blob's begin; 0: nothing yet
  uint32_t capacity_bytes = 0;
  uint32_t first = 0;
  uint32_t count = 0;
};
static_assert(sizeof(GrowingPart) == 16);

/// One user's state: a relocatable byte string without pointers, 8-byte aligned. Empty until the
/// user's first instant. Owns its bytes, unless a keeper lent it their place.
///
/// A large one is a mapping of its own: it grows by pages that the system moves, not by copies, and
/// room that was never written takes no memory.
class Blob {
 public:
  Blob() = default;
  Blob(Blob&& other) noexcept { swap(other); }
  Blob& operator=(Blob&& other) noexcept;
  Blob(const Blob&) = delete;
  Blob& operator=(const Blob&) = delete;
  ~Blob() {
    if (home_ == nullptr) release(data_, capacity_);
  }

  /// A blob whose bytes a keeper holds, for one use of it: at `home`, which has room for
  /// `home_bytes`, or if they have moved out, at `data` with room for `capacity`. Null `data`:
  /// empty. The keeper takes `data()` and `capacity()` back after the use; what is no longer at
  /// `home` is the keeper's to `release` in the end.
  static Blob kept(std::byte* home, uint32_t home_bytes, std::byte* data, uint32_t capacity) {
    Blob blob;
    blob.home_ = home;
    blob.home_bytes_ = home_bytes;
    blob.data_ = data;
    blob.capacity_ = capacity;
    return blob;
  }

  /// A keeper takes over bytes that are the blob's own, `capacity()` of them; the blob is empty.
  std::byte* let_go();
  /// Frees such bytes.
  static void release(std::byte* data, uint32_t capacity);

  bool empty() const { return data_ == nullptr; }
  std::byte* data() { return data_; }
  const std::byte* data() const { return data_; }
  uint32_t capacity() const { return capacity_; }
  std::span<const std::byte> bytes() const;
  // SAFETY: `create` and `copy_of` put a header in front of all else; the bytes are aligned to 8.
  BlobHeader& header() { return *reinterpret_cast<BlobHeader*>(data_); }
  const BlobHeader& header() const { return *reinterpret_cast<const BlobHeader*>(data_); }

  /// Makes an empty blob for a layout: zeroed, header filled; cells are initialised by
  /// `runtime/interp`. `program`: the image's identity.
  void create(const image::Layout& layout, uint64_t program);

  /// Becomes a copy of a state of the same program, in the keeper's room if it fits.
  void assign(std::span<const std::byte> bytes);

  /// Gives the growing part at `fixed_offset` room for `capacity_bytes`, moving its entries. The
  /// whole blob moves to the next size class if it no longer fits, and room left behind is
  /// reclaimed; a mapped one stays as it is, until three quarters of it are left behind.
  /// Invalidates every pointer into the blob. False, and nothing is changed, if no blob may be so
  /// large.
  [[nodiscard]] bool grow(uint32_t fixed_offset, uint32_t capacity_bytes,
                          const image::Layout& layout, std::span<const image::CellRow> cells);

  /// A byte copy taken in (a checkpoint, a foreign store). The bytes must come from `bytes()` of
  /// the same program.
  static Blob copy_of(std::span<const std::byte> bytes);

 private:
  void extend_mapping(uint64_t bytes);
  void move_to_class(uint32_t fixed_offset, uint32_t capacity_bytes, uint64_t live_bytes,
                     const image::Layout& layout, std::span<const image::CellRow> cells);
  void swap(Blob& other) noexcept;
  void move_to(std::byte* data, uint32_t capacity);

  std::byte* data_ = nullptr;
  std::byte* home_ = nullptr;  // a keeper's room; null: the bytes are ours
  uint32_t capacity_ = 0;      // of where `data_` is
  uint32_t home_bytes_ = 0;
};

}  // namespace segue
