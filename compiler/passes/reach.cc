#include "compiler/passes/reach.h"

#include <algorithm>
#include <optional>

#include "runtime/base/event.h"
#include "runtime/image/op_info.h"

namespace segue::passes {

namespace {

using plan::CellKind;
using plan::Expr;
using plan::Immediate;
using plan::Op;

/// The filter's answer when only the kind of the event is known, if that decides it.
std::optional<bool> decided(const Expr& expr, uint32_t kind) {
  switch (expr.op) {
    case Op::kConstTruth:
      return expr.truth;
    case Op::kAnyKind:
      return kind != kIdentifyKind.index;
    case Op::kKindIn:
      return std::find(expr.kinds.begin(), expr.kinds.end(), kind) != expr.kinds.end();
    case Op::kNot: {
      const std::optional<bool> inner = decided(*expr.operands[0], kind);
      return inner ? std::optional<bool>(!*inner) : std::nullopt;
    }
    case Op::kAnd:
    case Op::kOr: {
      const bool deciding = expr.op == Op::kOr;
      bool open = false;
      for (const plan::ExprPtr& operand : expr.operands) {
        const std::optional<bool> part = decided(*operand, kind);
        if (part == deciding) return deciding;
        open = open || !part;
      }
      return open ? std::nullopt : std::optional<bool>(!deciding);
    }
    default:
      return std::nullopt;
  }
}

bool is_read(const Expr& expr) {
  const Immediate immediate = plan::immediate_of(expr.op);
  return immediate == Immediate::kCell || immediate == Immediate::kCellWindow ||
         immediate == Immediate::kCellNth;
}

/// Whether the op's answer can change while nothing happens.
bool moves_with_time(const plan::Plan& plan, const Expr& expr) {
  switch (expr.op) {
    case Op::kNthWithin:
    case Op::kNewestCount:
    case Op::kDaysCount:
    case Op::kHeld:
      return true;
    case Op::kLatch:
      return expr.time_ms > 0 || plan.cells[expr.index].horizon_ms > 0;
    case Op::kEqual:
    case Op::kLess:
    case Op::kLessEqual:
      return plan::decays(expr.operands[0]) || plan::decays(expr.operands[1]);
    case Op::kTimeEqual:
    case Op::kTimeLess:
    case Op::kTimeLessEqual:
    case Op::kHour:
    case Op::kWeekday:
    case Op::kDayNumber:
    case Op::kDate:
      return expr.slope != 0;
    case Op::kAnniversary:
    case Op::kInPeriod:
      return true;
    case Op::kStepsFirst:
    case Op::kStepsLast:
      return plan.sequences[plan.cells[expr.index].source].has_absence;
    case Op::kStepsCount:
    case Op::kStepsDays:
      if (plan.sequences[plan.cells[expr.index].source].has_absence) return true;
      [[fallthrough]];
    default:
      return plan::immediate_of(expr.op) == Immediate::kCellWindow &&
             (expr.window.kind == plan::Window::Kind::kRolling ||
              expr.window.kind == plan::Window::Kind::kCalendar);
  }
}

}  // namespace

struct Reach::Found {
  explicit Found(const plan::Plan& plan)
      : streams(plan.streams.size()), cells(plan.cells.size()), nodes(plan.nodes.size()) {}
  std::vector<bool> streams, cells, nodes;
};

Reach::Reach(const plan::Plan& plan)
    : plan_(plan),
      cells_of_stream_(plan.streams.size()),
      cells_of_sequence_(plan.sequences.size()),
      sequences_of_stream_(plan.streams.size()),
      unions_of_stream_(plan.streams.size()),
      readers_of_cell_(plan.cells.size()),
      readers_of_node_(plan.nodes.size()),
      cells_of_node_(plan.nodes.size()),
      streams_of_kind_(plan.schema.kinds.size()),
      timed_(plan.nodes.size()) {
  for (uint32_t i = 0; i < plan.cells.size(); ++i) {
    const plan::Cell& cell = plan.cells[i];
    switch (image::source_of(cell.kind)) {
      case image::Source::kStream:
        cells_of_stream_[cell.source].push_back(i);
        break;
      case image::Source::kSequence:
        cells_of_sequence_[cell.source].push_back(i);
        break;
      case image::Source::kNode:
        cells_of_node_[cell.source].push_back(i);
        break;
      case image::Source::kNone:
        break;
    }
  }
  for (uint32_t i = 0; i < plan.streams.size(); ++i) {
    for (const plan::StreamId source : plan.streams[i].sources) {
      unions_of_stream_[source.index].push_back(i);
    }
  }
  for (uint32_t i = 0; i < plan.sequences.size(); ++i) {
    for (const auto& step : plan.sequences[i].steps) {
      sequences_of_stream_[step.stream.index].push_back(i);
      for (const auto& without : step.without) sequences_of_stream_[without.index].push_back(i);
    }
    if (plan.sequences[i].has_absence)
      sequences_of_stream_[plan.sequences[i].absence.index].push_back(i);
  }
  for (uint32_t i = 0; i < plan.nodes.size(); ++i) {
    plan::walk(plan.nodes[i].value, [&](const Expr& part) {
      if (is_read(part)) readers_of_cell_[part.index].push_back(i);
      const uint32_t node = plan::node_of(part);
      if (node != image::kNone) readers_of_node_[node].push_back(i);
      const bool zoned = plan.zone_cell != image::kNone && plan::in_user_zone(plan, part);
      if (zoned) readers_of_cell_[plan.zone_cell].push_back(i);
    });
  }
  for (uint32_t kind = 0; kind < streams_of_kind_.size(); ++kind) {
    for (uint32_t i = 0; i < plan.streams.size(); ++i) {
      if (plan.streams[i].predicate && decided(*plan.streams[i].predicate, kind) != false) {
        streams_of_kind_[kind].push_back(i);
      }
    }
  }
  find_timed();
}

void Reach::follow_stream(uint32_t stream, Found& found) const {
  if (found.streams[stream]) return;
  found.streams[stream] = true;
  for (const uint32_t cell : cells_of_stream_[stream]) follow_cell(cell, found);
  for (const uint32_t sequence : sequences_of_stream_[stream]) {
    for (const uint32_t cell : cells_of_sequence_[sequence]) follow_cell(cell, found);
  }
  for (const uint32_t all : unions_of_stream_[stream]) follow_stream(all, found);
}

void Reach::follow_cell(uint32_t cell, Found& found) const {
  if (found.cells[cell]) return;
  found.cells[cell] = true;
  if (plan_.cells[cell].feeds != image::kNone) follow_stream(plan_.cells[cell].feeds, found);
  for (const uint32_t node : readers_of_cell_[cell]) follow_node(node, found);
}

void Reach::follow_node(uint32_t node, Found& found) const {
  // A work list: nodes may hang on each other in a chain as long as there are rules.
  std::vector<uint32_t> open{node};
  while (!open.empty()) {
    const uint32_t next = open.back();
    open.pop_back();
    if (found.nodes[next]) continue;
    found.nodes[next] = true;
    for (const uint32_t reader : readers_of_node_[next]) open.push_back(reader);
    for (const uint32_t cell : cells_of_node_[next]) {
      if (plan_.cells[cell].feeds != image::kNone) follow_cell(cell, found);
      found.cells[cell] = true;
      for (const uint32_t reader : readers_of_cell_[cell]) open.push_back(reader);
    }
  }
}

void Reach::find_timed() {
  Found found(plan_);
  for (uint32_t i = 0; i < plan_.nodes.size(); ++i) {
    bool moves = false;
    plan::walk(plan_.nodes[i].value,
               [&](const Expr& part) { moves = moves || moves_with_time(plan_, part); });
    if (moves) follow_node(i, found);
  }
  for (uint32_t i = 0; i < plan_.cells.size(); ++i) {
    const plan::Cell& cell = plan_.cells[i];
    if (cell.kind == CellKind::kSequence && plan_.sequences[cell.source].has_absence)
      follow_cell(i, found);
  }
  timed_ = found.nodes;
}

Reach::OfKind Reach::of_kind(uint32_t kind) const {
  Found found(plan_);
  for (const uint32_t stream : streams_of_kind_[kind]) follow_stream(stream, found);
  const auto marked = [](const std::vector<bool>& marks) {
    std::vector<uint32_t> list;
    for (uint32_t i = 0; i < marks.size(); ++i) {
      if (marks[i]) list.push_back(i);
    }
    return list;
  };
  return {streams_of_kind_[kind], marked(found.cells), marked(found.nodes)};
}

}  // namespace segue::passes
