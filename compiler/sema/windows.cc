#include "compiler/sema/windows.h"

#include <fmt/format.h>

#include "compiler/sema/anchors.h"
#include "compiler/sema/limits.h"
#include "compiler/sema/literals.h"
#include "compiler/sema/ops.h"
#include "compiler/sema/signals.h"
#include "runtime/base/text.h"

namespace segue::sema {

using hir::Op;
using hir::Window;

namespace {

Window rolling(Duration from, Duration to) {
  Window window;
  window.kind = Window::Kind::kRolling;
  window.from = from;
  window.to = to;
  return window;
}

std::optional<OccurrenceWindow> between(Context& context, const Scope& scope,
                                        const ast::Window& window) {
  const auto far = duration(context, scope, *window.far);
  const auto near = duration(context, scope, *window.near, true);
  if (!far || !near) return std::nullopt;
  if (*far <= *near) {
    context.report(Code::kE0403, window.span, "a window that ends before it begins")
        .label("the longer distance comes first")
        .help(fmt::format("`between {} and {} ago`", duration_text(*near), duration_text(*far)));
    return std::nullopt;
  }
  return rolling(*far, *near);
}

std::optional<OccurrenceWindow> within(Context& context, const Scope& scope,
                                       const ast::Window& window) {
  const auto far = duration(context, scope, *window.far);
  if (!far) return std::nullopt;
  if (!window.next) return rolling(*far, {});
  context.report(Code::kE0402, window.span, "`within next` behind something that happens")
      .label("only a date can lie ahead")
      .help(fmt::format("for what has happened: `within {}`", duration_text(*far)));
  return std::nullopt;
}

std::optional<OccurrenceWindow> calendar(Context& context, const Scope& scope,
                                         const ast::Window& window) {
  const auto periods = periods_of(context, scope, window);
  if (!periods) return std::nullopt;
  OccurrenceWindow result;
  result.kind = Window::Kind::kCalendar;
  result.unit = periods->unit;
  result.periods = periods->count;
  result.full = periods->full;
  result.zone = zone_of(context, scope);
  return result;
}

void report_backwards(Context& context, Span span) {
  context.report(Code::kE0403, span, "a window that ends before it begins")
      .label("the earlier one comes first");
}

std::optional<OccurrenceWindow> moving(Context& context, const Bounds& bounds, Span span) {
  const Duration from = bounds.begin ? bounds.begin->ago : kForever;
  const Duration to = bounds.end ? bounds.end->ago : Duration{};
  if (to.ms < 0 || from.ms < 0) {
    context.report(Code::kE0402, span, "a window that reaches ahead, behind something that happens")
        .label("only a date can lie ahead");
    return std::nullopt;
  }
  if (from <= to) {
    report_backwards(context, span);
    return std::nullopt;
  }
  return rolling(from, to);
}

std::optional<OccurrenceWindow> anchored(Context& context, const Bounds& bounds, Span span) {
  const Bound& first = bounds.begin ? *bounds.begin : *bounds.end;
  if (!stays(*first.anchor)) {
    context.report(Code::kE0408, span, "a window whose end moves with time")
        .label("an occurrence, a trait or a date stays where it is")
        .help("`5d ago` and `within 5d` move with time by themselves");
    return std::nullopt;
  }
  const auto offset = [](const Bound& bound) {
    return Duration{bound.offset.ms + (bound.past ? 1 : 0)};
  };
  OccurrenceWindow result;
  result.kind = Window::Kind::kAnchored;
  result.anchor = first.anchor;
  if (bounds.begin) result.after = offset(*bounds.begin);
  if (bounds.end) result.before = offset(*bounds.end);
  if (context.anchors != nullptr) context.anchors->push_back(result.anchor);
  return result;
}

/// Dates and instants of the rule. A user's own days are not instants: they are asked of each
/// occurrence.
std::optional<OccurrenceWindow> absolute(Context& context, const Bounds& bounds, Span span) {
  OccurrenceWindow result;
  const auto set = [&](const Bound& bound, std::optional<Instant>& at,
                       std::optional<LocalDay>& day) {
    if (bound.kind == Bound::Kind::kDay) {
      day = bound.day;
      return;
    }
    result.kind = Window::Kind::kAbsolute;
    at = bound.at;
  };
  if (bounds.begin) set(*bounds.begin, result.begin, result.first_day);
  if (bounds.end) set(*bounds.end, result.end, result.end_day);
  const bool empty = result.begin && result.end && *result.end <= *result.begin;
  const bool no_day = result.first_day && result.end_day && *result.end_day <= *result.first_day;
  if (empty || no_day) {
    report_backwards(context, span);
    return std::nullopt;
  }
  return result;
}

std::optional<OccurrenceWindow> bounded(Context& context, const Scope& scope,
                                        const ast::Window& window) {
  if (window.next) {
    context.report(Code::kE0402, window.span, "`next` in a window round an anchor")
        .label("`before` and `after` say which side is meant");
    return std::nullopt;
  }
  const auto bounds = bounds_of(context, scope, window);
  if (!bounds) return std::nullopt;
  const auto is = [&](Bound::Kind kind) {
    return (!bounds->begin || bounds->begin->kind == kind) &&
           (!bounds->end || bounds->end->kind == kind);
  };
  const auto is_day = [](const std::optional<Bound>& bound) {
    return !bound || bound->kind == Bound::Kind::kFixed || bound->kind == Bound::Kind::kDay;
  };
  if (is_day(bounds->begin) && is_day(bounds->end)) return absolute(context, *bounds, window.span);
  if (is(Bound::Kind::kMoving)) return moving(context, *bounds, window.span);
  const bool one = !bounds->begin || !bounds->end || bounds->begin->anchor == bounds->end->anchor;
  if (is(Bound::Kind::kAnchor) && one) return anchored(context, *bounds, window.span);
  context.report(Code::kE0408, window.span, "a window between two ends of different sorts")
      .label("one of them moves, and not with the other")
      .help("`since …`, `within 7d after …`, `from 14d ago to 7d ago`");
  return std::nullopt;
}

/// Newest occurrences that count; 0 if all do.
uint32_t cap_of(const hir::Expr& expr) {
  const bool by_day = expr.op == Op::kDays || expr.op == Op::kStreak;
  if (expr.op == Op::kAggregate && hir::keeps_values(expr.aggregate)) return kWindowCap;
  if (expr.window.kind == Window::Kind::kEver) return 0;
  return by_day && expr.window.kind == Window::Kind::kCalendar ? 0 : kWindowCap;
}

/// The occurrences that lie on those days of a user's own calendar.
hir::ExprPtr on_days_of(Context& context, const hir::ExprPtr& predicate,
                        const OccurrenceWindow& window) {
  const auto key = [](const std::optional<LocalDay>& day) { return day ? day->number : INT32_MAX; };
  hir::ExprPtr& made =
      context.days_of[{predicate.get(), key(window.first_day), key(window.end_day)}];
  if (made != nullptr) return made;
  Nodes& nodes = context.nodes;
  const Span span = predicate->span;
  hir::Expr number;
  number.op = Op::kDayNumber;
  number.type = hir::Type::kNumber;
  number.span = span;
  number.zone = hir::kUserZone;
  number.children = {nodes.now(span)};
  const hir::ExprPtr day = nodes.make(std::move(number));
  std::vector<hir::ExprPtr> parts{predicate};
  if (window.first_day) {
    parts.push_back(nodes.make(Op::kLessEqual, hir::Type::kTruth, span,
                               {nodes.number(window.first_day->number, span), day}));
  }
  if (window.end_day) {
    parts.push_back(nodes.make(Op::kLess, hir::Type::kTruth, span,
                               {day, nodes.number(window.end_day->number, span)}));
  }
  made = nodes.all_of(std::move(parts), span);
  return made;
}

/// The stream of the steps on those days; empty for what is no sequence of events.
std::optional<hir::StreamId> sequence_on_days(Context& context, hir::StreamId id,
                                              const OccurrenceWindow& window) {
  hir::Stream sequence = context.nodes.streams()[id.index];
  if (sequence.kind != hir::Stream::Kind::kSequence || sequence.absence) return std::nullopt;
  const auto filter = [&](hir::StreamId& step) {
    const hir::Stream events = context.nodes.streams()[step.index];
    if (events.kind != hir::Stream::Kind::kEvents) return false;
    const hir::ExprPtr inside = on_days_of(context, events.predicate, window);
    if (inside == nullptr) return false;
    step = context.nodes.stream_of(inside, events.name, events.span);
    return true;
  };
  for (hir::Stream::Step& step : sequence.steps) {
    if (!filter(step.stream)) return std::nullopt;
    for (hir::StreamId& other : step.without) {
      if (!filter(other)) return std::nullopt;
    }
  }
  return context.nodes.add(std::move(sequence));
}

/// By UTC, for what has no events of its own to ask.
Window days_of_utc(const OccurrenceWindow& window) {
  Window result = window;
  result.kind = Window::Kind::kAbsolute;
  const auto begin = [](LocalDay day) { return Instant{day.number * kDayMs}; };
  if (window.first_day) result.begin = begin(*window.first_day);
  if (window.end_day) result.end = begin(*window.end_day);
  return result;
}

}  // namespace

CalendarUnit unit_of(ast::CalendarUnit unit) {
  switch (unit) {
    case ast::CalendarUnit::kDay:
      return CalendarUnit::kDay;
    case ast::CalendarUnit::kWeek:
      return CalendarUnit::kWeek;
    case ast::CalendarUnit::kMonth:
      return CalendarUnit::kMonth;
    case ast::CalendarUnit::kQuarter:
      return CalendarUnit::kQuarter;
    case ast::CalendarUnit::kYear:
      return CalendarUnit::kYear;
  }
  return CalendarUnit::kDay;
}

bool by_user_zone(const Context& context, const Scope& scope) {
  return context.by_user_zone[scope.file];
}

hir::ZoneId zone_of(Context& context, const Scope& scope) {
  if (by_user_zone(context, scope)) return hir::kUserZone;
  return context.nodes.zone(scope.zone->name);
}

bool is_calendar(const ast::Window& window) {
  switch (window.kind) {
    case ast::Window::Kind::kInTheLast:
    case ast::Window::Kind::kThis:
    case ast::Window::Kind::kLast:
    case ast::Window::Kind::kToday:
    case ast::Window::Kind::kYesterday:
      return true;
    default:
      return false;
  }
}

std::optional<Periods> periods_of(Context& context, const Scope& scope, const ast::Window& window) {
  switch (window.kind) {
    case ast::Window::Kind::kInTheLast: {
      const auto count =
          whole_number(context, scope, *window.count, 1, kDaysMax,
                       fmt::format("the number of {}s looked at", ast::spelling(window.unit.unit)));
      if (!count) return std::nullopt;
      return Periods{unit_of(window.unit.unit), *count, window.full};
    }
    case ast::Window::Kind::kThis:
      return Periods{unit_of(window.unit.unit), 1, false};
    case ast::Window::Kind::kLast:
      return Periods{unit_of(window.unit.unit), 1, true};
    case ast::Window::Kind::kYesterday:
      return Periods{CalendarUnit::kDay, 1, true};
    default:
      return Periods{};
  }
}

std::optional<OccurrenceWindow> occurrence_window(Context& context, const Scope& scope,
                                                  const ast::Window& window) {
  switch (window.kind) {
    case ast::Window::Kind::kWithin:
      return within(context, scope, window);
    case ast::Window::Kind::kBetween:
      return between(context, scope, window);
    case ast::Window::Kind::kEver:
      return OccurrenceWindow{};
    case ast::Window::Kind::kSince:
    case ast::Window::Kind::kBefore:
    case ast::Window::Kind::kAfter:
    case ast::Window::Kind::kFromTo:
    case ast::Window::Kind::kWithinBefore:
    case ast::Window::Kind::kWithinAfter:
      return bounded(context, scope, window);
    case ast::Window::Kind::kInTheLast:
    case ast::Window::Kind::kThis:
    case ast::Window::Kind::kLast:
    case ast::Window::Kind::kToday:
    case ast::Window::Kind::kYesterday:
      return calendar(context, scope, window);
  }
  return std::nullopt;
}

void read_window(Context& context, const Signal& signal, const OccurrenceWindow& window,
                 hir::Expr& expr) {
  expr.window = window;
  if (hir::names_zone(expr) && window.kind == Window::Kind::kCalendar) expr.zone = window.zone;
  std::optional<hir::StreamId> stream;
  if (window.first_day || window.end_day) {
    if (signal.derived) {
      stream = sequence_on_days(context, *signal.derived, window);
      if (!stream) expr.window = days_of_utc(window);
    } else if (const hir::ExprPtr inside = on_days_of(context, signal.predicate, window)) {
      stream = context.nodes.stream_of(inside, signal.name, signal.span);
    }
  }
  expr.stream = stream ? *stream : stream_of(context, signal);
  expr.cap = cap_of(expr);
}

OccurrenceWindow default_window(const Scope& scope) {
  if (scope.window == nullptr) return {};
  scope.window->used = true;
  return scope.window->window;
}

}  // namespace segue::sema
