#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <span>
#include <string>
#include <tuple>

#include <vector>

#include "compiler/passes/levels.h"
#include "compiler/passes/node_sets.h"
#include "compiler/passes/passes.h"
#include "compiler/passes/reach.h"
#include "runtime/cells/blob.h"
#include "runtime/cells/kinds.h"
#include "runtime/cells/near.h"
#include "runtime/image/deadlines.h"
#include "runtime/image/limits.h"
#include "runtime/image/op_info.h"

namespace segue::passes {

namespace {

/// Tests of a tracked plan that read different windows turn at instants of their own: a wake-up for
/// one looks at all of the chunk, so few such windows stand in one.
constexpr size_t kWindowsTogether = 4;
/// Of sums over windows of one log, which one walk of the log answers together.
constexpr size_t kSumsTogether = 16;

/// The node's reads of windows, as text, each with how many may stand together. Counts of days turn
/// at midnight, all of them, so they are left out.
void add_windows(const plan::Node& node, std::map<std::string, size_t>& reads) {
  plan::walk(node.value, [&](const plan::Expr& part) {
    if (plan::immediate_of(part.op) != plan::Immediate::kCellWindow) return;
    if (part.op == plan::Op::kDaysCount) return;
    reads[plan::print(part)] = part.op == plan::Op::kLogSum ? kSumsTogether : kWindowsTogether;
  });
}

bool too_many(const std::map<std::string, size_t>& reads) {
  return std::any_of(reads.begin(), reads.end(),
                     [&](const auto& read) { return reads.size() > read.second; });
}

/// Cuts a row of nodes into chunks of `most`. They will stand from `begin` on.
void cut_chunks(plan::Plan& plan, std::span<const uint32_t> row, uint32_t begin, uint32_t level,
                uint32_t most) {
  uint32_t first = 0;
  std::map<std::string, size_t> windows;  // of the chunk at hand
  for (uint32_t i = 0; i < row.size(); ++i) {
    if (plan.tracked) add_windows(plan.nodes[row[i]], windows);
    const bool full = i - first == most || too_many(windows);
    if (!full || i == first) continue;
    plan.chunks.push_back({begin + first, i - first, level});
    first = i;
    windows.clear();
    if (plan.tracked) add_windows(plan.nodes[row[i]], windows);
  }
  plan.chunks.push_back({begin + first, static_cast<uint32_t>(row.size()) - first, level});
}

constexpr uint32_t whole_words(uint32_t bytes) { return (bytes + 7) / 8 * 8; }

uint32_t bytes_of(const plan::Cell& cell) {
  image::CellRow row{};
  row.kind = cell.kind;
  row.k = cell.k;
  row.horizon_ms = cell.horizon_ms;
  row.value.count = cell.value ? 1 : 0;
  return cells::fixed_bytes(row);
}

/// The first kind of event that can change each node.
std::vector<uint32_t> first_kinds(const plan::Plan& plan, const Reach& reach) {
  std::vector<uint32_t> kinds(plan.nodes.size(), UINT32_MAX);
  for (auto kind = static_cast<uint32_t>(plan.schema.kinds.size()); kind-- > 0;) {
    for (const uint32_t node : reach.of_kind(kind).nodes) kinds[node] = kind;
  }
  return kinds;
}

/// Puts nodes of one set side by side as far as their order allows, and cuts chunks between the
/// sets; level by level.
void order_nodes(plan::Plan& plan) {
  std::vector<uint32_t> levels;
  Levels found(plan);
  for (uint32_t node = 0; node < plan.nodes.size(); ++node) levels.push_back(found.of_node(node));
  const Reach reach(plan);
  const std::vector<std::vector<uint32_t>> reads = read_nodes(plan);
  const NodeSets sets = node_sets(plan, reach, reads, levels);
  std::vector<uint32_t> order;
  std::vector<bool> placed(plan.nodes.size());
  const auto ready = [&](uint32_t node) {
    return std::all_of(reads[node].begin(), reads[node].end(),
                       [&](uint32_t read) { return placed[read]; });
  };
  std::map<uint32_t, std::vector<uint32_t>> by_set;
  for (uint32_t node = 0; node < plan.nodes.size(); ++node)
    by_set[sets.of_node[node]].push_back(node);
  plan.chunks.clear();
  std::vector<uint32_t> firsts(plan.nodes.size());
  std::iota(firsts.begin(), firsts.end(), 0);
  // Of a tracked plan tests come before what reads them, those of one kind of event side by side.
  std::vector<uint32_t> ranks(plan.nodes.size(), 0);
  if (plan.tracked) {
    ranks = first_kinds(plan, reach);
    for (uint32_t node = 0; node < ranks.size(); ++node) {
      if (!reads[node].empty()) ranks[node] = UINT32_MAX;
    }
  }
  std::sort(firsts.begin(), firsts.end(), [&](uint32_t a, uint32_t b) {
    return std::tie(levels[a], ranks[a], a) < std::tie(levels[b], ranks[b], b);
  });
  // The first node not yet placed is always ready: what it reads stands before it.
  for (const uint32_t first : firsts) {
    if (placed[first]) continue;
    const auto begin = static_cast<uint32_t>(order.size());
    const uint32_t set = sets.of_node[first];
    for (const uint32_t node : by_set[set]) {
      if (placed[node] || !ready(node)) continue;
      placed[node] = true;
      order.push_back(node);
    }
    cut_chunks(plan, std::span(order).subspan(begin), begin, levels[first], sets.most[set]);
  }
  plan::reorder_nodes(plan, order);
}

/// Cells that more kinds of events touch first, those of as many in the order of the first such
/// kind, so that an event finds its cells side by side. What its conditions read is touched too.
std::vector<uint32_t> by_kind(const plan::Plan& plan) {
  const Reach reach(plan);
  std::vector<uint32_t> first(plan.cells.size(), UINT32_MAX);
  std::vector<uint32_t> kinds(plan.cells.size());
  for (uint32_t kind = static_cast<uint32_t>(plan.schema.kinds.size()); kind-- > 0;) {
    Reach::OfKind found = reach.of_kind(kind);
    std::vector<uint32_t>& touched = found.cells;
    for (const uint32_t node : found.nodes) {
      plan::walk(plan.nodes[node].value, [&](const plan::Expr& part) {
        if (plan::reads_cell(part.op)) touched.push_back(part.index);
      });
    }
    std::sort(touched.begin(), touched.end());
    touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
    for (const uint32_t cell : touched) {
      first[cell] = kind;
      ++kinds[cell];
    }
  }
  std::vector<uint32_t> order(plan.cells.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return std::tie(kinds[b], first[a], a) < std::tie(kinds[a], first[b], b);
  });
  return order;
}

/// Gives cells their places from `offset` on, in that order; where one has to stand at a multiple
/// of 8, the first of those behind it that fit into the gap are put there. Returns the end.
uint32_t place_cells(plan::Plan& plan, std::vector<uint32_t> order, uint32_t offset) {
  const auto place = [&](size_t at) {
    plan::Cell& cell = plan.cells[order[at]];
    cell.offset = offset;
    offset += cell.bytes;
  };
  for (plan::Cell& cell : plan.cells) cell.bytes = bytes_of(cell);
  std::vector<bool> placed(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    if (placed[i]) continue;
    if (image::grows(plan.cells[order[i]].kind)) {
      for (size_t j = i + 1; j < order.size() && offset % 8 != 0; ++j) {
        const plan::Cell& next = plan.cells[order[j]];
        const bool fits = !image::grows(next.kind) && offset % 8 + next.bytes <= 8;
        if (placed[j] || !fits) continue;
        placed[j] = true;
        place(j);
      }
      offset = whole_words(offset);
    }
    place(i);
  }
  return offset;
}

/// See image::deadline_slots.
uint32_t deadline_slots(const plan::Plan& plan) {
  const Reach reach(plan);
  uint32_t slots = 0;
  for (const plan::Chunk& chunk : plan.chunks) {
    bool timed = false;
    bool moves = false;
    for (uint32_t node = chunk.first_node; node < chunk.first_node + chunk.node_count; ++node) {
      timed = timed || reach.timed(node);
      plan::walk(plan.nodes[node].value,
                 [&](const plan::Expr& part) { moves = moves || !image::stands_still(part.op); });
    }
    slots += timed && moves ? 1 : 0;
  }
  for (const plan::Cell& cell : plan.cells) {
    const bool waits = cell.kind == plan::CellKind::kSequence;
    slots += waits && plan.sequences[cell.source].has_absence ? 1 : 0;
  }
  return slots;
}

}  // namespace

// before  cell c0 = seen s0                    after  cell c0 = seen s0 at 40 bytes 1
//         node n0 = (seen c0)                         node n0 = (seen c0) at 0
//                                                     layout words 1 bytes 48
//                                                     chunk n0 count 1
void lay_out(plan::Plan& plan) {
  order_nodes(plan);
  uint32_t truths = 0;
  uint32_t numbers = 0;  // and times
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
  plan.deadlines_at = plan.tracked ? offset : image::kNone;
  if (plan.tracked) offset += 8 * image::deadline_words(deadline_slots(plan));
  const bool has_near = std::any_of(plan.cells.begin(), plan.cells.end(), [](const auto& cell) {
    return cell.kind == plan::CellKind::kNewest && cell.horizon_ms != 0;
  });
  plan.near_at = has_near ? offset : image::kNone;
  if (has_near) offset += cells::kNearBaseBytes;
  plan.fixed_bytes = whole_words(place_cells(plan, by_kind(plan), offset));
}

}  // namespace segue::passes
