#include <fmt/format.h>

#include <algorithm>

#include "compiler/plan/plan.h"
#include "runtime/image/op_info.h"

namespace segue::plan {

namespace {

/// Operands in a plan, where an item test stands beside its list.
int pops_of(Op op) { return op == Op::kAnyItem ? 2 : image::op_info(op).pops; }

/// Whether that is the type of an op's operand; of a list all have one type.
bool takes(Op op, size_t position, Type type) {
  if (op == Op::kAnyItem && position == 1) return type == Type::B;
  const image::OpInfo& info = image::op_info(op);
  return info.operands[info.pops < 0 ? 0 : position] == image::letter(type);
}

/// What a node may keep of that type, else a truth.
Type node_type(Type type) { return type == Type::N || type == Type::T ? type : Type::B; }

class Verifier {
 public:
  explicit Verifier(const Plan& plan) : plan_(plan) {}

  std::string run() {
    for (size_t i = 0; i < plan_.streams.size(); ++i) {
      where_ = fmt::format("stream s{}", i);
      for (const StreamId source : plan_.streams[i].sources) {
        want(source.index < i, "is a union of what is not before it");
      }
      if (plan_.streams[i].predicate) check(plan_.streams[i].predicate, Type::B, UINT32_MAX);
    }
    for (size_t i = 0; i < plan_.sequences.size(); ++i) check_sequence(i);
    for (size_t i = 0; i < plan_.cells.size(); ++i) check_cell(i);
    for (size_t i = 0; i < plan_.nodes.size(); ++i) {
      where_ = fmt::format("node n{}", i);
      const ExprPtr& value = plan_.nodes[i].value;
      if (!value)
        fail("has no value");
      else
        check(value, node_type(type_of(*value)), static_cast<uint32_t>(i));
    }
    where_ = "the user's zone";
    if (plan_.zone_cell != image::kNone) {
      want(plan_.zone_cell < plan_.cells.size() &&
               plan_.cells[plan_.zone_cell].kind == CellKind::kLatest,
           "is kept by no `latest` cell");
    }
    check_results(plan_.segments, Type::B, "segment");
    check_results(plan_.scores, Type::N, "score");
    return wrong_;
  }

 private:
  void fail(std::string_view why) {
    if (wrong_.empty()) wrong_ = fmt::format("{}: {}", where_, why);
  }
  void want(bool good, std::string_view why) {
    if (!good) fail(why);
  }

  void check_sequence(size_t i) {
    where_ = fmt::format("sequence q{}", i);
    const Sequence& sequence = plan_.sequences[i];
    want(!sequence.steps.empty(), "has no steps");
    want(sequence.steps.size() >= 2 || sequence.has_absence, "has one step and no absence");
    for (const Sequence::Step& step : sequence.steps) {
      want(step.stream.index < plan_.streams.size(), "a step's stream is out of range");
      for (const StreamId without : step.without) {
        want(without.index < plan_.streams.size(), "what breaks a gap is out of range");
      }
    }
    if (sequence.has_absence)
      want(sequence.absence.index < plan_.streams.size(), "absence out of range");
    if (sequence.by != image::kNone)
      want(sequence.by < plan_.schema.slots.size(), "its steps share no slot");
    if (sequence.starts) {
      want(sequence.by == image::kNone && !sequence.has_absence, "tells starts of what waits");
    }
  }

  /// Whether the small form fits a sequence that tells starts: two times a step in between.
  static bool tells_newest(const Sequence& sequence, uint32_t k) {
    return sequence.starts && k == 2 * sequence.steps.size() - 2 &&
           std::all_of(sequence.steps.begin(), sequence.steps.end(),
                       [](const Sequence::Step& step) { return step.after_ms == 0; });
  }

  /// Starts go to cells that keep the newest time and nothing else.
  bool takes_starts(uint32_t stream) const {
    const auto reads = [&](StreamId id) { return id.index == stream; };
    const auto is_fed = [&](const Cell& cell) {
      return image::source_of(cell.kind) == image::Source::kStream && cell.source == stream;
    };
    return std::none_of(plan_.cells.begin(), plan_.cells.end(),
                        [&](const Cell& cell) {
                          return is_fed(cell) && (cell.kind != CellKind::kNewest || cell.k != 1);
                        }) &&
           std::none_of(plan_.streams.begin(), plan_.streams.end(),
                        [&](const Stream& all) {
                          return std::any_of(all.sources.begin(), all.sources.end(), reads);
                        }) &&
           std::none_of(
               plan_.sequences.begin(), plan_.sequences.end(), [&](const Sequence& sequence) {
                 return std::any_of(sequence.steps.begin(), sequence.steps.end(),
                                    [&](const Sequence::Step& step) { return reads(step.stream); });
               });
  }

  void check_cell(size_t i) {
    where_ = fmt::format("cell c{}", i);
    const Cell& cell = plan_.cells[i];
    size_t sources = plan_.streams.size();
    const image::Source source = image::source_of(cell.kind);
    if (source == image::Source::kSequence) sources = plan_.sequences.size();
    if (source == image::Source::kNode) sources = plan_.nodes.size();
    const bool has_source = source != image::Source::kNone;
    want(has_source ? cell.source < sources : cell.source == image::kNone,
         "its source is out of range");
    const bool feeds = cell.kind == CellKind::kSequence || cell.kind == CellKind::kSessions ||
                       cell.kind == CellKind::kCrossing || cell.kind == CellKind::kChange;
    if (feeds) want(cell.feeds < plan_.streams.size(), "feeds no stream");
    if (cell.kind == CellKind::kSequence && has_source && cell.source < sources &&
        plan_.sequences[cell.source].starts) {
      want(takes_starts(cell.feeds), "feeds starts to what wants ends");
    }
    if (source == image::Source::kSequence && (cell.kind == CellKind::kSteps) == (cell.k == 0)) {
      const Sequence& sequence = plan_.sequences[cell.source];
      want(is_plain(sequence) || (cell.k != 0 && tells_newest(sequence, cell.k)),
           "is too small for its sequence");
    }
    if (cell.kind == CellKind::kNewest || cell.kind == CellKind::kDays)
      want(cell.k > 0, "keeps nothing");
    if (cell.kind == CellKind::kDays) want(cell.zone < plan_.zones.size(), "has no zone");
    if (cell.kind == CellKind::kNewest)
      want(cell.horizon_ms == 0 || cell.horizon_ms == image::kNearReachMs,
           "has a horizon of its own");
    if (cell.kind == CellKind::kNewest && cell.zone != image::kNone)
      want(cell.zone < plan_.zones.size(), "has no zone of its own");
    if (cell.value) check(cell.value, type_of(*cell.value), UINT32_MAX);
  }

  void check_results(const std::vector<Segment>& results, Type type, const char* word) {
    for (const Segment& result : results) {
      where_ = fmt::format("{} {}", word, result.name);
      if (result.node.index >= plan_.nodes.size())
        fail("its node is out of range");
      else
        want(type_of(*plan_.nodes[result.node.index].value) == type, "its node has another type");
    }
  }

  void check(const ExprPtr& expr, Type wanted, uint32_t node) {
    if (!expr) return fail("an operand is missing");
    if (type_of(*expr) != wanted) return fail(fmt::format("{} has another type", print(*expr)));
    const int pops = pops_of(expr->op);
    if (pops >= 0 && expr->operands.size() != static_cast<size_t>(pops)) {
      return fail(fmt::format("{} has {} operands", print(*expr), expr->operands.size()));
    }
    check_immediate(*expr, node);
    for (size_t i = 0; i < expr->operands.size(); ++i) {
      const Type type = type_of(*expr->operands[i]);
      if (!takes(expr->op, i, type)) return fail(fmt::format("{}: wrong operand", print(*expr)));
      check(expr->operands[i], type, node);
    }
  }

  void check_zone(uint32_t zone) {
    const bool special = zone == image::kNone || zone == image::kUserZone;
    want(special || zone < plan_.zones.size(), "zone out of range");
  }

  void check_immediate(const Expr& expr, uint32_t node) {
    switch (immediate_of(expr.op)) {
      case Immediate::kSlot:
        return want(expr.index < plan_.schema.slots.size(), "slot out of range");
      case Immediate::kZone:
      case Immediate::kZoneSlope:
        return check_zone(expr.index);
      case Immediate::kPeriod:
        return check_zone(expr.period.zone);
      case Immediate::kCell:
      case Immediate::kCellWindow:
      case Immediate::kCellNth:
        return check_read(expr, node);
      case Immediate::kNode:
        // Event code runs before any node of its instant is settled, so it reads none.
        want(node != UINT32_MAX, "event code reads a node");
        return want(expr.index < node, fmt::format("{} reads no earlier node", print(expr)));
      case Immediate::kKinds:
        for (const uint32_t kind : expr.kinds)
          want(kind < plan_.schema.kinds.size(), "kind out of range");
        return;
      case Immediate::kAtLeast:
        return want(expr.count <= expr.operands.size(), "asks for too many");
      case Immediate::kNone:
      case Immediate::kTruth:
      case Immediate::kNumber:
      case Immediate::kTime:
      case Immediate::kDecimal:
      case Immediate::kText:
      case Immediate::kTextFold:
      case Immediate::kFold:
      case Immediate::kSet:
      case Immediate::kSetFold:
      case Immediate::kScalar:
      case Immediate::kOperands:
      case Immediate::kSlope:
      case Immediate::kPath:
        return;
    }
  }

  static bool reads(Op op, CellKind kind) {
    switch (kind) {
      case CellKind::kNewest:
        return op == Op::kNthWithin || op == Op::kNewestCount || op == Op::kNewestTime ||
               op == Op::kTimesDecayed;
      case CellKind::kOldest:
        return op == Op::kOldestTime;
      case CellKind::kSeen:
        return op == Op::kSeen;
      case CellKind::kTotal:
        return op == Op::kTotalCount || op == Op::kTotalSum || op == Op::kTotalAvg;
      case CellKind::kExtreme:
        return op == Op::kExtreme;
      case CellKind::kDays:
        return op == Op::kDaysCount || op == Op::kDaysStreak;
      case CellKind::kLog:
        return (op >= Op::kLogCount && op <= Op::kLogStreak) || op == Op::kNewestTime ||
               op == Op::kOldestTime || op == Op::kTimesDecayed;
      case CellKind::kDistinct:
        return op == Op::kDistinctCount;
      case CellKind::kLatest:
      case CellKind::kEarliest:
        return op == Op::kValue;
      case CellKind::kSteps:
        return op >= Op::kStepsCount && op <= Op::kStepsLast;
      case CellKind::kSequence:
        return false;
      case CellKind::kHeld:
        return op == Op::kHeld;
      case CellKind::kLatch:
        return op == Op::kLatch;
      case CellKind::kDecayed:
        return op == Op::kDecayed;
      case CellKind::kSessions:
      case CellKind::kCrossing:
      case CellKind::kChange:
        return false;
    }
    return false;
  }

  void check_anchor(const Expr& expr, uint32_t node) {
    if (expr.window.anchor == image::kNone) return;
    // No anchor of event code: it runs before any node of its instant is settled.
    if (node == UINT32_MAX || expr.window.anchor >= node)
      return fail(fmt::format("{} is anchored at no earlier node", print(expr)));
    want(type_of(*plan_.nodes[expr.window.anchor].value) == Type::T, "an anchor is no time");
  }

  void check_read(const Expr& expr, uint32_t node) {
    if (expr.index >= plan_.cells.size()) return fail("cell out of range");
    const Cell& cell = plan_.cells[expr.index];
    check_anchor(expr, node);
    want(reads(expr.op, cell.kind), fmt::format("{} does not read that kind of cell", print(expr)));
    if (expr.op == Op::kNthWithin) {
      want(expr.count >= 1 && expr.count <= cell.k,
           fmt::format("{} asks for more than is kept", print(expr)));
    }
    if (cell.kind == CellKind::kNewest && cell.horizon_ms != 0) {
      want(reach_of_newest(expr) <= cell.horizon_ms,
           fmt::format("{} reaches past the horizon", print(expr)));
    }
    const bool rolling = immediate_of(expr.op) == Immediate::kCellWindow &&
                         expr.window.kind == Window::Kind::kRolling;
    const bool limited = cell.kind == CellKind::kLog || cell.kind == CellKind::kSteps;
    if (rolling && limited) {
      want(expr.window.from_ms <= cell.horizon_ms,
           fmt::format("{} reaches past the horizon", print(expr)));
    }
  }

  const Plan& plan_;
  std::string where_;
  std::string wrong_;
};

}  // namespace

std::string verify(const Plan& plan) { return Verifier(plan).run(); }

}  // namespace segue::plan
