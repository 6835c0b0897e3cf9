#include "api/rule_words.h"

#include <fmt/format.h>
#include <cmath>

#include "compiler/diagnostics/json_writer.h"
#include "compiler/sema/ops.h"
#include "runtime/base/text.h"

namespace segue {
namespace {

using hir::Expr;
using hir::Op;

std::string quoted(std::string_view text) { return JsonWriter().text(text).take(); }

std::string bounds_text(const hir::Window& window) {
  if (window.begin && window.end) {
    return fmt::format(" from {} to {}", instant_text(*window.begin), instant_text(*window.end));
  }
  if (window.begin) return " since " + instant_text(*window.begin);
  return window.end ? " before " + instant_text(*window.end) : "";
}

std::string calendar_text(const hir::Window& window) {
  const std::string_view unit = hir::name_of(window.unit);
  if (window.periods > 1) {
    return fmt::format(" in the last {}{} {}s", window.periods, window.full ? " full" : "", unit);
  }
  if (window.unit == CalendarUnit::kDay) return window.full ? " yesterday" : " today";
  return fmt::format(" {} {}", window.full ? "last" : "this", unit);
}

/// A bound of a millisecond is what tells `after` from `since`.
std::string anchored_text(const hir::Rules& rules, const hir::Window& window) {
  const Expr& at = *window.anchor;
  const std::string anchor = leaf_text(rules, at.op == Op::kToInstant ? *at.children[0] : at);
  const int64_t begin = window.after ? window.after->ms : 0;
  const int64_t end = window.before ? window.before->ms : 0;
  if (!window.before) return fmt::format(" {} {}", begin == 0 ? "since" : "after", anchor);
  if (!window.after) return " before " + anchor;
  if (begin < 0) return fmt::format(" within {} before {}", duration_text({-begin}), anchor);
  return fmt::format(" within {} after {}", duration_text({end - begin}), anchor);
}

/// `.revenue`, `.products.price`; nothing of what is calculated.
std::string property_text(const hir::Rules& rules, const Expr& value) {
  switch (value.op) {
    case Op::kProperty:
      return "." + path_text(rules.schema, value.slot.index);
    case Op::kToInstant:
      return property_text(rules, *value.children[0]);
    case Op::kItemSum:
      return fmt::format("{}.{}", property_text(rules, *value.children[0]),
                         fmt::join(value.path, "."));
    default:
      return "";
  }
}

std::string number_text(double number) {
  if (std::trunc(number) == number && std::abs(number) < 1e15) return fmt::format("{:.0f}", number);
  return fmt::format("{}", number);
}

}  // namespace

std::string written(const SourceManager& sources, Span span) {
  std::string out;
  if (!span.file.valid()) return out;
  for (const char c : sources.text(span)) {
    const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (!blank) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  return out;
}

std::string window_text(const hir::Rules& rules, const hir::Window& window) {
  switch (window.kind) {
    case hir::Window::Kind::kEver:
      return "";
    case hir::Window::Kind::kRolling:
      if (window.from == kForever) return fmt::format(" before {} ago", duration_text(window.to));
      if (window.to.ms == 0) return " within " + duration_text(window.from);
      return fmt::format(" between {} and {} ago", duration_text(window.from),
                         duration_text(window.to));
    case hir::Window::Kind::kAbsolute:
      return bounds_text(window);
    case hir::Window::Kind::kCalendar:
      return calendar_text(window);
    case hir::Window::Kind::kAnchored:
      return anchored_text(rules, window);
  }
  return "";
}

std::string leaf_text(const hir::Rules& rules, const Expr& leaf) {
  const auto stream = [&] { return rules.streams[leaf.stream.index].name; };
  switch (leaf.op) {
    case Op::kCount:
      return fmt::format("count({}{})", stream(), window_text(rules, leaf.window));
    case Op::kStreak:
      return fmt::format("streak of {} in {}s", stream(), hir::name_of(leaf.window.unit));
    case Op::kToInstant:
      return leaf_text(rules, *leaf.children[0]);
    case Op::kDays:
      return fmt::format("{}s of {}{}", hir::name_of(leaf.unit), stream(),
                         window_text(rules, leaf.window));
    case Op::kDecayed:
      return fmt::format("{} with half-life {}{}", stream(), duration_text(leaf.duration),
                         leaf.cap == 0 ? "" : fmt::format(", newest {}", leaf.cap));
    case Op::kTimeOf:
      return fmt::format("{} {}", name_of(leaf.aggregate), stream());
    case Op::kTrait:
      return path_text(rules.schema, leaf.slot.index);
    case Op::kScore:
      return rules.scores[leaf.score.index].name;
    case Op::kKnownSince:
      return "known since";
    case Op::kAggregate: {
      const std::string path = property_text(rules, *leaf.children[0]);
      if (leaf.aggregate == hir::Aggregate::kPercentile) {
        return fmt::format("percentile({}%, {}{}{})", leaf.fraction * 100, stream(), path,
                           window_text(rules, leaf.window));
      }
      return fmt::format("{}({}{}{})", name_of(leaf.aggregate), stream(), path,
                         window_text(rules, leaf.window));
    }
    default:
      return "";
  }
}

std::string datum_text(const naive::Datum& datum, Instant now) {
  switch (datum.kind) {
    case naive::Datum::Kind::kMissing:
      return "missing";
    case naive::Datum::Kind::kTruth:
      return datum.truth ? "true" : "false";
    case naive::Datum::Kind::kNumber:
      return datum.exact ? to_text(*datum.exact) : number_text(datum.number);
    case naive::Datum::Kind::kText:
      return quoted(datum.text);
    case naive::Datum::Kind::kInstant:
      return format_instant({datum.ms_at(now)});
    case naive::Datum::Kind::kDuration:
      return duration_text({datum.ms_at(now)});
    case naive::Datum::Kind::kOther:
      return datum.list != nullptr ? json_text(*datum.list) : "a record";
  }
  return {};
}

std::string json_text(const Value& value) {
  switch (value.tag) {
    case ValueTag::kAbsent:
    case ValueTag::kMissing:
      return "null";
    case ValueTag::kFalse:
      return "false";
    case ValueTag::kTrue:
      return "true";
    case ValueTag::kText:
      return quoted(value.text);
    case ValueTag::kNumber:
    case ValueTag::kList:
    case ValueTag::kRecord:
      return std::string(value.text);
  }
  return {};
}

std::string path_text(const InputSchema& schema, uint32_t slot) {
  return fmt::format("{}", fmt::join(schema.slots[slot].path, "."));
}

}  // namespace segue
