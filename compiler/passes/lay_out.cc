#include <algorithm>
#include <numeric>
#include <vector>

#include "compiler/passes/passes.h"
#include "compiler/passes/reach.h"
#include "runtime/cells/blob.h"
#include "runtime/cells/kinds.h"
#include "runtime/image/limits.h"

namespace segue::passes {

namespace {

uint32_t bytes_of(const plan::Cell& cell) {
  image::CellRow row{};
  row.kind = cell.kind;
  row.k = cell.k;
  return cells::fixed_bytes(row);
}

/// Cells in the order of the first kind of event that touches them, so that an event finds its
/// cells side by side.
std::vector<uint32_t> by_kind(const plan::Plan& plan) {
  const Reach reach(plan);
  std::vector<uint32_t> first(plan.cells.size(), UINT32_MAX);
  for (uint32_t kind = static_cast<uint32_t>(plan.schema.kinds.size()); kind-- > 0;) {
    for (const uint32_t cell : reach.of_kind(kind).cells) first[cell] = kind;
  }
  std::vector<uint32_t> order(plan.cells.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](uint32_t a, uint32_t b) { return first[a] < first[b]; });
  return order;
}

}  // namespace

// before  cell c0 = seen s0                    after  cell c0 = seen s0 at 48 bytes 8
//         node n0 = (seen c0)                         node n0 = (seen c0) at 0
//                                                     layout words 1 bytes 56
//                                                     chunk n0 count 1
void lay_out(plan::Plan& plan) {
  uint32_t truths = 0;
  uint32_t numbers = 0;
  for (const plan::Node& node : plan.nodes) {
    (plan::type_of(*node.value) == plan::Type::B ? truths : numbers) += 1;
  }
  plan.truth_words = (truths + 63) / 64;
  const auto numbers_at = static_cast<uint32_t>(sizeof(BlobHeader)) + plan.truth_words * 8;
  uint32_t bit = 0;
  uint32_t number = 0;
  for (plan::Node& node : plan.nodes) {
    const bool truth = plan::type_of(*node.value) == plan::Type::B;
    node.place = truth ? bit++ : numbers_at + 8 * number++;
  }
  uint32_t offset = numbers_at + 8 * numbers;
  for (const uint32_t i : by_kind(plan)) {
    plan.cells[i].offset = offset;
    plan.cells[i].bytes = bytes_of(plan.cells[i]);
    offset += plan.cells[i].bytes;
  }
  plan.fixed_bytes = offset;
  plan.chunks.clear();
  const auto count = static_cast<uint32_t>(plan.nodes.size());
  for (uint32_t node = 0; node < count; node += image::kChunkNodesMax) {
    plan.chunks.push_back({node, std::min(image::kChunkNodesMax, count - node)});
  }
}

}  // namespace segue::passes
