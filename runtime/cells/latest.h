#pragma once

#include <cstdint>

#include "runtime/base/value.h"
#include "runtime/cells/bytes.h"
#include "runtime/cells/cell.h"

/// The value of the newest occurrence. Updates come in the order that breaks ties, so
/// the last one wins.
namespace segue::cells {

inline constexpr uint32_t kLatestBytes = kScalarBytes;

/// Missing if it never happened.
inline Scalar latest_value(const std::byte* state) { return load_scalar(state); }

inline void latest_push(std::byte* state, Scalar scalar) { store_scalar(state, scalar); }

/// Which of two is newer is not kept: its own stays, if it has any.
inline void latest_merge(std::byte* state, const std::byte* other) {
  if (tag_of(latest_value(state)) == ScalarTag::kMissing) latest_push(state, latest_value(other));
}

struct Latest {
  static constexpr image::CellKind kKind = image::CellKind::kLatest;
  static uint32_t fixed_bytes(const image::CellRow&) { return kLatestBytes; }
  static void init(const image::CellRow&, std::byte* state) { latest_push(state, Scalar{}); }
  static void update(const CellRef& cell, const Occurrence& occurrence) {
    latest_push(cell.state(), occurrence.scalar);
  }
};
static_assert(StreamCell<Latest>);
static_assert(Scalar{} == Scalar{0, static_cast<uint64_t>(ScalarTag::kMissing) << 60});

}  // namespace segue::cells
