// Bytes of a user's state, and what they grow with.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "runtime/image/view.h"
#include "segue/program.h"

namespace segue {

/// Of these cells and nodes alone, without the header of a blob.
StateSize state_size(const image::View& view, std::span<const uint32_t> cells,
                     std::span<const uint32_t> nodes);

/// Of a whole blob.
StateSize state_size(const image::View& view);

/// `newest(3) of pricing_views`
std::string cell_text(const image::View& view, const image::CellRow& cell);

}  // namespace segue
