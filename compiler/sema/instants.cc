#include "compiler/sema/instants.h"

#include <fmt/format.h>

#include "compiler/sema/anchors.h"
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

ExprPtr day_number(Context& context, const ExprPtr& value, Span span) {
  if (value == nullptr) return nullptr;
  Expr expr;
  expr.op = Op::kDayNumber;
  expr.type = Type::kNumber;
  expr.span = span;
  expr.zone = hir::kUserZone;
  const bool begins = value->op == Op::kDate && value->zone == hir::kUserZone;
  expr.children = {begins ? value->children[0] : value};
  return context.nodes.make(std::move(expr));
}

namespace {

Operand failed_at(Span span) { return {nullptr, std::nullopt, span}; }

ExprPtr shifted(Context& context, Op op, Duration distance, Span span) {
  Nodes& nodes = context.nodes;
  if (distance.ms == 0) return nodes.now(span);
  return nodes.make(op, Type::kInstant, span, {nodes.now(span), nodes.duration(distance, span)});
}

ExprPtr less(Context& context, ExprPtr left, ExprPtr right, Span span) {
  return context.nodes.make(Op::kLess, Type::kTruth, span, {std::move(left), std::move(right)});
}

ExprPtr less_equal(Context& context, ExprPtr left, ExprPtr right, Span span) {
  return context.nodes.make(Op::kLessEqual, Type::kTruth, span,
                            {std::move(left), std::move(right)});
}

/// T - from < value <= T - to, of a date, which may also lie ahead of T.
ExprPtr rolled(Context& context, const ExprPtr& value, Duration from, Duration to, Span span) {
  ExprPtr begin = shifted(context, Op::kSubtract, from, span);
  ExprPtr end = shifted(context, Op::kSubtract, to, span);
  return context.nodes.all_of({less(context, std::move(begin), value, span),
                               less_equal(context, value, std::move(end), span)},
                              span);
}

ExprPtr age_of(Context& context, const ExprPtr& at, Span span) {
  return context.nodes.make(Op::kSubtract, Type::kDuration, span, {context.nodes.now(span), at});
}

/// The same of an occurrence, by its age: it never lies ahead.
ExprPtr aged(Context& context, const ExprPtr& at, Duration from, Duration to, Span span) {
  Nodes& nodes = context.nodes;
  const ExprPtr age = age_of(context, at, span);
  std::vector<ExprPtr> parts;
  if (from != kForever) parts.push_back(less(context, age, nodes.duration(from, span), span));
  if (to.ms > 0) parts.push_back(less_equal(context, nodes.duration(to, span), age, span));
  return nodes.all_of(std::move(parts), span);
}

/// T < value <= T + ahead
ExprPtr ahead_of(Context& context, const ExprPtr& value, Duration ahead, Span span) {
  ExprPtr end = shifted(context, Op::kAdd, ahead, span);
  return context.nodes.all_of({less(context, context.nodes.now(span), value, span),
                               less_equal(context, value, std::move(end), span)},
                              span);
}

/// The anchor, moved by the bound's offset.
ExprPtr anchor_of(Context& context, const Bound& bound, Span span) {
  if (bound.offset.ms == 0) return bound.anchor;
  const bool back = bound.offset.ms < 0;
  const Duration distance{back ? -bound.offset.ms : bound.offset.ms};
  return context.nodes.make(back ? Op::kSubtract : Op::kAdd, Type::kInstant, span,
                            {bound.anchor, context.nodes.duration(distance, span)});
}

/// T - `ago`; ahead of T if that is negative.
ExprPtr moved_now(Context& context, Duration ago, Span span) {
  if (ago.ms < 0) return shifted(context, Op::kAdd, {-ago.ms}, span);
  return shifted(context, Op::kSubtract, ago, span);
}

ExprPtr from(Context& context, const ExprPtr& value, const Bound& bound, Span span) {
  Nodes& nodes = context.nodes;
  switch (bound.kind) {
    case Bound::Kind::kFixed:
      return less_equal(context, nodes.instant(bound.at, span), value, span);
    case Bound::Kind::kDay:
      return less_equal(context, nodes.number(bound.day.number, span),
                        day_number(context, value, span), span);
    case Bound::Kind::kMoving:
      return less(context, moved_now(context, bound.ago, span), value, span);
    case Bound::Kind::kAnchor:
      break;
  }
  ExprPtr anchor = anchor_of(context, bound, span);
  if (bound.past) return less(context, std::move(anchor), value, span);
  return less_equal(context, std::move(anchor), value, span);
}

ExprPtr until(Context& context, const ExprPtr& value, const Bound& bound, Span span) {
  Nodes& nodes = context.nodes;
  switch (bound.kind) {
    case Bound::Kind::kFixed:
      return less(context, value, nodes.instant(bound.at, span), span);
    case Bound::Kind::kDay:
      return less(context, day_number(context, value, span), nodes.number(bound.day.number, span),
                  span);
    case Bound::Kind::kMoving:
      return less_equal(context, value, moved_now(context, bound.ago, span), span);
    case Bound::Kind::kAnchor:
      break;
  }
  ExprPtr anchor = anchor_of(context, bound, span);
  if (bound.past) return less_equal(context, value, std::move(anchor), span);
  return less(context, value, std::move(anchor), span);
}

/// Of a date `since` says that it lies at or before T; `before`, `after` and `from … to` say
/// nothing of T: `renewal before 2030-01-01` may be still to come.
ExprPtr bounded(Context& context, const Scope& scope, const ExprPtr& value,
                const ast::Window& window, bool occurrence) {
  if (window.next) {
    occurrence_window(context, scope, window);  // reports it
    return nullptr;
  }
  const auto bounds = bounds_of(context, scope, window);
  if (!bounds || value == nullptr) return nullptr;
  const Span span = window.span;
  const auto moves = [](const std::optional<Bound>& bound) {
    return !bound || bound->kind == Bound::Kind::kMoving;
  };
  if (occurrence && moves(bounds->begin) && moves(bounds->end)) {
    return aged(context, value, bounds->begin ? bounds->begin->ago : kForever,
                bounds->end ? bounds->end->ago : Duration{}, span);
  }
  std::vector<ExprPtr> parts;
  if (bounds->begin) parts.push_back(from(context, value, *bounds->begin, span));
  if (bounds->end) parts.push_back(until(context, value, *bounds->end, span));
  if (!occurrence && window.kind == ast::Window::Kind::kSince) {
    parts.push_back(less_equal(context, value, context.nodes.now(span), span));
  }
  return context.nodes.all_of(std::move(parts), span);
}

}  // namespace

Operand moment(Context& context, const Scope& scope, const ast::Moment& moment, Span span) {
  const bool fixed =
      moment.kind == ast::Moment::Kind::kDate || moment.kind == ast::Moment::Kind::kInstant;
  if (!fixed && report_in_item(context, scope, span)) return failed_at(span);
  switch (moment.kind) {
    case ast::Moment::Kind::kNow:
      return {context.nodes.now(span), std::nullopt, span};
    case ast::Moment::Kind::kDate:
      return {nullptr, LocalDay{static_cast<int32_t>(moment.date.days())}, span};
    case ast::Moment::Kind::kInstant:
      return {context.nodes.instant(instant(scope, moment.instant), span), std::nullopt, span};
    case ast::Moment::Kind::kAgo:
      return {shifted(context, Op::kSubtract, {moment.distance.ms}, span), std::nullopt, span};
    case ast::Moment::Kind::kFromNow:
      return {shifted(context, Op::kAdd, {moment.distance.ms}, span), std::nullopt, span};
  }
  return failed_at(span);
}

Operand elapsed(Context& context, const Scope& scope, const ast::Anchor& anchor, Span span) {
  if (scope.in_filter()) {
    report_in_filter(context, span, "`time since`");
    return failed_at(span);
  }
  ExprPtr since = anchor_instant(context, scope, anchor, "time since");
  std::vector<ExprPtr> sides{context.nodes.now(span), std::move(since)};
  return {context.nodes.make(Op::kSubtract, Type::kDuration, span, std::move(sides)), std::nullopt,
          span};
}

Operand ordinal(Context& context, const Scope& scope, const ast::Ordinal& ordinal, Span span) {
  if (scope.in_filter()) {
    report_in_filter(context, span, ordinal.last ? "`last`" : "`first`");
    return failed_at(span);
  }
  Scope inside = scope;
  inside.window = nullptr;
  const Signal what = signal(context, inside, *ordinal.step);
  return {time_of(context, what, ordinal.last, span), std::nullopt, span};
}

ExprPtr instant_operand(Context& context, const Scope& scope, const Operand& value) {
  if (!value.ok()) return nullptr;
  if (value.day) return day_instant(context, scope, *value.day, value.span);
  if ((value.type() == Type::kInstant || value.type() == Type::kAny) && value.divisor == 1) {
    return to_instant(context, scope, value.expr);
  }
  context
      .report(Code::kE0305, value.span,
              fmt::format("{}, where a date is needed", noun(value.type())))
      .label(std::string(noun(value.type())))
      .help("declare it as `date` or `instant` if that is what it holds");
  return nullptr;
}

ExprPtr lies_in(Context& context, const Scope& scope, const ExprPtr& value,
                const ast::Window& window, bool occurrence) {
  const bool looks_back = window.kind == ast::Window::Kind::kWithin ||
                          window.kind == ast::Window::Kind::kBetween ||
                          window.kind == ast::Window::Kind::kSince;
  if (looks_back && report_in_item(context, scope, window.span)) return nullptr;
  if (window.kind == ast::Window::Kind::kWithin && window.next && !occurrence) {
    const auto ahead = duration(context, scope, *window.far);
    return ahead ? ahead_of(context, value, *ahead, window.span) : nullptr;
  }
  if (is_calendar(window)) return in_last_periods(context, scope, value, window);
  switch (window.kind) {
    case ast::Window::Kind::kWithin:
    case ast::Window::Kind::kBetween:
    case ast::Window::Kind::kEver:
      break;
    default:
      return bounded(context, scope, value, window, occurrence);
  }
  const auto checked = occurrence_window(context, scope, window);
  if (!checked || value == nullptr) return nullptr;
  if (checked->kind == hir::Window::Kind::kEver) {
    return context.nodes.make(Op::kExists, Type::kTruth, window.span, {value});
  }
  if (occurrence) return aged(context, value, checked->from, checked->to, window.span);
  return rolled(context, value, checked->from, checked->to, window.span);
}

void report_unused_window(Context& context, Span window) {
  context.report(Code::kE0402, window, "a window behind what has no occurrences")
      .label("nothing here happens at an instant")
      .help("`for 7d` asks how long a condition has held");
}

}  // namespace segue::sema
