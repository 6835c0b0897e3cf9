#pragma once

#include <cstdint>
#include <utility>

#include "runtime/image/op_info.h"
#include "runtime/image/view.h"

/// What conditions read.
namespace segue::interp {

inline bool names_user_zone(const image::View& view, image::Use use, uint32_t index) {
  switch (use) {
    case image::Use::kZone:
      return index == image::kUserZone;
    case image::Use::kPeriod:
      return view.periods[index].zone == image::kUserZone;
    case image::Use::kCell:
      return view.cells[index].zone == image::kUserZone;
    default:
      return false;
  }
}

/// Calls `cell` and `node` with the rows that one op reads; the user's zone is a cell too.
template <class Cell, class Node>
void each_read(const image::View& view, const image::OpRow& row, const Cell& cell,
               const Node& node) {
  using image::Use;
  const image::OpInfo& info = image::op_info(row.op);
  for (const auto& [use, index] : {std::pair{info.a, row.a}, std::pair{info.b, row.b}}) {
    if (use == Use::kCell) cell(index);
    if (use == Use::kNode || use == Use::kNumberNode) node(index);
    if (use == Use::kWindow && view.windows[index].anchor != image::kNone) {
      node(view.windows[index].anchor);
    }
    const uint32_t zone_cell = view.layout[0].zone_cell;
    if (zone_cell != image::kNone && names_user_zone(view, use, index)) cell(zone_cell);
  }
}

}  // namespace segue::interp
