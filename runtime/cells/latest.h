#pragma once

#include <cstdint>

#include "runtime/base/instant.h"
#include "runtime/base/value.h"
#include "runtime/cells/bytes.h"
#include "runtime/cells/cell.h"

/// The value of the newest occurrence, and its time. Updates come in the order that breaks ties, so
/// the last one wins.
namespace segue::cells {

inline constexpr uint32_t kLatestScalarAt = 8;
inline constexpr uint32_t kLatestBytes = 24;

/// Missing if it never happened.
inline Scalar latest_value(const std::byte* state) { return load<Scalar>(state + kLatestScalarAt); }

inline void latest_push(std::byte* state, int64_t now, Scalar scalar) {
  store(state, now);
  store(state + kLatestScalarAt, scalar);
}

struct Latest {
  static constexpr image::CellKind kKind = image::CellKind::kLatest;
  static uint32_t fixed_bytes(const image::CellRow&) { return kLatestBytes; }
  static void init(const image::CellRow&, std::byte* state) {
    latest_push(state, kLongAgo.ms, Scalar{});
  }
  static void update(const CellRef& cell, const Occurrence& occurrence) {
    latest_push(cell.state(), occurrence.at_ms, occurrence.scalar);
  }
};
static_assert(StreamCell<Latest>);
static_assert(Scalar{} == Scalar{0, static_cast<uint64_t>(ScalarTag::kMissing) << 60});

}  // namespace segue::cells
