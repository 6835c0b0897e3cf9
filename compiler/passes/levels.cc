#include "compiler/passes/levels.h"

#include <algorithm>

#include "runtime/image/op_info.h"

namespace segue::passes {

Levels::Levels(const plan::Plan& plan)
    : plan_(plan),
      feeder_(plan.streams.size(), image::kNone),
      streams_{Table::kStream, {}},
      sequences_{Table::kSequence, {}},
      nodes_{Table::kNode, {}} {
  streams_.levels.resize(plan.streams.size());
  sequences_.levels.resize(plan.sequences.size());
  nodes_.levels.resize(plan.nodes.size());
  for (uint32_t i = 0; i < plan.cells.size(); ++i) {
    if (plan.cells[i].feeds != image::kNone) feeder_[plan.cells[i].feeds] = i;
  }
  // Nodes read earlier ones, so none of these goes deep, however long a chain of rules is.
  for (uint32_t i = 0; i < plan.nodes.size(); ++i) of_node(i);
}

uint32_t Levels::level(Known& known, uint32_t row) {
  if (!known.levels[row]) known.levels[row] = find(known.table, row);
  return *known.levels[row];
}

uint32_t Levels::find(Table table, uint32_t row) {
  switch (table) {
    case Table::kStream:
      return find_stream(row);
    case Table::kSequence:
      return find_sequence(row);
    case Table::kNode:
      break;
  }
  return find_node(row);
}

uint32_t Levels::find_stream(uint32_t stream) {
  uint32_t most = 0;
  for (const plan::StreamId source : plan_.streams[stream].sources) {
    most = std::max(most, level(streams_, source.index));
  }
  const uint32_t feeder = feeder_[stream];
  if (feeder == image::kNone) return most;
  const bool above = plan_.cells[feeder].kind == plan::CellKind::kCrossing;
  return of_cell(feeder) + (above ? 1 : 0);
}

uint32_t Levels::find_sequence(uint32_t sequence) {
  const plan::Sequence& row = plan_.sequences[sequence];
  uint32_t most = row.has_absence ? level(streams_, row.absence.index) : 0;
  for (const plan::Sequence::Step& step : row.steps) {
    most = std::max(most, level(streams_, step.stream.index));
    for (const plan::StreamId without : step.without) {
      most = std::max(most, level(streams_, without.index));
    }
  }
  return most;
}

uint32_t Levels::find_node(uint32_t node) {
  uint32_t most = 0;
  plan::walk(plan_.nodes[node].value, [&](const plan::Expr& part) {
    if (plan::reads_cell(part.op)) most = std::max(most, of_cell(part.index));
    const uint32_t read = plan::node_of(part);
    if (read != image::kNone) most = std::max(most, of_node(read));
  });
  return most;
}

/// Of what feeds the cell, so that it is complete.
uint32_t Levels::of_cell(uint32_t cell) {
  const plan::Cell& row = plan_.cells[cell];
  switch (image::source_of(row.kind)) {
    case image::Source::kStream:
      return level(streams_, row.source);
    case image::Source::kSequence:
      return of_sequence(row.source);
    case image::Source::kNode:
      return of_node(row.source);
    case image::Source::kNone:
      break;
  }
  return 0;
}

}  // namespace segue::passes
