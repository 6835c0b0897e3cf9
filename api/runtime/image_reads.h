// What the nodes of a program image depend on, for telling people what a rule costs.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/image/view.h"

namespace segue {

/// All that a node reads, directly or through other nodes, cells and streams; each ascending.
struct NodeReads {
  std::vector<uint32_t> nodes;  // itself too
  std::vector<uint32_t> cells;
  std::vector<uint32_t> streams;
};

/// Cost: the rows that are reached, each once.
NodeReads reads_of(const image::View& view, uint32_t node);

}  // namespace segue
