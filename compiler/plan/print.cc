#include <fmt/format.h>

#include <iterator>

#include "compiler/plan/plan.h"
#include "runtime/image/op_info.h"

namespace segue::plan {

namespace {

using Out = fmt::memory_buffer;

template <class... Args>
void put(Out& out, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(out), format, std::forward<Args>(args)...);
}

const char* name_of(Op op) {
  switch (op) {
#define IMAGE_OP(id, name, pops, result) \
  case Op::id:                           \
    return name;
#include "runtime/image/ops.def"
#undef IMAGE_OP
  }
  return "?";
}

void put_text(Out& out, std::string_view text) {
  put(out, "\"");
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      put(out, "\\{}", c);
    else if (byte < 0x20)
      put(out, "\\x{:02x}", byte);
    else
      put(out, "{}", c);
  }
  put(out, "\"");
}

void put_ms(Out& out, int64_t ms) {
  if (ms == INT64_MAX || ms == INT64_MIN)
    put(out, "*");
  else
    put(out, "{}", ms);
}

void put_literal(Out& out, const Literal& value) {
  switch (value.type) {
    case hir::Type::kTruth:
      put(out, "{}", value.truth);
      return;
    case hir::Type::kNumber:
      put(out, "{}", value.number);
      return;
    case hir::Type::kInstant:
      put(out, "@{}", value.instant.ms);
      return;
    case hir::Type::kDuration:
      put(out, "+{}", value.duration.ms);
      return;
    case hir::Type::kText:
    case hir::Type::kList:
    case hir::Type::kRecord:
    case hir::Type::kAny:
      put_text(out, value.text);
      return;
  }
}

void put_set(Out& out, const std::vector<Literal>& set, std::string_view word = "") {
  put(out, "{} {{", word);
  for (size_t i = 0; i < set.size(); ++i) {
    if (i != 0) put(out, " ");
    put_literal(out, set[i]);
  }
  put(out, "}}");
}

void put_window(Out& out, const Window& window) {
  switch (window.kind) {
    case Window::Kind::kEver:
      put(out, " ever");
      break;
    case Window::Kind::kRolling:
      put(out, " rolling ");
      put_ms(out, window.from_ms);
      put(out, " {}", window.to_ms);
      break;
    case Window::Kind::kAbsolute:
      put(out, " absolute ");
      put_ms(out, window.from_ms);
      put(out, " ");
      put_ms(out, window.to_ms);
      break;
    case Window::Kind::kCalendar:
      put(out, " {}{} {}", window.full != 0 ? "full-" : "", image::plural_of(window.unit),
          window.periods);
      break;
    case Window::Kind::kAnchored:
      put(out, " anchored n{} ", window.anchor);
      put_ms(out, window.from_ms);
      put(out, " ");
      put_ms(out, window.to_ms);
      break;
  }
  if (window.cap != 0) put(out, " cap {}", window.cap);
  if (window.counted != CalendarUnit::kDay) put(out, " by {}", image::plural_of(window.counted));
}

void put_zone(Out& out, uint32_t zone) {
  if (zone == image::kNone) return put(out, " utc");
  if (zone == image::kUserZone) return put(out, " user");
  put(out, " z{}", zone);
}

/// Of what stands still nothing.
void put_slope(Out& out, int32_t slope) {
  if (slope != 0) put(out, " slope {}", slope);
}

void put_period(Out& out, const image::PeriodRow& period) {
  put_zone(out, period.zone);
  put(out, " {} {}", image::plural_of(period.unit), period.shift);
  if (period.yearly != 0) put(out, " yearly");
  put_slope(out, period.slope);
}

void put_path(Out& out, const std::vector<std::string>& path) {
  for (const std::string& key : path) {
    put(out, " ");
    put_text(out, key);
  }
}

void put_immediate(Out& out, const Expr& expr) {
  switch (immediate_of(expr.op)) {
    case Immediate::kNone:
    case Immediate::kOperands:
      return;
    case Immediate::kSlot:
      put(out, " p{}", expr.index);
      return;
    case Immediate::kZone:
    case Immediate::kZoneSlope:
      put_zone(out, expr.index);
      return put_slope(out, expr.slope);
    case Immediate::kPeriod:
      return put_period(out, expr.period);
    case Immediate::kPath:
      return put_path(out, expr.path);
    case Immediate::kKinds:
      for (const uint32_t kind : expr.kinds) put(out, " k{}", kind);
      return;
    case Immediate::kTruth:
      return put(out, " {}", expr.truth);
    case Immediate::kNumber:
      put(out, " {}", expr.number);
      return;
    case Immediate::kTime:
      return put(out, " {}", expr.time_ms);
    case Immediate::kDecimal:
      return put(out, " {}", to_text(expr.decimal));
    case Immediate::kText:
      put(out, " ");
      put_text(out, expr.text);
      return;
    case Immediate::kTextFold:
      put(out, " ");
      put_text(out, expr.text);
      [[fallthrough]];
    case Immediate::kFold:
      if (expr.truth) put(out, " ignoring-case");
      return;
    case Immediate::kSet:
    case Immediate::kScalar:
      put_set(out, expr.set);
      return;
    case Immediate::kSetFold:
      put_set(out, expr.set);
      if (expr.truth) put(out, " ignoring-case");
      return;
    case Immediate::kCell:
      put(out, " c{}", expr.index);
      return;
    case Immediate::kCellWindow:
      put(out, " c{}", expr.index);
      put_window(out, expr.window);
      return;
    case Immediate::kCellNth:
      put(out, " c{} {} {}", expr.index, expr.count, expr.time_ms);
      return;
    case Immediate::kNode:
      put(out, " n{}", expr.index);
      return;
    case Immediate::kAtLeast:
      put(out, " {}", expr.count);
      return;
    case Immediate::kSlope:
      put(out, " slope {}", expr.slope);
      return;
  }
}

void put_expr(Out& out, const Expr& expr) {
  put(out, "({}", name_of(expr.op));
  put_immediate(out, expr);
  for (const ExprPtr& operand : expr.operands) {
    put(out, " ");
    put_expr(out, *operand);
  }
  put(out, ")");
}

void put_schema(Out& out, const Plan& plan) {
  for (size_t i = 0; i < plan.schema.slots.size(); ++i) {
    const InputSchema::Slot& slot = plan.schema.slots[i];
    put(out, "slot p{} {}", i, slot.is_trait ? "trait" : "property");
    for (const std::string& key : slot.path) {
      put(out, " ");
      put_text(out, key);
    }
    put(out, "\n");
  }
  for (size_t i = 0; i < plan.schema.kinds.size(); ++i) {
    put(out, "kind k{} ", i);
    put_text(out, plan.schema.kinds[i].wire_name);
    for (const uint32_t slot : plan.schema.kinds[i].slots) put(out, " p{}", slot);
    put(out, "\n");
  }
}

void put_streams(Out& out, const Plan& plan) {
  for (size_t i = 0; i < plan.streams.size(); ++i) {
    put(out, "stream s{} ", i);
    put_text(out, plan.streams[i].name);
    put(out, " = ");
    if (plan.streams[i].predicate)
      put_expr(out, *plan.streams[i].predicate);
    else
      put(out, "{}", plan.streams[i].sources.empty() ? "derived" : "union");
    for (const StreamId source : plan.streams[i].sources) put(out, " s{}", source.index);
    put(out, "\n");
  }
}

void put_sequences(Out& out, const Plan& plan) {
  for (size_t i = 0; i < plan.sequences.size(); ++i) {
    const Sequence& sequence = plan.sequences[i];
    put(out, "sequence q{} ", i);
    put_text(out, sequence.name);
    put(out, " =");
    for (size_t j = 0; j < sequence.steps.size(); ++j) {
      const Sequence::Step& step = sequence.steps[j];
      if (j != 0) put(out, " then");
      if (step.later) put(out, " later");
      put(out, " s{}", step.stream.index);
      if (step.after_ms != 0) put(out, " after {}", step.after_ms);
      if (step.within_ms != INT64_MAX) put(out, " within {}", step.within_ms);
      if (!step.without.empty()) put(out, " without");
      for (const StreamId without : step.without) put(out, " s{}", without.index);
    }
    if (sequence.has_absence) {
      put(out, " then no{} s{} within {}", sequence.absence_later ? " later" : "",
          sequence.absence.index, sequence.absence_ms);
    }
    if (sequence.all_within_ms != INT64_MAX) put(out, " all-within {}", sequence.all_within_ms);
    if (sequence.by != image::kNone) put(out, " by p{}", sequence.by);
    if (sequence.starts) put(out, " starts");
    put(out, "\n");
  }
}

/// Of what a cell is; empty if it has no source.
std::string source_text(const Cell& cell) {
  switch (image::source_of(cell.kind)) {
    case image::Source::kStream:
      return fmt::format(" s{}", cell.source);
    case image::Source::kSequence:
      return fmt::format(" q{}", cell.source);
    case image::Source::kNode:
      return fmt::format(" n{}", cell.source);
    case image::Source::kNone:
      break;
  }
  return "";
}

void put_cells(Out& out, const Plan& plan) {
  for (size_t i = 0; i < plan.cells.size(); ++i) {
    const Cell& cell = plan.cells[i];
    put(out, "cell c{} = {}{}", i, image::name_of(cell.kind), source_text(cell));
    if (cell.k != 0) put(out, " k {}", cell.k);
    if (cell.cap != 0) put(out, " cap {}", cell.cap);
    if (cell.zone != image::kNone) put_zone(out, cell.zone);
    if (cell.horizon_ms != 0) {
      put(out, " horizon ");
      put_ms(out, cell.horizon_ms);
    }
    if (cell.feeds != image::kNone) put(out, " feeds s{}", cell.feeds);
    if (cell.before) put_set(out, {*cell.before}, " before");
    if (cell.after) put_set(out, {*cell.after}, " after");
    if (cell.bytes != 0) put(out, " at {} bytes {}", cell.offset, cell.bytes);
    if (cell.value) {
      put(out, " value ");
      put_expr(out, *cell.value);
    }
    put(out, "\n");
  }
}

void put_nodes(Out& out, const Plan& plan) {
  for (size_t i = 0; i < plan.nodes.size(); ++i) {
    put(out, "node n{} = ", i);
    put_expr(out, *plan.nodes[i].value);
    if (plan.fixed_bytes != 0) put(out, " at {}", plan.nodes[i].place);
    put(out, "\n");
  }
}

void put_results(Out& out, const std::vector<Segment>& results, const char* word) {
  for (const Segment& result : results) {
    put(out, "{} {} n{} ", word, result.name, result.node.index);
    put_text(out, result.label);
    put(out, " ");
    put_text(out, result.doc);
    for (const auto& [key, value] : result.metadata) {
      put(out, " {} ", key);
      put_text(out, value);
    }
    put(out, "\n");
  }
}

void put_layout(Out& out, const Plan& plan) {
  if (plan.tracked) put(out, "tracked\n");
  if (plan.fixed_bytes == 0) return;
  put(out, "layout words {} bytes {}", plan.truth_words, plan.fixed_bytes);
  if (plan.near_at != image::kNone) put(out, " near {}", plan.near_at);
  if (plan.deadlines_at != image::kNone) put(out, " deadlines {}", plan.deadlines_at);
  put(out, "\n");
  for (const Chunk& chunk : plan.chunks) {
    put(out, "chunk n{} count {}", chunk.first_node, chunk.node_count);
    if (chunk.level != 0) put(out, " level {}", chunk.level);
    put(out, "\n");
  }
}

}  // namespace

std::string print(const Expr& expr) {
  Out out;
  put_expr(out, expr);
  return fmt::to_string(out);
}

std::string print(const Plan& plan, std::string_view only) {
  Out out;
  const auto wanted = [&](std::string_view part) { return only.empty() || only == part; };
  if (wanted("zones")) {
    for (size_t i = 0; i < plan.zones.size(); ++i) {
      put(out, "zone z{} ", i);
      put_text(out, plan.zones[i]);
      put(out, "\n");
    }
  }
  if (wanted("schema")) put_schema(out, plan);
  if (wanted("streams")) put_streams(out, plan);
  if (wanted("sequences")) put_sequences(out, plan);
  if (wanted("cells")) put_cells(out, plan);
  if (wanted("nodes")) put_nodes(out, plan);
  if (wanted("segments")) put_results(out, plan.segments, "segment");
  if (wanted("scores")) put_results(out, plan.scores, "score");
  if (wanted("cells") && plan.zone_cell != image::kNone) {
    put(out, "user-zone c{}\n", plan.zone_cell);
  }
  if (wanted("layout")) put_layout(out, plan);
  return fmt::to_string(out);
}

}  // namespace segue::plan
