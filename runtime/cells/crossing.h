#pragma once

#include <cstdint>

#include "runtime/cells/bytes.h"
#include "runtime/cells/cell.h"

/// The last truth of a node, to find the instants at which it turns. False before the user's first
/// instant.
namespace segue::cells {

/// Takes in the node's truth once an instant, after it was settled; true if it turned the way that
/// is asked for.
inline bool crossing_move(std::byte* state, bool truth, bool leaving) {
  const bool before = load<uint8_t>(state) != 0;
  store(state, uint8_t{truth});
  return before != truth && truth != leaving;
}

struct Crossing {
  static constexpr image::CellKind kKind = image::CellKind::kCrossing;
  static uint32_t fixed_bytes(const image::CellRow&) { return 1; }
  static void init(const image::CellRow&, std::byte* state) { store(state, uint8_t{0}); }
};
static_assert(Cell<Crossing>);

}  // namespace segue::cells
