#pragma once

#include <cstdint>

#include "runtime/base/value.h"
#include "runtime/cells/bytes.h"
#include "runtime/cells/cell.h"

/// The value of the first occurrence, and whether there was one. Updates come in the order that
/// breaks ties, so only the first counts.
namespace segue::cells {

inline constexpr uint32_t kEarliestHappenedAt = kScalarBytes;
inline constexpr uint32_t kEarliestBytes = kEarliestHappenedAt + 1;

/// Missing if it never happened.
inline Scalar earliest_value(const std::byte* state) { return load_scalar(state); }

inline void earliest_push(std::byte* state, Scalar scalar) {
  const Scalar kept = earliest_value(state);
  const bool first = load<uint8_t>(state + kEarliestHappenedAt) == 0;
  store(state + kEarliestHappenedAt, uint8_t{1});
  store_scalar(state, Scalar{first ? scalar.lo : kept.lo, first ? scalar.hi : kept.hi});
}

/// Which of two is older is not kept: its own stays, if it has any.
inline void earliest_merge(std::byte* state, const std::byte* other) {
  if (load<uint8_t>(state + kEarliestHappenedAt) == 0) std::memcpy(state, other, kEarliestBytes);
}

struct Earliest {
  static constexpr image::CellKind kKind = image::CellKind::kEarliest;
  static uint32_t fixed_bytes(const image::CellRow&) { return kEarliestBytes; }
  static void init(const image::CellRow&, std::byte* state) {
    store_scalar(state, Scalar{});
    store(state + kEarliestHappenedAt, uint8_t{0});
  }
  static void update(const CellRef& cell, const Occurrence& occurrence) {
    earliest_push(cell.state(), occurrence.scalar);
  }
};
static_assert(StreamCell<Earliest>);

}  // namespace segue::cells
