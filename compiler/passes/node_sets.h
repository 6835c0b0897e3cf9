#pragma once

#include <cstdint>
#include <vector>

#include "compiler/passes/reach.h"
#include "compiler/plan/plan.h"

namespace segue::passes {

/// Which nodes belong together, so that `lay-out` puts them side by side and cuts chunks between
/// the sets. Of a plan that is not tracked: those that the same kinds of events (and time) can
/// change. Of a tracked one: those that read the same cells, and what reads their truths; tests of
/// a few instructions, of which few read a cell, with others that the same kinds of events feed:
/// to look at a handful costs less than to keep books on each.
struct NodeSets {
  std::vector<uint32_t> of_node;
  std::vector<uint32_t> most;  // by set: nodes in a chunk
};

/// `reads`: see below; `levels`: by node. Sets never go over levels.
/// Cost: rows and references of the plan, once a kind of event.
NodeSets node_sets(const plan::Plan& plan, const Reach& reach,
                   const std::vector<std::vector<uint32_t>>& reads,
                   const std::vector<uint32_t>& levels);

/// The nodes that each node reads, through `held` cells too.
std::vector<std::vector<uint32_t>> read_nodes(const plan::Plan& plan);

}  // namespace segue::passes
