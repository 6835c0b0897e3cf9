#include <vector>

#include "compiler/passes/passes.h"
#include "runtime/cells/bytes.h"
#include "runtime/cells/near.h"
#include "runtime/image/limits.h"

namespace segue::passes {

// before                                   after
//   cell c0 = newest s0 k 3                  cell c0 = newest s0 k 3 horizon 3221225472
//   node n0 = (nth-within c0 3 172800000)    node n0 = (nth-within c0 3 172800000)
//
// PROOF: a time further back than the longest window that a cell is asked for lies in none of them,
// now and later, so which it was decides nothing. What is not further back than 3 * 2^30 ms is a
// distance of 32 bits to a base that moves in steps of 2^30 ms (runtime/cells/near.h).
//
// The base takes room too, and is looked at with each instant: so few times stay as they are.
void narrow_times(plan::Plan& plan) {
  std::vector<bool> short_windows(plan.cells.size(), true);
  const auto visit = [&](const plan::Expr& part) {
    if (!plan::reads_cell(part.op)) return;
    if (plan::reach_of_newest(part) > image::kNearReachMs) short_windows[part.index] = false;
  };
  for (const plan::Stream& stream : plan.streams) plan::walk(stream.predicate, visit);
  for (const plan::Cell& cell : plan.cells) plan::walk(cell.value, visit);
  for (const plan::Node& node : plan.nodes) plan::walk(node.value, visit);
  const auto narrows = [&](size_t i) {
    return plan.cells[i].kind == plan::CellKind::kNewest && short_windows[i];
  };
  uint64_t times = 0;
  for (size_t i = 0; i < plan.cells.size(); ++i) {
    if (narrows(i)) times += plan.cells[i].k;
  }
  const bool gains = times * (cells::kInstantBytes - cells::kNearBytes) > cells::kNearBaseBytes;
  for (size_t i = 0; i < plan.cells.size(); ++i) {
    plan::Cell& cell = plan.cells[i];
    if (cell.kind != plan::CellKind::kNewest) continue;
    cell.horizon_ms = gains && narrows(i) ? image::kNearReachMs : 0;
  }
}

}  // namespace segue::passes
