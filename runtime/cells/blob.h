#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "runtime/base/instant.h"
#include "runtime/image/tables.h"

namespace segue {

/// Head of every blob. Behind it: truth words, kept numbers, fixed cells (offsets from the image),
/// growing parts.
struct BlobHeader {
  uint32_t bytes = 0;     // in use, this header included
  uint32_t capacity = 0;  // size class it lives in
  uint64_t program = 0;   // identity of the image that laid it out
  int64_t first_ms = 0;   // the user's first instant
  int64_t last_ms = 0;    // the last settled instant
  int64_t next_ms = 0;    // no deadline is before it; kNever.ms if there is none
};
static_assert(sizeof(BlobHeader) == 40);

/// Fixed part of a growing cell: where its entries are, a run from the `first` on.
struct GrowingPart {
  uint32_t offset = 0;  // from the blob's begin; 0: nothing yet
  uint32_t capacity_bytes = 0;
  uint32_t first = 0;
  uint32_t count = 0;
};
static_assert(sizeof(GrowingPart) == 16);

/// One user's state: a relocatable byte string without pointers, 8-byte aligned. Owns its bytes.
/// Empty until the user's first instant.
class Blob {
 public:
  Blob() = default;
  Blob(Blob&& other) noexcept : data_(other.data_) { other.data_ = nullptr; }
  Blob& operator=(Blob&& other) noexcept;
  Blob(const Blob&) = delete;
  Blob& operator=(const Blob&) = delete;
  ~Blob();

  bool empty() const { return data_ == nullptr; }
  std::byte* data() { return data_; }
  const std::byte* data() const { return data_; }
  std::span<const std::byte> bytes() const;
  // SAFETY: `create` and `copy_of` put a header in front of all else; the bytes are aligned to 8.
  BlobHeader& header() { return *reinterpret_cast<BlobHeader*>(data_); }
  const BlobHeader& header() const { return *reinterpret_cast<const BlobHeader*>(data_); }

  /// Makes an empty blob for a layout: zeroed, header filled; cells are initialised by
  /// `runtime/interp`.
  void create(const image::Layout& layout, uint64_t program);

  /// Gives the growing part at `fixed_offset` room for `capacity_bytes`, moving its entries. The
  /// whole blob moves to the next size class if it no longer fits; room left behind is reclaimed
  /// then. Invalidates every pointer into the blob. False, and nothing is changed, if no blob may
  /// be so large.
  [[nodiscard]] bool grow(uint32_t fixed_offset, uint32_t capacity_bytes,
                          const image::Layout& layout, std::span<const image::CellRow> cells);

  /// A byte copy taken in (a checkpoint, a foreign store). The bytes must come from `bytes()` of
  /// the same program.
  static Blob copy_of(std::span<const std::byte> bytes);

 private:
  void move_to_class(uint32_t fixed_offset, uint32_t capacity_bytes, uint64_t live_bytes,
                     const image::Layout& layout, std::span<const image::CellRow> cells);

  std::byte* data_ = nullptr;
};

}  // namespace segue
