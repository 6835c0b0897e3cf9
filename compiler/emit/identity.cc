#include "compiler/emit/identity.h"

#include <fmt/format.h>

#include "compiler/plan/build.h"
#include "runtime/base/hash.h"
#include "runtime/image/op_info.h"

namespace segue {

using plan::CellKind;
using plan::Expr;
using plan::Immediate;

Identities::Identities(const plan::Plan& plan)
    : plan_(plan),
      cells_(plan.cells.size()),
      nodes_(plan.nodes.size()),
      streams_(plan.streams.size()),
      sequences_(plan.sequences.size()),
      feeder_(plan.streams.size(), image::kNone),
      latch_(plan.cells.size()) {
  for (uint32_t i = 0; i < plan.cells.size(); ++i) {
    if (plan.cells[i].feeds != image::kNone) feeder_[plan.cells[i].feeds] = i;
  }
  for (const plan::Node& node : plan.nodes) {
    plan::walk(node.value, [&](const Expr& part) {
      if (part.op == plan::Op::kLatch) latch_[part.index] = &part;
    });
  }
}

uint64_t Identities::of_cell(uint32_t i) {
  if (cells_[i] != 0) return cells_[i];
  const plan::Cell& cell = plan_.cells[i];
  std::string what = fmt::format("{} {} {} {} {} ", static_cast<int>(cell.kind), cell.k, cell.cap,
                                 cell.horizon_ms, zone_name(cell.zone));
  if (cell.value) what += plain(cell.value);
  for (const auto& literal : {cell.before, cell.after}) {
    what += literal ? plan::print(*plan::build::scalar(*literal)) : " any";
  }
  switch (image::source_of(cell.kind)) {
    case image::Source::kNode:
      what += fmt::format(" n{}", of_node(cell.source));
      break;
    case image::Source::kSequence:
      what += fmt::format(" q{}", of_sequence(cell.source));
      break;
    case image::Source::kStream:
      what += fmt::format(" s{}", of_stream(cell.source));
      break;
    case image::Source::kNone:
      if (latch_[i] == nullptr) break;
      what += fmt::format(" {}", latch_[i]->time_ms);
      for (const plan::ExprPtr& operand : latch_[i]->operands) what += plain(operand);
      break;
  }
  return cells_[i] = hash64(what);
}

std::string Identities::zone_name(uint32_t zone) const {
  if (zone == image::kNone) return "";
  return zone == image::kUserZone ? "user" : plan_.zones[zone];
}

uint64_t Identities::of_node(uint32_t i) {
  if (nodes_[i] == 0) nodes_[i] = hash64(plain(plan_.nodes[i].value));
  return nodes_[i];
}

uint64_t Identities::of_stream(uint32_t i) {
  if (streams_[i] != 0) return streams_[i];
  if (plan_.streams[i].predicate) return streams_[i] = hash64(plain(plan_.streams[i].predicate));
  if (feeder_[i] != image::kNone) {
    const plan::Cell& cell = plan_.cells[feeder_[i]];
    const bool matches = cell.kind == CellKind::kSequence;
    return streams_[i] = matches ? of_sequence(cell.source) : of_cell(feeder_[i]);
  }
  std::string what = "union";
  for (const plan::StreamId source : plan_.streams[i].sources) {
    what += fmt::format(" {}", of_stream(source.index));
  }
  return streams_[i] = hash64(what);
}

uint64_t Identities::of_sequence(uint32_t i) {
  if (sequences_[i] != 0) return sequences_[i];
  const plan::Sequence& sequence = plan_.sequences[i];
  std::string what;
  for (const plan::Sequence::Step& step : sequence.steps) {
    what += fmt::format(" then {} {} {}", step.later, step.within_ms, of_stream(step.stream.index));
    if (step.after_ms != 0) what += fmt::format(" after {}", step.after_ms);
    for (const plan::StreamId without : step.without) {
      what += fmt::format(" without {}", of_stream(without.index));
    }
  }
  if (sequence.has_absence) {
    what += fmt::format(" no {} {} {}", sequence.absence_later, sequence.absence_ms,
                        of_stream(sequence.absence.index));
  }
  if (sequence.all_within_ms != INT64_MAX) what += fmt::format(" all {}", sequence.all_within_ms);
  if (sequence.by != image::kNone) {
    for (const std::string& key : plan_.schema.slots[sequence.by].path) what += " by " + key;
  }
  if (sequence.starts) what += " starts";
  return sequences_[i] = hash64(what);
}

/// The expression with every reference replaced by what it refers to.
std::string Identities::plain(const plan::ExprPtr& expr) {
  // Row numbers are printed too, so they are zeroed first; what they stood for follows, in the
  // order of the walk.
  const plan::ExprPtr unnumbered =
      plan::rewrite(expr, [](const plan::ExprPtr& part) -> plan::ExprPtr {
        const bool anchored = part->window.anchor != image::kNone;
        if (part->index == 0 && part->kinds.empty() && !anchored) return nullptr;
        auto copy = std::make_shared<Expr>(*part);
        copy->index = 0;
        copy->period.zone = 0;
        if (anchored) copy->window.anchor = 0;
        copy->kinds.clear();
        return copy;
      });
  std::string out = plan::print(*unnumbered);
  plan::walk(expr, [&](const Expr& part) {
    switch (plan::immediate_of(part.op)) {
      case Immediate::kSlot:
        for (const std::string& key : plan_.schema.slots[part.index].path) out += " ." + key;
        out += plan_.schema.slots[part.index].is_trait ? " trait" : " property";
        break;
      case Immediate::kKinds:
        for (const uint32_t kind : part.kinds)
          out += fmt::format(" ={}:{}", kind == 0, plan_.schema.kinds[kind].wire_name);
        break;
      case Immediate::kPeriod:
        out += " @" + zone_name(part.period.zone);
        break;
      case Immediate::kZone:
      case Immediate::kZoneSlope:
        out += " @" + zone_name(part.index);
        break;
      case Immediate::kCell:
      case Immediate::kCellWindow:
      case Immediate::kCellNth:
        out += fmt::format(" c{}", of_cell(part.index));
        if (part.window.anchor != image::kNone) {
          out += fmt::format(" n{}", of_node(part.window.anchor));
        }
        break;
      case Immediate::kNode:
        out += fmt::format(" n{}", of_node(part.index));
        break;
      default:
        break;
    }
  });
  return out;
}

}  // namespace segue
