#pragma once

#include <cstdint>

#include "runtime/base/instant.h"
#include "runtime/base/value.h"
#include "runtime/cells/bytes.h"
#include "runtime/cells/cell.h"

/// The value of the first occurrence, and its time. Updates come in the order that breaks ties, so
/// only the first counts.
namespace segue::cells {

inline constexpr uint32_t kEarliestScalarAt = 8;
inline constexpr uint32_t kEarliestBytes = 24;

/// Missing if it never happened.
inline Scalar earliest_value(const std::byte* state) {
  return load<Scalar>(state + kEarliestScalarAt);
}

inline void earliest_push(std::byte* state, int64_t now, Scalar scalar) {
  const int64_t time = load_time(state);
  const Scalar kept = earliest_value(state);
  const bool first = time == kLongAgo.ms;
  store(state, first ? now : time);
  store(state + kEarliestScalarAt,
        Scalar{first ? scalar.lo : kept.lo, first ? scalar.hi : kept.hi});
}

struct Earliest {
  static constexpr image::CellKind kKind = image::CellKind::kEarliest;
  static uint32_t fixed_bytes(const image::CellRow&) { return kEarliestBytes; }
  static void init(const image::CellRow&, std::byte* state) {
    store(state, kLongAgo.ms);
    store(state + kEarliestScalarAt, Scalar{});
  }
  static void update(const CellRef& cell, const Occurrence& occurrence) {
    earliest_push(cell.state(), occurrence.at_ms, occurrence.scalar);
  }
};
static_assert(StreamCell<Earliest>);

}  // namespace segue::cells
