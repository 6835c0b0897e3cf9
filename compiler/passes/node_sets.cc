#include "compiler/passes/node_sets.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "runtime/image/limits.h"
#include "runtime/image/op_info.h"

namespace segue::passes {

namespace {

using plan::Op;

/// Quick tests of one cell that stand in chunks of their own from so many on.
constexpr size_t kOfOneCell = 8;
/// Quick tests of different cells in a chunk, and nodes that join truths: a wake-up for one looks
/// at all.
constexpr uint32_t kQuickTogether = 16;

// Beside numbers of nodes, sets and levels.
constexpr uint32_t kTime = UINT32_MAX;
constexpr uint32_t kInterpreted = UINT32_MAX - 1;
constexpr uint32_t kOfTruths = UINT32_MAX - 2;
constexpr uint32_t kQuick = UINT32_MAX - 3;

/// Whether native code leaves a node to the interpreter; see codegen.
bool is_interpreted(const plan::Node& node) {
  bool moves = plan::decays(node.value);
  plan::walk(node.value, [&](const plan::Expr& part) { moves = moves || part.op == Op::kLatch; });
  return moves;
}

/// Whether the node is a test of a few instructions.
bool is_quick(const plan::Node& node) {
  bool quick = plan::type_of(*node.value) == plan::Type::B;
  plan::walk(node.value, [&](const plan::Expr& part) {
    switch (part.op) {
      case Op::kNthWithin:
      case Op::kSeen:
      case Op::kTotalCount:
      case Op::kConstNumber:
      case Op::kEqual:
      case Op::kLess:
      case Op::kLessEqual:
      case Op::kNot:
        return;
      default:
        quick = false;
    }
  });
  return quick;
}

/// Whether the node is made of truths of other nodes alone.
bool joins_truths(const plan::Node& node) {
  bool joins = plan::type_of(*node.value) == plan::Type::B;
  plan::walk(node.value, [&](const plan::Expr& part) {
    switch (part.op) {
      case Op::kNodeTruth:
      case Op::kAnd:
      case Op::kOr:
      case Op::kNot:
      case Op::kAtLeast:
      case Op::kConstTruth:
        return;
      default:
        joins = false;
    }
  });
  return joins;
}

std::vector<uint32_t> read_cells(const plan::Node& node) {
  std::vector<uint32_t> cells;
  plan::walk(node.value, [&](const plan::Expr& part) {
    if (plan::reads_cell(part.op)) cells.push_back(part.index);
  });
  std::sort(cells.begin(), cells.end());
  cells.erase(std::unique(cells.begin(), cells.end()), cells.end());
  return cells;
}

/// By stream, which kinds of events bring its occurrences. A match comes with its last step; none
/// bring what turns, changes or ends by time.
std::vector<std::set<uint32_t>> kinds_of_streams(const plan::Plan& plan, const Reach& reach) {
  std::vector<std::set<uint32_t>> kinds(plan.streams.size());
  for (uint32_t kind = 0; kind < plan.schema.kinds.size(); ++kind) {
    for (const uint32_t stream : reach.of_kind(kind).streams) kinds[stream].insert(kind);
  }
  bool found = true;
  const auto add = [&](uint32_t stream, uint32_t source) {
    const size_t before = kinds[stream].size();
    kinds[stream].insert(kinds[source].begin(), kinds[source].end());
    found = found || kinds[stream].size() != before;
  };
  while (std::exchange(found, false)) {
    for (uint32_t i = 0; i < plan.streams.size(); ++i) {
      for (const plan::StreamId source : plan.streams[i].sources) add(i, source.index);
    }
    for (const plan::Cell& cell : plan.cells) {
      if (cell.kind != plan::CellKind::kSequence || plan.sequences[cell.source].has_absence)
        continue;
      add(cell.feeds, plan.sequences[cell.source].steps.back().stream.index);
    }
  }
  return kinds;
}

/// Which kinds of events can change each node, and whether time can: an event then looks at what it
/// can change and little else.
NodeSets sets_of_triggers(const plan::Plan& plan, const Reach& reach,
                          const std::vector<uint32_t>& levels) {
  std::vector<std::vector<uint32_t>> triggers(plan.nodes.size());
  for (uint32_t kind = 0; kind < plan.schema.kinds.size(); ++kind) {
    for (const uint32_t node : reach.of_kind(kind).nodes) triggers[node].push_back(kind);
  }
  std::map<std::vector<uint32_t>, uint32_t> known;
  NodeSets sets;
  for (uint32_t node = 0; node < plan.nodes.size(); ++node) {
    if (reach.timed(node)) triggers[node].push_back(kTime);
    if (is_interpreted(plan.nodes[node])) triggers[node].push_back(kInterpreted);
    triggers[node].push_back(levels[node]);
    sets.of_node.push_back(known.emplace(std::move(triggers[node]), known.size()).first->second);
  }
  sets.most.assign(known.size(), image::kChunkNodesMax);
  return sets;
}

/// Sets of a tracked plan.
class OfInputs {
 public:
  OfInputs(const plan::Plan& plan, const std::vector<std::vector<uint32_t>>& reads,
           const std::vector<uint32_t>& levels)
      : plan_(plan), reads_(reads), levels_(levels), readers_(plan.nodes.size()) {
    for (const std::vector<uint32_t>& read : reads) {
      for (const uint32_t node : read) ++readers_[node];
    }
  }

  NodeSets run(const Reach& reach) {
    const std::vector<std::set<uint32_t>> kinds = kinds_of_streams(plan_, reach);
    std::map<uint32_t, size_t> tests;  // quick ones, by cell
    for (uint32_t node = 0; node < plan_.nodes.size(); ++node) {
      if (const uint32_t cell = quick_cell(node); cell != image::kNone) ++tests[cell];
    }
    for (uint32_t node = 0; node < plan_.nodes.size(); ++node) {
      const uint32_t cell = quick_cell(node);
      const bool few = cell != image::kNone && tests[cell] < kOfOneCell;
      const std::set<uint32_t>* fed = few ? &kinds[plan_.cells[cell].source] : nullptr;
      if (fed != nullptr && !fed->empty()) {
        std::vector<uint32_t> key(fed->begin(), fed->end());
        key.insert(key.end(), {kQuick, levels_[node]});
        put(std::move(key), kQuickTogether);
      } else {
        const bool joins = !reads_[node].empty() && joins_truths(plan_.nodes[node]);
        put(inputs_of(node), joins ? kQuickTogether : image::kChunkNodesMax);
      }
    }
    return std::move(sets_);
  }

 private:
  /// The one cell that a quick test reads, which a stream feeds; none of others.
  uint32_t quick_cell(uint32_t node) const {
    if (!reads_[node].empty() || !is_quick(plan_.nodes[node])) return image::kNone;
    const std::vector<uint32_t> cells = read_cells(plan_.nodes[node]);
    return cells.size() == 1 ? cells[0] : image::kNone;
  }

  /// The cells that the node reads, or of nodes the set of the one that the fewest read: what many
  /// read, as a trait, says little of when the node turns.
  std::vector<uint32_t> inputs_of(uint32_t node) const {
    std::vector<uint32_t> inputs = read_cells(plan_.nodes[node]);
    if (!reads_[node].empty()) {
      const auto fewest =
          std::min_element(reads_[node].begin(), reads_[node].end(), [&](uint32_t a, uint32_t b) {
            return std::pair(readers_[a], a) < std::pair(readers_[b], b);
          });
      inputs.insert(inputs.end(), {kOfTruths, sets_.of_node[*fewest]});
    }
    if (is_interpreted(plan_.nodes[node])) inputs.push_back(kInterpreted);
    inputs.push_back(levels_[node]);
    return inputs;
  }

  void put(std::vector<uint32_t> key, uint32_t most) {
    const auto [known, added] =
        known_.emplace(std::move(key), static_cast<uint32_t>(known_.size()));
    if (added) sets_.most.push_back(most);
    sets_.of_node.push_back(known->second);
  }

  const plan::Plan& plan_;
  const std::vector<std::vector<uint32_t>>& reads_;
  const std::vector<uint32_t>& levels_;
  std::vector<uint32_t> readers_;  // by node, how many
  std::map<std::vector<uint32_t>, uint32_t> known_;
  NodeSets sets_;
};

}  // namespace

std::vector<std::vector<uint32_t>> read_nodes(const plan::Plan& plan) {
  std::vector<std::vector<uint32_t>> reads(plan.nodes.size());
  for (uint32_t node = 0; node < plan.nodes.size(); ++node) {
    plan::walk(plan.nodes[node].value, [&](const plan::Expr& part) {
      if (plan::node_of(part) != image::kNone) reads[node].push_back(plan::node_of(part));
      if (part.op == Op::kHeld) reads[node].push_back(plan.cells[part.index].source);
    });
  }
  return reads;
}

NodeSets node_sets(const plan::Plan& plan, const Reach& reach,
                   const std::vector<std::vector<uint32_t>>& reads,
                   const std::vector<uint32_t>& levels) {
  if (plan.tracked) return OfInputs(plan, reads, levels).run(reach);
  return sets_of_triggers(plan, reach, levels);
}

}  // namespace segue::passes
