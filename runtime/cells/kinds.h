#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/cells/cell.h"
#include "runtime/image/tables.h"

/// The kinds of cells as a table.
namespace segue::cells {

struct KindInfo {
  image::CellKind kind;
  uint32_t (*fixed_bytes)(const image::CellRow& row);
  void (*init)(const image::CellRow& row, std::byte* state);
  void (*update)(const CellRef& cell, const Occurrence& occurrence);  // null: no stream feeds it
};

const KindInfo& kind_info(image::CellKind kind);

/// Size of the fixed part of a cell: what the layout must give it. Reads `kind` and `k` of the row.
uint32_t fixed_bytes(const image::CellRow& row);

/// The state of a user of whom nothing is known.
void init(const image::CellRow& row, std::byte* state);

/// Applies an occurrence to a cell that a stream feeds.
void update(const CellRef& cell, const Occurrence& occurrence);

}  // namespace segue::cells
