#include "compiler/sema/anchors.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/instants.h"
#include "compiler/sema/limits.h"
#include "compiler/sema/literals.h"
#include "compiler/sema/operands.h"
#include "compiler/sema/properties.h"
#include "compiler/sema/signals.h"
#include "compiler/sema/windows.h"

namespace segue::sema {

using hir::Expr;
using hir::ExprPtr;
using hir::Op;
using hir::Type;

namespace {

/// Longer than every day, shorter than two.
constexpr Duration kDayAndHalf{36 * 3'600'000};

/// What an anchor is: a bound before which nothing of it lies, and one behind all of it.
struct Edge {
  Bound begin;
  Bound end;
};

Edge edge_at(Instant first, Instant behind) {
  Edge edge;
  edge.begin.at = first;
  edge.end.at = behind;
  return edge;
}

Edge edge_of_day(const Context& context, const Scope& scope, LocalDay day) {
  if (!by_user_zone(context, scope)) return edge_at(day_begin(scope, day), day_end(scope, day));
  Edge edge;
  edge.begin.kind = edge.end.kind = Bound::Kind::kDay;
  edge.begin.day = day;
  edge.end.day = {day.number + 1};
  return edge;
}

Edge edge_ago(Duration ago) {
  Edge edge;
  edge.begin.kind = edge.end.kind = Bound::Kind::kMoving;
  edge.begin.ago = edge.end.ago = ago;
  return edge;
}

Edge edge_of_anchor(ExprPtr anchor) {
  Edge edge;
  edge.begin.kind = edge.end.kind = Bound::Kind::kAnchor;
  edge.begin.anchor = edge.end.anchor = std::move(anchor);
  edge.end.past = true;
  return edge;
}

/// The first instant of the local day that the date `value` lies in, or of the next one.
ExprPtr day_of(Context& context, const Scope& scope, const ExprPtr& value, bool next) {
  const auto date = [&](ExprPtr of) {
    Expr expr;
    expr.op = Op::kDate;
    expr.type = Type::kInstant;
    expr.span = value->span;
    expr.zone = zone_of(context, scope);
    expr.children = {std::move(of)};
    return context.nodes.make(std::move(expr));
  };
  ExprPtr begin = date(value);
  if (!next) return begin;
  std::vector<ExprPtr> sides{std::move(begin), context.nodes.duration(kDayAndHalf, value->span)};
  return date(context.nodes.make(Op::kAdd, Type::kInstant, value->span, std::move(sides)));
}

void report_which(Context& context, const Scope& scope, const ast::Path& path,
                  std::string_view word) {
  const ast::Name& first = path.parts[0];
  const Declared* declared = context.names.find(scope.file, Space::kOperands, first.text);
  if (declared == nullptr) return report_unknown(context, scope, first, "name");
  const std::string_view last = word.substr(word.rfind(' ') + 1);
  auto& found =
      context.report(Code::kE0305, path.span,
                     fmt::format("`{} {}` does not say {} which", word, path.dotted(), last));
  found.label("the first or the last?");
  found.help(fmt::format("`{0} last {1}`, `{0} first {1}`", word, path.dotted()));
}

/// The trait, or in a filter the property, that a path names.
Operand path_value(Context& context, const Scope& scope, const ast::Path& path,
                   std::string_view word) {
  const std::span<const ast::Name> parts(path.parts);
  if (parts.size() > 1 && !parts[0].quoted && parts[0].text == "traits") {
    return trait(context, scope, parts.subspan(1), path.span);
  }
  if (scope.in_filter()) return filter_value(context, scope, path);
  const Declared* declared = context.names.find(scope.file, Space::kOperands, parts[0].text);
  if (declared != nullptr && declared->kind == NameKind::kTrait) {
    return trait(context, scope, parts, path.span);
  }
  report_which(context, scope, path, word);
  return {nullptr, std::nullopt, path.span};
}

bool is_date(const Operand& value) {
  return value.declared != nullptr && value.declared->name.kind == ast::TypeName::Kind::kNamed &&
         value.declared->name.name.text == "date";
}

}  // namespace

bool stays(const Expr& value) {
  switch (value.op) {
    case Op::kTimeOf:
    case Op::kTrait:
    case Op::kLiteral:
      return true;
    case Op::kAggregate:
      return value.window.kind == hir::Window::Kind::kEver;
    case Op::kToInstant:
    case Op::kDate:
      return stays(*value.children[0]);
    case Op::kAdd:
    case Op::kSubtract:
      return stays(*value.children[0]) && stays(*value.children[1]);
    default:
      return false;
  }
}

namespace {

/// Equal anchors are one node, so that equal windows are one.
ExprPtr shared(Context& context, const ExprPtr& anchor) {
  if (anchor == nullptr) return nullptr;
  const Expr& inner = anchor->op == Op::kToInstant ? *anchor->children[0] : *anchor;
  if (inner.op != Op::kTimeOf && inner.op != Op::kTrait) return anchor;
  const uint32_t which = inner.op == Op::kTrait ? inner.slot.index : inner.stream.index;
  const bool last = inner.aggregate == hir::Aggregate::kLast;
  const uint32_t zone = anchor->op == Op::kToInstant ? anchor->zone.index : 0;
  return context.anchor_nodes.try_emplace({inner.op, last, which, zone}, anchor).first->second;
}

std::optional<Edge> edge_of_path(Context& context, const Scope& scope, const ast::Anchor& anchor,
                                 std::string_view word) {
  const Operand value = path_value(context, scope, anchor.path, word);
  const ExprPtr at = shared(context, instant_operand(context, scope, value));
  if (at == nullptr) return std::nullopt;
  Edge edge = edge_of_anchor(at);
  if (is_date(value)) {
    edge.end.anchor = day_of(context, scope, at, true);
    edge.end.past = false;
  }
  return edge;
}

std::optional<Edge> edge_of_param(Context& context, const Scope& scope, const ast::Anchor& anchor) {
  const Constant value = constant(context, scope, anchor.param);
  if (value.failed) return std::nullopt;
  if (value.day) return edge_of_day(context, scope, *value.day);
  if (value.literal.type == Type::kInstant) {
    return edge_at(value.literal.instant, {value.literal.instant.ms + 1});
  }
  context.report(Code::kE0309, anchor.span, fmt::format("{} where a date is needed", noun(value)))
      .label("not a date or an instant");
  return std::nullopt;
}

std::optional<Edge> edge_of_moment(Context& context, const Scope& scope,
                                   const ast::Moment& moment) {
  const bool fixed =
      moment.kind == ast::Moment::Kind::kDate || moment.kind == ast::Moment::Kind::kInstant;
  if (!fixed && report_in_item(context, scope, moment.span)) return std::nullopt;
  switch (moment.kind) {
    case ast::Moment::Kind::kDate:
      return edge_of_day(context, scope, {static_cast<int32_t>(moment.date.days())});
    case ast::Moment::Kind::kInstant: {
      const Instant at = instant(scope, moment.instant);
      return edge_at(at, {at.ms + 1});
    }
    case ast::Moment::Kind::kNow:
      return edge_ago({});
    case ast::Moment::Kind::kAgo:
      return edge_ago({moment.distance.ms});
    case ast::Moment::Kind::kFromNow:
      return edge_ago({-moment.distance.ms});
  }
  return std::nullopt;
}

/// Empty if it was reported.
std::optional<Edge> edge_of(Context& context, const Scope& scope, const ast::Anchor& anchor,
                            std::string_view word) {
  switch (anchor.kind) {
    case ast::Anchor::Kind::kMoment:
      return edge_of_moment(context, scope, anchor.moment);
    case ast::Anchor::Kind::kParam:
      return edge_of_param(context, scope, anchor);
    case ast::Anchor::Kind::kPath:
      return edge_of_path(context, scope, anchor, word);
    case ast::Anchor::Kind::kFirst:
    case ast::Anchor::Kind::kLast: {
      const bool last = anchor.kind == ast::Anchor::Kind::kLast;
      if (scope.in_filter()) {
        report_in_filter(context, anchor.span, last ? "`last`" : "`first`");
        return std::nullopt;
      }
      Scope inside = scope;
      inside.window = nullptr;
      const Signal what = signal(context, inside, *anchor.step);
      const ExprPtr at = shared(context, time_of(context, what, last, anchor.span));
      if (at == nullptr) return std::nullopt;
      return edge_of_anchor(at);
    }
  }
  return std::nullopt;
}

/// `distance` later. Of a day in a user's own zone by the clock, so it is no day any more.
Bound moved(Context& context, const Scope& scope, Bound bound, Duration distance, Span span) {
  switch (bound.kind) {
    case Bound::Kind::kFixed:
      bound.at.ms += distance.ms;
      break;
    case Bound::Kind::kMoving:
      bound.ago.ms -= distance.ms;
      break;
    case Bound::Kind::kDay:
      bound.kind = Bound::Kind::kAnchor;
      bound.anchor = day_instant(context, scope, bound.day, span);
      [[fallthrough]];
    case Bound::Kind::kAnchor:
      bound.offset.ms += distance.ms;
      break;
  }
  return bound;
}

std::string_view word_of(ast::Window::Kind kind) {
  switch (kind) {
    case ast::Window::Kind::kSince:
      return "since";
    case ast::Window::Kind::kBefore:
    case ast::Window::Kind::kWithinBefore:
      return "before";
    case ast::Window::Kind::kFromTo:
      return "from";
    default:
      return "after";
  }
}

}  // namespace

std::optional<Bounds> bounds_of(Context& context, const Scope& scope, const ast::Window& window) {
  using Kind = ast::Window::Kind;
  const std::string_view word = word_of(window.kind);
  const std::optional<Edge> first = edge_of(context, scope, *window.anchor, word);
  std::optional<Edge> second;
  if (window.until) second = edge_of(context, scope, *window.until, "to");
  std::optional<Duration> distance;
  if (window.far) distance = duration(context, scope, *window.far);
  const bool wanted = !window.until || second;
  if (!first || !wanted || (window.far && !distance)) return std::nullopt;
  const auto far_from = [&](const Bound& bound, int64_t ms) {
    return moved(context, scope, bound, {ms}, window.span);
  };
  const Bound& side = window.kind == Kind::kWithinBefore ? first->begin : first->end;
  Bound near = side;
  if (distance) near = far_from(side, 0);
  switch (window.kind) {
    case Kind::kSince:
      return Bounds{first->begin, std::nullopt};
    case Kind::kAfter:
      return Bounds{first->end, std::nullopt};
    case Kind::kBefore:
      return Bounds{std::nullopt, first->begin};
    case Kind::kWithinBefore:
      return Bounds{far_from(near, -distance->ms), near};
    case Kind::kWithinAfter:
      return Bounds{near, far_from(near, distance->ms)};
    default:
      return Bounds{first->begin, second->end};
  }
}

ExprPtr anchor_instant(Context& context, const Scope& scope, const ast::Anchor& anchor,
                       std::string_view word) {
  const std::optional<Edge> edge = edge_of(context, scope, anchor, word);
  if (!edge) return nullptr;
  const Bound& begin = edge->begin;
  switch (begin.kind) {
    case Bound::Kind::kFixed:
      return context.nodes.instant(begin.at, anchor.span);
    case Bound::Kind::kDay:
      return day_instant(context, scope, begin.day, anchor.span);
    case Bound::Kind::kMoving: {
      Nodes& nodes = context.nodes;
      return nodes.make(Op::kSubtract, Type::kInstant, anchor.span,
                        {nodes.now(anchor.span), nodes.duration(begin.ago, anchor.span)});
    }
    case Bound::Kind::kAnchor:
      return begin.anchor;
  }
  return nullptr;
}

ExprPtr day_instant(Context& context, const Scope& scope, LocalDay day, Span span) {
  if (!by_user_zone(context, scope)) return context.nodes.instant(day_begin(scope, day), span);
  const CivilDate date = civil_of(day);
  hir::Literal literal;
  literal.type = Type::kText;
  literal.text = fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
  Expr expr;
  expr.op = Op::kToInstant;
  expr.type = Type::kInstant;
  expr.span = span;
  expr.zone = hir::kUserZone;
  expr.children = {context.nodes.literal(std::move(literal), span)};
  return context.nodes.make(std::move(expr));
}

ExprPtr with_anchors(Context& context, const std::vector<ExprPtr>& anchors, ExprPtr made,
                     Span span) {
  if (anchors.empty()) return made;
  std::vector<ExprPtr> parts;
  std::vector<const Expr*> known;
  for (const ExprPtr& anchor : anchors) {
    if (std::find(known.begin(), known.end(), anchor.get()) != known.end()) continue;
    known.push_back(anchor.get());
    parts.push_back(context.nodes.make(Op::kExists, Type::kTruth, span, {anchor}));
  }
  parts.push_back(std::move(made));
  return context.nodes.all_of(std::move(parts), span);
}

}  // namespace segue::sema
