#include "compiler/sema/operands.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/conditions.h"
#include "compiler/sema/functions.h"
#include "compiler/sema/instants.h"
#include "compiler/sema/literals.h"
#include "compiler/sema/periods.h"
#include "compiler/sema/properties.h"
#include "compiler/sema/signals.h"
#include "compiler/sema/windows.h"

namespace segue::sema {

using hir::Expr;
using hir::ExprPtr;
using hir::Op;
using hir::Type;

namespace {

Operand failed_at(Span span) { return {nullptr, std::nullopt, span}; }

Operand counted(Context& context, const Scope& scope, const ast::Expr& expr) {
  if (scope.in_filter()) {
    report_in_filter(context, expr.span, "a count of events");
    return failed_at(expr.span);
  }
  const Signal what = signal(context, scope, expr);
  if (!what.ok()) return failed_at(expr.span);
  return {count(context, what, default_window(scope), expr.span), std::nullopt, expr.span};
}

Operand score(Context& context, const Declared& declared, Span span) {
  Expr expr;
  expr.op = Op::kScore;
  expr.type = Type::kNumber;
  expr.span = span;
  expr.score = {declared.index};
  return {context.nodes.make(std::move(expr)), std::nullopt, span};
}

void report_property(Context& context, const ast::Path& path) {
  const std::string written = context.quote(path.span, path.dotted());
  context
      .report(Code::kE0310, path.span, fmt::format("`{}` has a value at each occurrence", written))
      .label("which one is meant?")
      .help(fmt::format("`last({})`, `first({})`, `sum({})`, …", written, written, written));
}

/// A bare name in a condition: a trait, a score; events and signals were taken before.
Operand condition_name(Context& context, const Scope& scope, const ast::Path& path) {
  const ast::Name& first = path.parts[0];
  const Declared* declared =
      first.quoted ? nullptr : context.names.find(scope.file, Space::kOperands, first.text);
  if (declared == nullptr && !first.quoted) {
    report_unknown(context, scope, first, scope.window != nullptr ? "event" : "name");
    return failed_at(path.span);
  }
  if (declared == nullptr || declared->kind == NameKind::kEvent ||
      declared->kind == NameKind::kSignal) {
    report_property(context, path);
    return failed_at(path.span);
  }
  if (declared->kind == NameKind::kTrait) {
    return trait(context, scope, path.parts, path.span);
  }
  if (path.parts.size() > 1) {
    context
        .report(Code::kE0303, path.span,
                fmt::format("`{}` is {} and has no parts", first.text, noun(declared->kind)))
        .label("nothing of it has a name");
    return failed_at(path.span);
  }
  return score(context, *declared, path.span);
}

Operand name_operand(Context& context, const Scope& scope, const ast::Expr& expr,
                     const ast::Path& path) {
  const ast::Name& first = path.parts[0];
  if (path.parts.size() > 1 && !first.quoted && first.text == "traits") {
    return trait(context, scope, std::span(path.parts).subspan(1), path.span);
  }
  if (scope.in_filter()) return filter_value(context, scope, path);
  if (is_signal(context, scope, expr)) return counted(context, scope, expr);
  return condition_name(context, scope, path);
}

Operand grouped(Context& context, const Scope& scope, const ast::Expr& expr,
                const ast::Group& group) {
  if (!scope.in_filter() && is_signal(context, scope, expr)) return counted(context, scope, expr);
  if (group.inner.where != nullptr) {
    report_in_filter(context, expr.span, "a filtered event");
    return failed_at(expr.span);
  }
  Operand inner = operand(context, scope, *group.inner.value);
  inner.span = expr.span;
  return inner;
}

/// A window inside a value: `(login within 7d) >= 3`.
Operand windowed_value(Context& context, const Scope& scope, const ast::Windowed& windowed,
                       Span span) {
  if (scope.in_filter()) {
    report_in_filter(context, span, "a window");
    return failed_at(span);
  }
  if (windowed.periods) {
    report_periods(context, *windowed.periods);
    return failed_at(span);
  }
  const auto window = occurrence_window(context, scope, *windowed.window);
  if (!window) return failed_at(span);
  WindowUse use{*window};
  Scope inside = scope;
  inside.window = &use;
  Operand value = operand(context, inside, *windowed.value);
  if (value.ok() && !use.used) report_unused_window(context, windowed.window->span);
  return use.used ? value : failed_at(span);
}

Operand no_value(Context& context, const ast::Expr& expr) {
  context.report(Code::kE0303, expr.span, "a condition, where a value is needed")
      .label("is true or false, nothing to compare or add");
  return failed_at(expr.span);
}

}  // namespace

namespace {

/// Whether an event that may be the one at hand declares a property of that name.
bool declares(const EventSet& events, const ast::Name& name) {
  return std::any_of(events.declared.begin(), events.declared.end(), [&](const Declared* event) {
    return find_field(event->decl->as<ast::EventDecl>()->fields, name) != nullptr;
  });
}

std::optional<Op> part_of_time(std::string_view name) {
  if (name == "hour") return Op::kHour;
  if (name == "weekday") return Op::kWeekday;
  if (name == "date") return Op::kDate;
  return std::nullopt;
}

}  // namespace

Operand filter_value(Context& context, const Scope& scope, const ast::Path& path) {
  if (scope.items != nullptr) return item(context, scope, *scope.items, path.parts, path.span);
  const ast::Name& first = path.parts[0];
  if (path.is_bare() && first.text == "event") {
    return {context.nodes.make(Op::kEventName, Type::kText, path.span, {}), std::nullopt,
            path.span};
  }
  const auto part = path.is_bare() ? part_of_time(first.text) : std::nullopt;
  if (part && !declares(*scope.events, first)) {
    ExprPtr now = context.nodes.now(path.span);
    return {local_time(context, scope, *part, std::move(now), path.span), std::nullopt, path.span};
  }
  return property(context, scope, *scope.events, path.parts, path.span);
}

ExprPtr count(Context& context, const Signal& signal, const OccurrenceWindow& window, Span span) {
  if (!signal.ok()) return nullptr;
  Expr expr;
  expr.op = Op::kCount;
  expr.type = Type::kNumber;
  expr.span = span;
  read_window(context, signal, window, expr);
  return context.nodes.make(std::move(expr));
}

ExprPtr time_of(Context& context, const Signal& signal, bool last, Span span) {
  if (!signal.ok()) return nullptr;
  Expr expr;
  expr.op = Op::kTimeOf;
  expr.type = Type::kInstant;
  expr.span = span;
  expr.stream = stream_of(context, signal);
  expr.aggregate = last ? hir::Aggregate::kLast : hir::Aggregate::kFirst;
  return context.nodes.make(std::move(expr));
}

bool report_in_item(Context& context, const Scope& scope, Span span) {
  if (scope.items == nullptr) return false;
  context.report(Code::kE0406, span, "a question about time inside a filter of items")
      .label("moves with time; items are looked at when they come in")
      .help("compare with a date: `any renewals where (at > 2025-06-01)`");
  return true;
}

void report_in_filter(Context& context, Span span, std::string_view what) {
  context.report(Code::kE0406, span, fmt::format("{} inside a filter", what))
      .label("a filter looks at one event, not at the history")
      .help("in a condition beside the filter it can be asked: `(x where …) and …`");
}

Operand operand(Context& context, const Scope& scope, const ast::Expr& expr) {
  const Span span = expr.span;
  if (const auto* name = expr.as<ast::NameRef>()) {
    return name_operand(context, scope, expr, name->path);
  }
  if (const auto* literal = expr.as<ast::Literal>()) {
    return operand_of(context, constant(context, scope, literal->value), span);
  }
  if (const auto* ref = expr.as<ast::MomentRef>()) return moment(context, scope, ref->moment, span);
  if (const auto* group = expr.as<ast::Group>()) return grouped(context, scope, expr, *group);
  if (const auto* chain = expr.as<ast::Arithmetic>()) {
    return arithmetic(context, scope, *chain, span);
  }
  if (const auto* minus = expr.as<ast::Negate>()) return negation(context, scope, *minus, span);
  if (const auto* function = expr.as<ast::Call>()) return call(context, scope, *function, span);
  if (const auto* since = expr.as<ast::Elapsed>()) {
    return elapsed(context, scope, since->anchor, span);
  }
  if (const auto* one = expr.as<ast::Ordinal>()) return ordinal(context, scope, *one, span);
  if (const auto* inner = expr.as<ast::Windowed>())
    return windowed_value(context, scope, *inner, span);
  if (const auto* any = expr.as<ast::AnyItem>()) {
    return {any_item(context, scope, *any, span), std::nullopt, span};
  }
  // Applied, Or, Except, Sequence and what is derived: counted if it is a signal.
  if (is_signal(context, scope, expr)) return counted(context, scope, expr);
  return no_value(context, expr);
}

Operand right_operand(Context& context, const Scope& scope, const ast::Expr& expr) {
  const auto* name = expr.as<ast::NameRef>();
  if (name == nullptr || name->path.parts.size() != 1 || !name->path.parts[0].quoted) {
    return operand(context, scope, expr);
  }
  return operand_of(context, text_constant(context, name->path.parts[0].text, expr.span),
                    expr.span);
}

}  // namespace segue::sema
