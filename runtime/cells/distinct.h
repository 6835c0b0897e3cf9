#pragma once

#include <cstdint>

#include "runtime/cells/bytes.h"
#include "runtime/cells/cell.h"

/// The newest time of each value inside the horizon: entries of value and time, ascending by value.
///
/// PROOF: a value occurs inside (T - W, T] if and only if its newest time is > T - W. Missing
/// values, lists and records equal nothing, so they are not kept. A window's cap counts
/// occurrences, not values, so this kind may only stand where a cap cannot be reached.
namespace segue::cells {

inline constexpr uint32_t kDistinctEntryBytes = 24;
inline constexpr uint32_t kDistinctTimeAt = 16;

/// How many values have their newest time inside the window: rolling up to now, or ever.
uint32_t distinct_count(const CellView& cell, const image::WindowRow& window, int64_t now_ms);

/// When the first of them leaves.
int64_t distinct_deadline(const CellView& cell, const image::WindowRow& window, int64_t now_ms);

void distinct_push(const CellRef& cell, int64_t now_ms, Scalar scalar);

struct Distinct {
  static constexpr image::CellKind kKind = image::CellKind::kDistinct;
  static uint32_t fixed_bytes(const image::CellRow&) { return sizeof(GrowingPart); }
  static void init(const image::CellRow&, std::byte* state) { store(state, GrowingPart{}); }
  static void update(const CellRef& cell, const Occurrence& occurrence) {
    distinct_push(cell, occurrence.at_ms, occurrence.scalar);
  }
};
static_assert(StreamCell<Distinct>);

}  // namespace segue::cells
