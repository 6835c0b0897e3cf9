#pragma once

#include <cstdint>

#include "runtime/base/instant.h"
#include "runtime/base/value.h"
#include "runtime/cells/bytes.h"
#include "runtime/cells/cell.h"

/// The newest value of a trait, and the one at the end of the last instant before it: an instant
/// with several calls is one change, or none. The first value is none, nor is what is missing
/// before it.
///
/// State: the newest time, its value, the value before. What was never set has words that no value
/// has.
namespace segue::cells {

inline constexpr uint32_t kChangeValueAt = kInstantBytes;
inline constexpr uint32_t kChangeBeforeAt = kChangeValueAt + kScalarBytes;
inline constexpr uint32_t kChangeBytes = kChangeBeforeAt + kScalarBytes;
inline constexpr Scalar kNeverSet{UINT64_MAX, UINT64_MAX << 32};

inline void change_push(std::byte* state, int64_t now, Scalar value) {
  if (load_instant(state) != now) {
    store_instant(state, now);
    store_scalar(state + kChangeBeforeAt, load_scalar(state + kChangeValueAt));
  }
  const bool never = load_scalar(state + kChangeBeforeAt) == kNeverSet;
  const bool missing = tag_of(value) == ScalarTag::kMissing;
  store_scalar(state + kChangeValueAt, never && missing ? kNeverSet : value);
}

inline int64_t change_time(const std::byte* state) { return load_instant(state); }

/// Whether the instant, all its calls taken in, changed the value.
inline bool change_happened(const std::byte* state, int64_t now) {
  const auto before = load_scalar(state + kChangeBeforeAt);
  if (load_instant(state) != now || before == kNeverSet) return false;
  return before != load_scalar(state + kChangeValueAt);
}

inline Scalar change_before(const std::byte* state) { return load_scalar(state + kChangeBeforeAt); }
inline Scalar change_value(const std::byte* state) { return load_scalar(state + kChangeValueAt); }

struct ChangeCell {
  static constexpr image::CellKind kKind = image::CellKind::kChange;
  static uint32_t fixed_bytes(const image::CellRow&) { return kChangeBytes; }
  static void init(const image::CellRow&, std::byte* state) {
    store_instant(state, kLongAgo.ms);
    store_scalar(state + kChangeValueAt, kNeverSet);
    store_scalar(state + kChangeBeforeAt, kNeverSet);
  }
  static void update(const CellRef& cell, const Occurrence& occurrence) {
    change_push(cell.state(), occurrence.at_ms, occurrence.scalar);
  }
};
static_assert(StreamCell<ChangeCell>);

}  // namespace segue::cells
