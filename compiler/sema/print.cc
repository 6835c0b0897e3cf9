#include "compiler/sema/print.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/ops.h"
#include "compiler/sema/print_tests.h"
#include "runtime/base/text.h"

namespace segue {
namespace {

using hir::Expr;
using hir::Literal;
using hir::Op;
using hir::Rules;
using hir::Type;

constexpr size_t kLineMax = 100;

std::string text_of(const Literal& literal) {
  switch (literal.type) {
    case Type::kTruth:
      return literal.truth ? "true" : "false";
    case Type::kNumber:
      return literal.text;
    case Type::kText:
      return json_quoted(literal.text);
    case Type::kInstant:
      return instant_text(literal.instant);
    case Type::kDuration:
      return duration_text(literal.duration);
    case Type::kList:
    case Type::kRecord:
    case Type::kAny:
      break;
  }
  return "?";
}

std::string text_of(const std::vector<Literal>& literals) {
  std::string out = "{";
  for (const Literal& literal : literals) {
    if (out.size() > 1) out += ' ';
    out += text_of(literal);
  }
  return out + "}";
}

std::string write(const Rules& rules, const Expr& e, size_t indent);

std::string zone_of(hir::ZoneId zone) {
  return zone == hir::kUserZone ? "user" : fmt::format("z{}", zone.index);
}

std::string text_of(const Rules& rules, const hir::Window& window) {
  switch (window.kind) {
    case hir::Window::Kind::kEver:
      return " ever";
    case hir::Window::Kind::kRolling:
      if (window.to.ms == 0) return " within " + duration_text(window.from);
      if (window.from == kForever) return fmt::format(" before {} ago", duration_text(window.to));
      return fmt::format(" between {} and {} ago", duration_text(window.from),
                         duration_text(window.to));
    case hir::Window::Kind::kAbsolute: {
      std::string out;
      if (window.begin) out += " from " + instant_text(*window.begin);
      if (window.end) out += " until " + instant_text(*window.end);
      return out;
    }
    case hir::Window::Kind::kCalendar:
      return fmt::format(" of-last {}{} {}s", window.periods, window.full ? " full" : "",
                         hir::name_of(window.unit));
    case hir::Window::Kind::kAnchored: {
      std::string out = " anchor " + (window.anchor ? write(rules, *window.anchor, 0) : "?");
      if (window.after) out += " from " + duration_text(*window.after);
      if (window.before) out += " until " + duration_text(*window.before);
      return out;
    }
  }
  return "?";
}

std::string dotted(const std::vector<std::string>& path) {
  std::string out;
  for (const std::string& part : path) {
    const bool bare = !part.empty() && std::all_of(part.begin(), part.end(), [](unsigned char c) {
      return std::isalnum(c) != 0 || c == '_';
    });
    if (!out.empty()) out += '.';
    out += bare ? part : json_quoted(part);
  }
  return out;
}

std::string path_of(const Rules& rules, hir::SlotId slot) {
  if (slot.index >= rules.schema.slots.size()) return "?";
  return dotted(rules.schema.slots[slot.index].path);
}

std::string kind_of(const Rules& rules, KindId kind) {
  if (kind.index >= rules.schema.kinds.size()) return "?";
  return json_quoted(rules.schema.kinds[kind.index].wire_name);
}

std::string counted(const Rules& rules, const Expr& e) {
  std::string out = fmt::format(" s{}{}", e.stream.index, text_of(rules, e.window));
  if (e.cap != 0) out += fmt::format(" cap {}", e.cap);
  if (e.op == Op::kDays && e.unit != CalendarUnit::kDay) {
    out += fmt::format(" unit {}", hir::name_of(e.unit));
  }
  if (names_zone(e)) out += " zone " + zone_of(e.zone);
  return out;
}

/// What stands between an op's name and its children.
std::string attributes(const Rules& rules, const Expr& e) {
  switch (e.op) {
    case Op::kTrait:
    case Op::kProperty:
      return " " + path_of(rules, e.slot);
    case Op::kCount:
    case Op::kDays:
    case Op::kStreak:
      return counted(rules, e);
    case Op::kAggregate:
      if (e.aggregate == hir::Aggregate::kPercentile) {
        return fmt::format(" percentile {}{}", e.fraction, counted(rules, e));
      }
      return " " + std::string(name_of(e.aggregate)) + counted(rules, e);
    case Op::kTimeOf:
      return fmt::format(" {} s{}", name_of(e.aggregate), e.stream.index);
    case Op::kMember:
      return " " + (e.segment.index < rules.segments.size() ? rules.segments[e.segment.index].name
                                                            : std::string("?"));
    case Op::kScore:
      return " " + (e.score.index < rules.scores.size() ? rules.scores[e.score.index].name
                                                        : std::string("?"));
    case Op::kUserIn:
    case Op::kInSet:
    case Op::kHasAny:
    case Op::kHasAll:
      return (e.ignoring_case ? " ignoring-case " : " ") + text_of(e.literals);
    case Op::kHeld:
      return " " + duration_text(e.duration);
    case Op::kDecayed:
      return fmt::format(" s{} half-life {}{}", e.stream.index, duration_text(e.duration),
                         e.cap == 0 ? std::string() : fmt::format(" cap {}", e.cap));
    case Op::kLatched:
      return fmt::format("{}{}", e.duration.ms == 0 ? "" : " stay " + duration_text(e.duration),
                         e.cooldown.ms == 0 ? "" : " cooldown " + duration_text(e.cooldown));
    case Op::kEventIs: {
      std::string out;
      for (const KindId kind : e.kinds) out += " " + kind_of(rules, kind);
      return out.empty() ? " any" : out;
    }
    case Op::kAtLeast:
      return fmt::format(" {}", e.number);
    case Op::kMatches:
      return (e.ignoring_case ? " ignoring-case " : " ") + json_quoted(e.literal.text);
    case Op::kToInstant:
    case Op::kHour:
    case Op::kWeekday:
    case Op::kDayNumber:
    case Op::kDate:
    case Op::kAnniversary:
      return " " + zone_of(e.zone);
    case Op::kInPeriod:
      return fmt::format(" {} {:+}{} {}", hir::name_of(e.unit), e.shift, e.yearly ? " yearly" : "",
                         zone_of(e.zone));
    case Op::kItem:
    case Op::kItemSum:
      return e.path.empty() ? "" : " " + dotted(e.path);
    case Op::kScale:
      return fmt::format(" {}", e.factor);
    default:
      return e.ignoring_case ? " ignoring-case" : "";
  }
}

/// Of the segments and scores read, in the order of the text.
void add_numbers(const Expr& e, std::string& text) {
  if (e.op == Op::kMember) text += fmt::format(" segment {}", e.segment.index);
  if (e.op == Op::kScore) text += fmt::format(" score {}", e.score.index);
  if (e.window.anchor) add_numbers(*e.window.anchor, text);
  for (const hir::ExprPtr& child : e.children) {
    if (child) add_numbers(*child, text);
  }
}

/// On one line when that fits from column `indent`, else one child a line.
std::string write(const Rules& rules, const Expr& e, size_t indent) {
  if (e.op == Op::kLiteral) return text_of(e.literal);
  std::string head = "(" + std::string(name_of(e.op)) + attributes(rules, e);
  std::vector<std::string> parts;
  size_t width = indent + head.size() + 1;
  bool flat = true;
  for (const hir::ExprPtr& child : e.children) {
    parts.push_back(child == nullptr ? "?" : write(rules, *child, indent + 2));
    width += parts.back().size() + 1;
    flat = flat && parts.back().find('\n') == std::string::npos;
  }
  flat = flat && width <= kLineMax;
  for (const std::string& part : parts) {
    head += flat ? " " : "\n" + std::string(indent + 2, ' ');
    head += part;
  }
  return head + ")";
}

void write_schema(const Rules& rules, std::string& out) {
  for (size_t i = 0; i < rules.zones.size(); ++i) {
    out += fmt::format("(zone z{} {})\n", i, json_quoted(rules.zones[i]));
  }
  if (rules.user_zone) out += fmt::format("(zone user {})\n", path_of(rules, *rules.user_zone));
  for (size_t i = 0; i < rules.schema.kinds.size(); ++i) {
    const InputSchema::Kind& kind = rules.schema.kinds[i];
    const std::string name = i == kIdentifyKind.index ? "identify"
                             : i == kOtherKind.index  ? "other"
                                                      : json_quoted(kind.wire_name);
    out += "(kind " + name;
    for (const uint32_t slot : kind.slots) out += " " + path_of(rules, {slot});
    out += ")\n";
  }
}

/// What is neither events nor a sequence.
std::string derived_text(const Rules& rules, const hir::Stream& stream) {
  switch (stream.kind) {
    case hir::Stream::Kind::kEvents:
    case hir::Stream::Kind::kSequence:
      return {};
    case hir::Stream::Kind::kSessions:
      return fmt::format("\n  (sessions s{} gap {})", stream.sources[0].index,
                         duration_text(stream.gap));
    case hir::Stream::Kind::kCrossing:
      return fmt::format("\n  ({} {})", stream.leaving ? "left" : "entered",
                         write(rules, *stream.condition, 4));
    case hir::Stream::Kind::kChange: {
      std::string out = "\n  (changed " + path_of(rules, stream.slot);
      if (stream.from) out += " from " + text_of(*stream.from);
      if (stream.to) out += " to " + text_of(*stream.to);
      return out + ")";
    }
    case hir::Stream::Kind::kUnion: {
      std::string out = "\n  (union";
      for (const hir::StreamId source : stream.sources) out += fmt::format(" s{}", source.index);
      return out + ")";
    }
  }
  return {};
}

void write_streams(const Rules& rules, std::string& out) {
  for (size_t i = 0; i < rules.streams.size(); ++i) {
    const hir::Stream& stream = rules.streams[i];
    out += fmt::format("(stream s{} {}", i, json_quoted(stream.name));
    if (stream.predicate != nullptr) out += "\n  " + write(rules, *stream.predicate, 2);
    for (const hir::Stream::Step& step : stream.steps) {
      out += fmt::format("\n  ({} s{}", step.later ? "later" : "then", step.stream.index);
      if (step.after) out += " after " + duration_text(*step.after);
      if (step.within) out += " within " + duration_text(*step.within);
      if (!step.without.empty()) out += " without";
      for (const hir::StreamId absent : step.without) out += fmt::format(" s{}", absent.index);
      out += ")";
    }
    if (stream.absence) {
      out += fmt::format("\n  (then-no{} s{} within {})", stream.absence->later ? "-later" : "",
                         stream.absence->stream.index, duration_text(stream.absence->within));
    }
    if (stream.all_within) out += "\n  (all-within " + duration_text(*stream.all_within) + ")";
    if (stream.by) out += "\n  (by " + path_of(rules, *stream.by) + ")";
    out += derived_text(rules, stream);
    out += ")\n";
  }
}

void write_metadata(const std::string& label, const std::string& doc, const hir::Metadata& metadata,
                    std::string& out) {
  if (!label.empty()) out += " " + json_quoted(label);
  if (!doc.empty()) out += "\n  (doc " + json_quoted(doc) + ")";
  for (const auto& [key, text] : metadata)
    out += fmt::format("\n  ({} {})", key, json_quoted(text));
}

void write_segments(const Rules& rules, std::string& out) {
  for (const hir::Segment& segment : rules.segments) {
    out += "(segment " + segment.name;
    write_metadata(segment.label, segment.doc, segment.metadata, out);
    out += "\n  " + (segment.when == nullptr ? "?" : write(rules, *segment.when, 2)) + ")\n";
  }
}

void write_scores(const Rules& rules, std::string& out) {
  for (const hir::Score& score : rules.scores) {
    out += "(score " + score.name;
    write_metadata(score.label, score.doc, score.metadata, out);
    out += "\n  " + (score.value == nullptr ? "?" : write(rules, *score.value, 2));
    for (const hir::Score::Band& band : score.bands) {
      out += "\n  (band " + band.name;
      if (band.at_least) out += fmt::format(" {}", *band.at_least);
      out += ")";
    }
    out += ")\n";
  }
}

void write_order(const Rules& rules, std::string& out) {
  out += "(order";
  for (const hir::OrderEntry& entry : rules.order) {
    out += " ";
    out += entry.is_score ? rules.scores[entry.index].name : rules.segments[entry.index].name;
  }
  out += ")\n";
}

}  // namespace

std::string print_hir(const Rules& rules, std::string_view only) {
  struct Part {
    std::string_view name;
    void (*write)(const Rules&, std::string&);
  };
  static constexpr Part kParts[] = {{"schema", write_schema}, {"streams", write_streams},
                                    {"scores", write_scores}, {"segments", write_segments},
                                    {"order", write_order},   {"tests", print_tests}};
  std::string out;
  for (const Part& part : kParts) {
    if (only.empty() || only == part.name) part.write(rules, out);
  }
  return out;
}

std::string print_hir(const Rules& rules, const Expr& expr) { return write(rules, expr, 0); }

std::string meaning_text(const Rules& rules, const Expr& expr) {
  std::string text = write(rules, expr, 0);
  add_numbers(expr, text);
  return text;
}

}  // namespace segue
