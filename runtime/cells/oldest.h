#pragma once

#include "runtime/base/instant.h"
#include "runtime/cells/bytes.h"
#include "runtime/cells/cell.h"

/// The first time; `kLongAgo` before it. Once set it never changes, so no read has a deadline.
namespace segue::cells {

inline int64_t oldest_time(const std::byte* state) { return load_instant(state); }

inline void oldest_push(std::byte* state, int64_t now) {
  const int64_t kept = load_instant(state);
  store_instant(state, kept == kLongAgo.ms ? now : kept);
}

inline void oldest_merge(std::byte* state, const std::byte* earlier) {
  const int64_t own = oldest_time(state);
  const int64_t other = oldest_time(earlier);
  if (other != kLongAgo.ms && (own == kLongAgo.ms || other < own)) store_instant(state, other);
}

struct Oldest {
  static constexpr image::CellKind kKind = image::CellKind::kOldest;
  static uint32_t fixed_bytes(const image::CellRow&) { return kInstantBytes; }
  static void init(const image::CellRow&, std::byte* state) { store_instant(state, kLongAgo.ms); }
  static void update(const CellRef& cell, const Occurrence& occurrence) {
    oldest_push(cell.state(), occurrence.at_ms);
  }
};
static_assert(StreamCell<Oldest>);

}  // namespace segue::cells
