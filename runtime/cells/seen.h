#pragma once

#include "runtime/cells/bytes.h"
#include "runtime/cells/cell.h"

/// Whether it ever happened: a byte.
namespace segue::cells {

inline bool seen_test(const std::byte* state) { return load<uint8_t>(state) != 0; }
inline void seen_push(std::byte* state) { store(state, uint8_t{1}); }

struct Seen {
  static constexpr image::CellKind kKind = image::CellKind::kSeen;
  static uint32_t fixed_bytes(const image::CellRow&) { return 1; }
  static void init(const image::CellRow&, std::byte* state) { store(state, uint8_t{0}); }
  static void update(const CellRef& cell, const Occurrence&) { seen_push(cell.state()); }
};
static_assert(StreamCell<Seen>);

}  // namespace segue::cells
