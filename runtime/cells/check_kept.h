#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "runtime/base/result.h"
#include "runtime/cells/cell.h"
#include "runtime/image/view.h"

namespace segue::cells {

/// Whether a cell can have kept what these bytes say, as of the last settled instant `last_ms`:
/// times are instants up to it and in order, so that they add to durations without overflow and no
/// deadline stands in the past; all that finds a place inside the cell stays there. The cell's
/// growing part lies inside of `bytes`.
///
/// Errors: `kCorrupt`. Cost: what the cell keeps.
Status check_kept(const image::View& view, const image::CellRow& row,
                  std::span<const std::byte> bytes, int64_t last_ms);

}  // namespace segue::cells
