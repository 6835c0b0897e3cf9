#include <fmt/format.h>

#include "compiler/sema/comparisons.h"
#include "compiler/sema/conditions.h"
#include "compiler/sema/instants.h"
#include "compiler/sema/limits.h"
#include "compiler/sema/literals.h"
#include "compiler/sema/operands.h"
#include "compiler/sema/periods.h"
#include "compiler/sema/signals.h"
#include "compiler/sema/windows.h"

namespace segue::sema {

using hir::Expr;
using hir::ExprPtr;
using hir::Op;
using hir::Type;

namespace {

/// Without the parentheses round it.
const ast::Expr& bared(const ast::Expr& expr) {
  const ast::Expr* inner = &expr;
  while (const auto* group = inner->as<ast::Group>()) {
    if (group->inner.where != nullptr) break;
    inner = group->inner.value.get();
  }
  return *inner;
}

/// `first login`, `last (login)`: which signal, and which end of it. Empty for anything else.
struct One {
  Signal what;
  bool last = false;
};

std::optional<One> one_of(Context& context, const Scope& scope, const ast::Expr& expr) {
  Scope inside = scope;
  inside.window = nullptr;
  const ast::Expr& inner = bared(expr);
  if (const auto* ordinal = inner.as<ast::Ordinal>()) {
    return One{signal(context, inside, *ordinal->step), ordinal->last};
  }
  const auto* call = inner.as<ast::Call>();
  if (call == nullptr || call->arguments.size() != 1) return std::nullopt;
  const bool last = call->callee.text == "last";
  if (!last && call->callee.text != "first") return std::nullopt;
  const ast::Filtered& argument = call->arguments[0];
  if (!is_signal(context, scope, *argument.value)) return std::nullopt;
  return One{filtered_signal(context, inside, argument), last};
}

/// A bare trait or, in a filter, any value: what a window of dates may stand behind.
bool may_be_date(const Context& context, const Scope& scope, const ast::Expr& expr) {
  if (const auto* call = bared(expr).as<ast::Call>()) {
    return call->callee.text == "anniversary" || call->callee.text == "date";
  }
  const auto* name = bared(expr).as<ast::NameRef>();
  if (name == nullptr) return false;
  const ast::Name& first = name->path.parts[0];
  if (scope.in_filter()) return true;
  if (!first.quoted && first.text == "traits" && name->path.parts.size() > 1) return true;
  const Declared* declared =
      first.quoted ? nullptr : context.names.find(scope.file, Space::kOperands, first.text);
  return declared != nullptr && declared->kind == NameKind::kTrait;
}

}  // namespace

/// It happened: at least once in the window.
ExprPtr happened(Context& context, const Signal& signal, const OccurrenceWindow& window,
                 Span span) {
  ExprPtr times = count(context, signal, window, span);
  return context.nodes.make(Op::kLessEqual, Type::kTruth, span,
                            {context.nodes.number(1, span), std::move(times)});
}

/// What stands before a window: a signal that happened in it, or a condition of what did.
static ExprPtr happened_or_holds(Context& context, const Scope& inside, const ast::Expr& value,
                                 Span span) {
  if (!is_signal(context, inside, value)) return condition(context, inside, value);
  const Signal what = signal(context, inside, value);
  return happened(context, what, default_window(inside), span);
}

ExprPtr windowed(Context& context, const Scope& scope, const ast::Windowed& windowed, Span span) {
  if (windowed.periods) {
    Scope inside = scope;
    const auto ask = [&](WindowUse& use) {
      inside.window = &use;
      return happened_or_holds(context, inside, *windowed.value, span);
    };
    return in_periods(context, scope, *windowed.periods, ask, span);
  }
  const ast::Window& written = *windowed.window;
  if (may_be_date(context, scope, *windowed.value)) {
    const ExprPtr date = instant_operand(context, scope, operand(context, scope, *windowed.value));
    return date == nullptr ? nullptr : lies_in(context, scope, date, written, false);
  }
  if (scope.in_filter()) {
    report_in_filter(context, span, "a window");
    return nullptr;
  }
  if (const auto one = one_of(context, scope, *windowed.value)) {
    const ExprPtr at = time_of(context, one->what, one->last, windowed.value->span);
    return lies_in(context, scope, at, written, true);
  }
  const auto window = occurrence_window(context, scope, written);
  if (!window) return nullptr;
  WindowUse use{*window};
  Scope inside = scope;
  inside.window = &use;
  ExprPtr made = happened_or_holds(context, inside, *windowed.value, span);
  if (made == nullptr || use.used) return made;
  report_unused_window(context, written.span);
  return nullptr;
}

ExprPtr never(Context& context, const Scope& scope, const ast::Never& never, Span span) {
  ExprPtr times = count(context, signal(context, scope, *never.step), {}, span);
  return context.nodes.make(Op::kEqual, Type::kTruth, span,
                            {std::move(times), context.nodes.number(0, span)});
}

ExprPtr no(Context& context, const Scope& scope, const ast::No& no, Span span) {
  std::optional<OccurrenceWindow> window;
  if (no.window) {
    window = occurrence_window(context, scope, *no.window);
    if (!window) return nullptr;
  } else if (scope.window != nullptr) {
    window = default_window(scope);
  }
  const Signal what = signal(context, scope, *no.step);
  if (!window) {
    const std::string name = context.quote(no.step->span, "it");
    context.report(Code::kE0401, span, "`no` without a window")
        .label("since when?")
        .help(fmt::format("`no {0} within 7d`; `never {0}`; `no {0} for 7d` also wants the user to "
                          "be known for so long",
                          name));
    return nullptr;
  }
  ExprPtr times = count(context, what, *window, span);
  return context.nodes.make(Op::kEqual, Type::kTruth, span,
                            {std::move(times), context.nodes.number(0, span)});
}

/// `no X for D`: none within D, and the user known for D: too little history is not absence.
static ExprPtr absent_for(Context& context, const Scope& scope, const ast::No& no, Duration length,
                          Span span) {
  Nodes& nodes = context.nodes;
  hir::Window window;
  window.kind = hir::Window::Kind::kRolling;
  window.from = length;
  ExprPtr times = count(context, signal(context, scope, *no.step), OccurrenceWindow(window), span);
  ExprPtr none =
      nodes.make(Op::kEqual, Type::kTruth, span, {std::move(times), nodes.number(0, span)});
  ExprPtr since = nodes.make(Op::kKnownSince, Type::kInstant, span, {});
  ExprPtr known_for =
      nodes.make(Op::kSubtract, Type::kDuration, span, {nodes.now(span), std::move(since)});
  ExprPtr known = nodes.make(Op::kLessEqual, Type::kTruth, span,
                             {nodes.duration(length, span), std::move(known_for)});
  return nodes.all_of({std::move(none), std::move(known)}, span);
}

ExprPtr held(Context& context, const Scope& scope, const ast::Held& held, Span span) {
  const auto length = duration(context, scope, held.length);
  const auto* absent = held.condition->as<ast::No>();
  if (absent != nullptr && !absent->window && length) {
    return absent_for(context, scope, *absent, *length, span);
  }
  ExprPtr inner = condition(context, scope, *held.condition);
  if (!length) return nullptr;
  Expr expr;
  expr.op = Op::kHeld;
  expr.span = span;
  expr.duration = *length;
  expr.children = {std::move(inner)};
  return context.nodes.make(std::move(expr));
}

/// The filter is looked at of that one occurrence; a window asks besides where it lies. `was not`
/// is true when it never happened, as every `not` is.
ExprPtr was(Context& context, const Scope& scope, const ast::Was& was, Span span) {
  const auto one = one_of(context, scope, *was.value);
  if (!one) {
    context.report(Code::kE0302, was.value->span, "`was` behind what is no single occurrence")
        .label("the first or the last of what?")
        .help("`last order was (revenue > 100)`");
    return nullptr;
  }
  if (one->what.derived) {
    report_no_properties(context, span, "`was` behind");
    return nullptr;
  }
  if (was.filter.where != nullptr) {
    report_in_filter(context, was.filter.span, "a filtered event");
    return nullptr;
  }
  if (!one->what.ok()) return nullptr;
  Scope inside = scope;
  inside.events = &one->what.events;
  inside.window = nullptr;
  Expr value;
  value.op = Op::kAggregate;
  value.span = span;
  value.aggregate = one->last ? hir::Aggregate::kLast : hir::Aggregate::kFirst;
  value.stream = stream_of(context, one->what);
  value.children = {condition(context, inside, *was.filter.value)};
  ExprPtr made =
      context.nodes.make(Op::kIsTrue, Type::kTruth, span, {context.nodes.make(std::move(value))});
  if (was.negated) made = context.nodes.negate(std::move(made), span);
  if (!was.window) return made;
  const ExprPtr at = time_of(context, one->what, one->last, was.value->span);
  ExprPtr lies = lies_in(context, scope, at, *was.window, true);
  return context.nodes.all_of({std::move(made), std::move(lies)}, span);
}

/// The window behind `on >= n days`, or that of `of the last n days`.
static std::optional<OccurrenceWindow> days_window(Context& context, const Scope& scope,
                                                   const ast::OnDays& days) {
  if (!days.of_last && !days.window) return default_window(scope);
  if (!days.of_last) return occurrence_window(context, scope, *days.window);
  const std::string_view unit = ast::spelling(days.unit.unit);
  const auto last = whole_number(context, scope, *days.of_last, 1, kDaysMax,
                                 fmt::format("the number of {}s looked at", unit));
  if (!last) return std::nullopt;
  OccurrenceWindow window;
  window.kind = hir::Window::Kind::kCalendar;
  window.unit = unit_of(days.unit.unit);
  window.periods = *last;
  window.full = days.full;
  window.zone = zone_of(context, scope);
  return window;
}

ExprPtr on_days(Context& context, const Scope& scope, const ast::OnDays& days, Span span) {
  const auto window = days_window(context, scope, days);
  if (!window) return nullptr;
  Expr expr;
  expr.op = Op::kDays;
  expr.type = Type::kNumber;
  expr.span = span;
  expr.unit = unit_of(days.unit.unit);
  const Signal what = signal(context, scope, *days.value);
  const auto wanted = number(context, scope, days.days);
  if (!what.ok() || !wanted) return nullptr;
  read_window(context, what, *window, expr);
  expr.zone = zone_of(context, scope);
  const Operand left{context.nodes.make(std::move(expr)), std::nullopt, days.value->span};
  const Operand right = operand_of(context, *wanted, wanted->span);
  return compare(context, scope, {days.compare.op, days.compare.span, span, false}, left, right);
}

/// A run that ends with this period or the one before it; two periods more than are asked for tell
/// longer runs from one of that length.
ExprPtr streak(Context& context, const Scope& scope, const ast::Streak& streak, Span span) {
  const Signal what = signal(context, scope, *streak.value);
  const auto length =
      whole_number(context, scope, streak.length, 0, kDaysMax - 2, "the length of a streak");
  const auto wanted = number(context, scope, streak.length);
  if (!what.ok() || !length || !wanted) return nullptr;
  OccurrenceWindow window;
  window.kind = hir::Window::Kind::kCalendar;
  window.unit = unit_of(streak.unit.unit);
  window.periods = *length + 2;
  window.zone = zone_of(context, scope);
  Expr expr;
  expr.op = Op::kStreak;
  expr.type = Type::kNumber;
  expr.span = span;
  read_window(context, what, window, expr);
  const Operand left{context.nodes.make(std::move(expr)), std::nullopt, streak.value->span};
  const Operand right = operand_of(context, *wanted, wanted->span);
  return compare(context, scope, {streak.compare.op, streak.compare.span, span, false}, left,
                 right);
}

}  // namespace segue::sema
