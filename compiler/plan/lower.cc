#include "compiler/plan/lower.h"

#include <algorithm>
#include <string>

#include "compiler/plan/lowering.h"
#include "runtime/base/check.h"

namespace segue::plan {

Plan lower(const hir::Rules& rules, Diagnostics& diagnostics) {
  return Lowering(rules, diagnostics).run();
}

Plan Lowering::run() {
  plan_.schema = rules_.schema;
  plan_.zones = rules_.zones;
  traits_.resize(rules_.schema.slots.size());
  segment_nodes_.resize(rules_.segments.size());
  score_nodes_.resize(rules_.scores.size());
  score_decays_.resize(rules_.scores.size());
  keep_zone();
  lower_streams();
  for (const hir::OrderEntry& entry : rules_.order) {
    if (entry.is_score) {
      ExprPtr value = number(*rules_.scores[entry.index].value, In::kCondition);
      score_decays_[entry.index] = decays(value);
      score_nodes_[entry.index] = add_node(std::move(value));
    } else {
      segment_nodes_[entry.index] =
          add_node(truth(*rules_.segments[entry.index].when, In::kCondition));
    }
  }
  for (size_t i = 0; i < rules_.segments.size(); ++i) {
    const hir::Segment& segment = rules_.segments[i];
    plan_.segments.push_back(
        {segment.name, segment.label, segment.doc, segment.metadata, segment_nodes_[i]});
  }
  for (size_t i = 0; i < rules_.scores.size(); ++i) {
    const hir::Score& score = rules_.scores[i];
    plan_.scores.push_back({score.name, score.label, score.doc, score.metadata, score_nodes_[i]});
  }
  return std::move(plan_);
}

uint32_t Lowering::zone_of(hir::ZoneId zone) {
  return zone == hir::kUserZone ? image::kUserZone : zone.index;
}

/// The row of the zone that the user's trait names, whether or not some rule will look at it.
void Lowering::keep_zone() {
  namespace b = build;
  if (!rules_.user_zone) return;
  const uint32_t slot = rules_.user_zone->index;
  Cell cell;
  cell.kind = CellKind::kLatest;
  cell.source = trait_stream(slot).index;
  cell.value = b::op(Op::kScalarOfNumber, {b::op(Op::kZoneOf, {b::slot(Op::kSlot, slot)})});
  plan_.zone_cell = add_cell(std::move(cell)).index;
}

namespace {

/// How far back a window can look. Of a window of n periods: their hours, each day at most 25 h
/// and the first period begun long before now. A user's own zone may move by a day besides.
int64_t horizon_of(const hir::Window& window) {
  static constexpr int64_t kLocalDayMaxMs = 25 * 3'600'000LL;
  static constexpr int64_t kDaysOf[] = {1, 7, 31, 92, 366};  // at most, by unit
  switch (window.kind) {
    case hir::Window::Kind::kEver:
      return INT64_MAX;
    case hir::Window::Kind::kRolling:
      return window.from.ms;
    case hir::Window::Kind::kAbsolute:
    case hir::Window::Kind::kAnchored:
      return INT64_MAX;
    case hir::Window::Kind::kCalendar: {
      const int64_t days =
          (static_cast<int64_t>(window.periods) + 2) * kDaysOf[static_cast<size_t>(window.unit)];
      return days > kDurationMax.ms / kLocalDayMaxMs ? INT64_MAX : days * kLocalDayMaxMs;
    }
  }
  return INT64_MAX;
}

}  // namespace

namespace {

/// The zone whose days the read is about, if it is about days.
uint32_t zone_read(const hir::Expr& read, uint32_t zone) {
  const bool days = read.op == hir::Op::kDays || read.op == hir::Op::kStreak ||
                    read.window.kind == hir::Window::Kind::kCalendar;
  return days ? zone : image::kNone;
}

bool ends_at_now(const hir::Window& window) {
  switch (window.kind) {
    case hir::Window::Kind::kEver:
    case hir::Window::Kind::kAbsolute:
      return true;
    case hir::Window::Kind::kRolling:
      return window.to.ms == 0;
    case hir::Window::Kind::kAnchored:
      return !window.before;
    case hir::Window::Kind::kCalendar:
      return !window.full;
  }
  return true;
}

bool caps_values(const hir::Expr& read) {
  return read.op == hir::Op::kAggregate && read.aggregate == hir::Aggregate::kDistinct;
}

}  // namespace

/// A window's anchor as a node of its own: one a HIR expression, however many windows share it.
NodeId Lowering::anchor_of(const hir::Expr& anchor) {
  const auto known = anchors_.find(&anchor);
  if (known != anchors_.end()) return known->second;
  const NodeId node = add_node(time(anchor, In::kCondition).expr);
  anchors_.emplace(&anchor, node);
  return node;
}

Window Lowering::window_of(const hir::Expr& read) {
  const hir::Window& from = read.window;
  Window window;
  window.cap = caps_values(read) ? 0 : read.cap;
  switch (from.kind) {
    case hir::Window::Kind::kEver:
      break;
    case hir::Window::Kind::kRolling:
      window.kind = Window::Kind::kRolling;
      if (from.from == kForever && from.to.ms == 0) {
        window.kind = Window::Kind::kEver;
        break;
      }
      window.from_ms = from.from.ms;
      window.to_ms = from.to.ms;
      break;
    case hir::Window::Kind::kAbsolute:
      // Of a sequence the window still matters (a wait must end inside); elsewhere the stream is
      // already cut.
      if (rules_.streams[read.stream.index].predicate) break;
      window.kind = Window::Kind::kAbsolute;
      window.from_ms = from.begin ? from.begin->ms : INT64_MIN;
      window.to_ms = from.end ? from.end->ms : INT64_MAX;
      break;
    case hir::Window::Kind::kAnchored:
      window.kind = Window::Kind::kAnchored;
      window.anchor = anchor_of(*from.anchor).index;
      window.from_ms = from.after ? from.after->ms : INT64_MIN;
      window.to_ms = from.before ? from.before->ms : INT64_MAX;
      break;
    case hir::Window::Kind::kCalendar:
      window.kind = Window::Kind::kCalendar;
      window.unit = from.unit;
      window.periods = from.periods;
      window.full = from.full ? 1 : 0;
      break;
  }
  return window;
}

CellId Lowering::log_of(const hir::Expr& read, ExprPtr value) {
  StreamId stream = stream_of(read.stream);
  const bool absolute = read.window.kind == hir::Window::Kind::kAbsolute;
  if (absolute) stream = stream_between(stream, read.window);
  Cell cell;
  cell.kind = CellKind::kLog;
  cell.source = stream.index;
  cell.value = std::move(value);
  cell.horizon_ms = horizon_of(read.window);
  // A window that ends before now keeps what is newer too, so only one that ends now may drop by
  // number.
  const bool ends_now = ends_at_now(read.window) && !(absolute && is_derived(stream));
  cell.cap = ends_now && !caps_values(read) ? read.cap : 0;
  cell.zone = zone_read(read, zone_of(read.zone));
  return add_cell(std::move(cell));
}

CellId Lowering::steps_of(const hir::Expr& read) {
  Cell cell;
  cell.kind = CellKind::kSteps;
  cell.source = sequence_of(rules_.streams[read.stream.index], read.window).index;
  const Sequence& sequence = plan_.sequences[cell.source];
  cell.k = is_plain(sequence) ? 0 : 1;
  cell.horizon_ms = horizon_of(read.window);
  const bool absolute = read.window.kind == hir::Window::Kind::kAbsolute;
  const bool cut = !absolute || std::none_of(sequence.steps.begin(), sequence.steps.end(),
                                             [&](const Sequence::Step& step) {
                                               return is_derived(step.stream);
                                             });
  const bool ends_now = ends_at_now(read.window) && cut;
  cell.cap = ends_now ? read.cap : 0;
  cell.zone = zone_read(read, zone_of(read.zone));
  return add_cell(std::move(cell));
}

CellId Lowering::add_cell(Cell cell) {
  plan_.cells.push_back(std::move(cell));
  return {static_cast<uint32_t>(plan_.cells.size() - 1)};
}

NodeId Lowering::add_node(ExprPtr value) {
  plan_.nodes.push_back({std::move(value), 0});
  return {static_cast<uint32_t>(plan_.nodes.size() - 1)};
}

ExprPtr Lowering::refuse(const hir::Expr& expr, const char* what, ExprPtr stand_in) {
  diagnostics_.add(Code::kE0950, expr.span, std::string(what) + " is not supported yet")
      .label("would need the whole text of what is remembered")
      .help("compare with a text written in the rule, or ask whether the two are equal (`=`)");
  return stand_in;
}

}  // namespace segue::plan
