#pragma once

#include <cstdint>
#include <string>

namespace segue::codegen {

/// The text of an image made at random, for tests: every kind of cell with random parameters,
/// filters and `node_count` nodes of random ops. Wild, but verified like any other, and with true
/// slopes, so that time goes on.
std::string random_image(uint32_t seed, uint32_t node_count);

}  // namespace segue::codegen
