#include "compiler/plan/plan.h"
#include "runtime/image/op_info.h"

namespace segue::plan {

namespace {

/// The same expression with its index replaced where it refers to a cell (or to a node).
ExprPtr with_index(const ExprPtr& expr, uint32_t index) {
  if (index == expr->index) return nullptr;
  auto copy = std::make_shared<Expr>(*expr);
  copy->index = index;
  return copy;
}

ExprPtr with_anchor(const ExprPtr& expr, uint32_t node) {
  if (node == expr->window.anchor) return nullptr;
  auto copy = std::make_shared<Expr>(*expr);
  copy->window.anchor = node;
  return copy;
}

bool reads_cell(const Expr& expr) {
  const Immediate immediate = immediate_of(expr.op);
  return immediate == Immediate::kCell || immediate == Immediate::kCellWindow ||
         immediate == Immediate::kCellNth;
}

template <class Change>
void rewrite_all(Plan& plan, const Change& change) {
  for (Stream& stream : plan.streams) stream.predicate = rewrite(stream.predicate, change);
  for (Cell& cell : plan.cells) cell.value = rewrite(cell.value, change);
  for (Node& node : plan.nodes) node.value = rewrite(node.value, change);
}

bool of_stream(CellKind kind) { return image::source_of(kind) == image::Source::kStream; }
bool of_node(CellKind kind) { return image::source_of(kind) == image::Source::kNode; }
bool of_sequence(CellKind kind) { return image::source_of(kind) == image::Source::kSequence; }

/// What is still needed, found from the segments and scores backwards.
struct Marks {
  explicit Marks(const Plan& plan)
      : plan(plan),
        streams(plan.streams.size()),
        sequences(plan.sequences.size()),
        cells(plan.cells.size()),
        nodes(plan.nodes.size()),
        feeders(plan.streams.size()) {
    for (uint32_t c = 0; c < plan.cells.size(); ++c) {
      if (plan.cells[c].feeds < feeders.size()) feeders[plan.cells[c].feeds].push_back(c);
    }
  }

  void expr(const ExprPtr& root) {
    walk(root, [&](const Expr& part) {
      if (reads_cell(part)) cell(part.index);
      if (node_of(part) != image::kNone) node(node_of(part));
    });
  }
  void node(uint32_t i) {
    if (nodes[i]) return;
    nodes[i] = true;
    expr(plan.nodes[i].value);
  }
  void sequence(uint32_t i) {
    if (sequences[i]) return;
    sequences[i] = true;
    for (const Sequence::Step& step : plan.sequences[i].steps) {
      stream(step.stream.index);
      for (const StreamId without : step.without) stream(without.index);
    }
    if (plan.sequences[i].has_absence) stream(plan.sequences[i].absence.index);
  }
  void stream(uint32_t i) {
    if (streams[i]) return;
    streams[i] = true;
    expr(plan.streams[i].predicate);
    if (plan.streams[i].predicate) return;
    for (const StreamId source : plan.streams[i].sources) stream(source.index);
    for (const uint32_t c : feeders[i]) cell(c);  // a derived stream needs the cell that feeds it
  }
  void cell(uint32_t i) {
    if (cells[i]) return;
    cells[i] = true;
    const Cell& row = plan.cells[i];
    if (of_stream(row.kind))
      stream(row.source);
    else if (of_node(row.kind))
      node(row.source);
    else if (of_sequence(row.kind))
      sequence(row.source);
    expr(row.value);
  }

  /// Whether something that is needed asks for the user's zone.
  bool in_user_zone() const {
    bool asks = false;
    const auto look = [&](const Expr& part) { asks = asks || plan::in_user_zone(plan, part); };
    for (size_t i = 0; i < streams.size(); ++i) {
      if (streams[i]) walk(plan.streams[i].predicate, look);
    }
    for (size_t i = 0; i < cells.size(); ++i) {
      if (cells[i]) walk(plan.cells[i].value, look);
      asks = asks || (cells[i] && plan.cells[i].zone == image::kUserZone);
    }
    for (size_t i = 0; i < nodes.size(); ++i) {
      if (nodes[i]) walk(plan.nodes[i].value, look);
    }
    return asks;
  }

  const Plan& plan;
  std::vector<bool> streams, sequences, cells, nodes;
  std::vector<std::vector<uint32_t>> feeders;  // cells that feed a stream
};

template <class Id, class Row>
std::vector<Id> keep_marked(std::vector<Row>& rows, const std::vector<bool>& kept) {
  std::vector<Id> to(rows.size());
  uint32_t next = 0;
  for (uint32_t i = 0; i < rows.size(); ++i) {
    to[i] = {next};
    if (!kept[i]) continue;
    if (next != i) rows[next] = std::move(rows[i]);
    ++next;
  }
  rows.resize(next);
  return to;
}

}  // namespace

void redirect_streams(Plan& plan, const std::vector<StreamId>& to) {
  for (Sequence& sequence : plan.sequences) {
    for (Sequence::Step& step : sequence.steps) {
      step.stream = to[step.stream.index];
      for (StreamId& without : step.without) without = to[without.index];
    }
    if (sequence.has_absence) sequence.absence = to[sequence.absence.index];
  }
  for (Stream& stream : plan.streams) {
    for (StreamId& source : stream.sources) source = to[source.index];
  }
  for (Cell& cell : plan.cells) {
    if (of_stream(cell.kind)) cell.source = to[cell.source].index;
    if (cell.feeds != image::kNone) cell.feeds = to[cell.feeds].index;
  }
}

void redirect_cells(Plan& plan, const std::vector<CellId>& to) {
  if (plan.zone_cell != image::kNone) plan.zone_cell = to[plan.zone_cell].index;
  rewrite_all(plan, [&](const ExprPtr& expr) -> ExprPtr {
    return reads_cell(*expr) ? with_index(expr, to[expr->index].index) : nullptr;
  });
}

void redirect_nodes(Plan& plan, const std::vector<NodeId>& to) {
  rewrite_all(plan, [&](const ExprPtr& expr) -> ExprPtr {
    if (immediate_of(expr->op) == Immediate::kNode) {
      return with_index(expr, to[expr->index].index);
    }
    return node_of(*expr) == image::kNone ? nullptr : with_anchor(expr, to[node_of(*expr)].index);
  });
  for (Cell& cell : plan.cells) {
    if (of_node(cell.kind)) cell.source = to[cell.source].index;
  }
  for (Segment& segment : plan.segments) segment.node = to[segment.node.index];
  for (Score& score : plan.scores) score.node = to[score.node.index];
}

void reorder_nodes(Plan& plan, const std::vector<uint32_t>& order) {
  std::vector<NodeId> to(plan.nodes.size());
  std::vector<Node> nodes;
  nodes.reserve(plan.nodes.size());
  for (const uint32_t node : order) {
    to[node] = {static_cast<uint32_t>(nodes.size())};
    nodes.push_back(std::move(plan.nodes[node]));
  }
  plan.nodes = std::move(nodes);
  redirect_nodes(plan, to);
}

void compact(Plan& plan) {
  Marks marks(plan);
  for (const Segment& segment : plan.segments) marks.node(segment.node.index);
  for (const Score& score : plan.scores) marks.node(score.node.index);
  if (plan.zone_cell != image::kNone) {
    if (marks.in_user_zone())
      marks.cell(plan.zone_cell);
    else
      plan.zone_cell = image::kNone;
  }

  const std::vector<NodeId> nodes = keep_marked<NodeId>(plan.nodes, marks.nodes);
  const std::vector<CellId> cells = keep_marked<CellId>(plan.cells, marks.cells);
  const std::vector<SequenceId> sequences =
      keep_marked<SequenceId>(plan.sequences, marks.sequences);
  const std::vector<StreamId> streams = keep_marked<StreamId>(plan.streams, marks.streams);
  for (Cell& cell : plan.cells) {
    if (of_sequence(cell.kind)) cell.source = sequences[cell.source].index;
  }
  redirect_streams(plan, streams);
  redirect_cells(plan, cells);
  redirect_nodes(plan, nodes);
}

}  // namespace segue::plan
