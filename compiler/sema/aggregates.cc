#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "compiler/sema/functions.h"
#include "compiler/sema/instants.h"
#include "compiler/sema/limits.h"
#include "compiler/sema/literals.h"
#include "compiler/sema/operands.h"
#include "compiler/sema/periods.h"
#include "compiler/sema/properties.h"
#include "compiler/sema/signals.h"
#include "compiler/sema/windows.h"

namespace segue::sema {

using hir::Aggregate;
using hir::Expr;
using hir::ExprPtr;
using hir::Op;
using hir::Type;

namespace {

enum class Use : uint8_t { kCount, kAggregate, kFunction };

struct Function {
  std::string_view name;
  Use use;
  Aggregate aggregate = Aggregate::kSum;
  Op op = Op::kAggregate;
};

// What can be called.
constexpr Function kFunctions[] = {
    {"count", Use::kCount},
    {"sum", Use::kAggregate, Aggregate::kSum},
    {"avg", Use::kAggregate, Aggregate::kAvg},
    {"min", Use::kAggregate, Aggregate::kMin},
    {"max", Use::kAggregate, Aggregate::kMax},
    {"distinct", Use::kAggregate, Aggregate::kDistinct},
    {"first", Use::kAggregate, Aggregate::kFirst},
    {"last", Use::kAggregate, Aggregate::kLast},
    {"median", Use::kAggregate, Aggregate::kPercentile},
    {"percentile", Use::kAggregate, Aggregate::kPercentile},
    {"most_common", Use::kAggregate, Aggregate::kMostCommon},
    {"text", Use::kFunction, {}, Op::kTextOf},
    {"number", Use::kFunction, {}, Op::kNumberOf},
    {"lower", Use::kFunction, {}, Op::kLower},
    {"length", Use::kFunction, {}, Op::kLength},
    {"round", Use::kFunction, {}, Op::kRound},
    {"abs", Use::kFunction, {}, Op::kAbs},
    {"hour", Use::kFunction, {}, Op::kHour},
    {"weekday", Use::kFunction, {}, Op::kWeekday},
    {"date", Use::kFunction, {}, Op::kDate},
    {"anniversary", Use::kFunction, {}, Op::kAnniversary},
};

Operand failed_at(Span span) { return {nullptr, std::nullopt, span}; }

const Function* find_function(std::string_view name) {
  const auto found = std::find_if(std::begin(kFunctions), std::end(kFunctions),
                                  [&](const Function& row) { return row.name == name; });
  return found == std::end(kFunctions) ? nullptr : found;
}

/// What other tools call them.
constexpr std::pair<std::string_view, std::string_view> kElsewhere[] = {
    {"average", "avg"},     {"mean", "avg"},        {"total", "sum"},
    {"unique", "distinct"}, {"uniq", "distinct"},   {"mode", "most_common"},
    {"latest", "last"},     {"newest", "last"},     {"quantile", "percentile"},
    {"earliest", "first"},  {"oldest", "first"},    {"len", "length"},
    {"size", "length"},     {"lowercase", "lower"},
};

Operand unknown_function(Context& context, const ast::Name& name, Span span) {
  std::vector<std::string> names;
  for (const Function& row : kFunctions) names.emplace_back(row.name);
  std::vector<std::string> near = nearest_names(name.text, names);
  for (const auto& [word, ours] : kElsewhere) {
    if (word == name.text) near = {std::string(ours)};
  }
  context.report(Code::kE0306, name.span, fmt::format("unknown function `{}`", name.text))
      .label("not known")
      .suggest(near);
  return failed_at(span);
}

/// The argument without its window, and the window: its own, else that of the whole predicate.
struct Argumented {
  const ast::Expr* value = nullptr;
  OccurrenceWindow window;
};

std::optional<Argumented> argument_of(Context& context, const Scope& scope,
                                      const ast::Filtered& argument) {
  const auto* windowed = argument.value->as<ast::Windowed>();
  if (windowed == nullptr) return Argumented{argument.value.get(), default_window(scope)};
  if (windowed->periods) {
    report_periods(context, *windowed->periods);
    return std::nullopt;
  }
  const auto window = occurrence_window(context, scope, *windowed->window);
  if (!window) return std::nullopt;
  return Argumented{windowed->value.get(), *window};
}

Operand count_call(Context& context, const Scope& scope, const ast::Filtered& argument, Span span) {
  const auto inner = argument_of(context, scope, argument);
  if (!inner) return failed_at(span);
  Scope inside = scope;
  inside.window = nullptr;
  const auto* name = inner->value->as<ast::NameRef>();
  if (name != nullptr && name->path.parts.size() > 1) {
    const std::string event = name->path.parts[0].text;
    context.report(Code::kE0306, inner->value->span, "`count` counts occurrences, not values")
        .label("a property")
        .help(fmt::format("`count({})`; with the property: `count({} where {} exists)`", event,
                          event, name->path.parts.back().text));
    return failed_at(span);
  }
  Signal what = signal(context, inside, *inner->value);
  what = with_filter(context, inside, what, argument.where.get(), argument.span);
  return {count(context, what, inner->window, span), std::nullopt, span};
}

/// `order.revenue`: the events, and which property of them.
struct Valued {
  Signal what;
  std::span<const ast::Name> property;
};

std::optional<Valued> valued(Context& context, const Scope& scope, const ast::Call& call,
                             const ast::Expr& expr) {
  const std::string& function = call.callee.text;
  const auto* name = expr.as<ast::NameRef>();
  if (name == nullptr || name->path.parts.size() < 2) {
    const std::string written = context.quote(expr.span, "order");
    auto& found = context.report(Code::kE0306, expr.span,
                                 fmt::format("`{}` of what is no property", function));
    found.label("needs a property of an event");
    if (is_signal(context, scope, expr)) {
      found.help(fmt::format("name the property: `{}({}.revenue)`", function, written));
    } else if (name != nullptr && name->path.parts.size() == 1 &&
               context.names.find(scope.file, Space::kOperands, name->path.parts[0].text) ==
                   nullptr) {
      found.help(fmt::format("say of which event: `{}(order.{})`", function, written));
    }
    return std::nullopt;
  }
  const std::span<const ast::Name> parts(name->path.parts);
  ast::NameRef first{{{parts[0]}, parts[0].span}};
  const ast::Expr event{ast::Expr::Node(std::move(first)), parts[0].span};
  Valued result{signal(context, scope, event), parts.subspan(1)};
  if (!result.what.ok()) return std::nullopt;
  if (!result.what.derived) return result;
  report_no_properties(context, expr.span, "a property of");
  return std::nullopt;
}

/// What the aggregate makes of a property of that type; empty if it makes nothing of it.
std::optional<Type> result_type(Aggregate aggregate, Type of) {
  switch (aggregate) {
    case Aggregate::kSum:
    case Aggregate::kAvg:
    case Aggregate::kMin:
    case Aggregate::kMax:
    case Aggregate::kPercentile:
      if (of == Type::kNumber || of == Type::kAny) return Type::kNumber;
      return std::nullopt;
    case Aggregate::kDistinct:
      return Type::kNumber;
    case Aggregate::kFirst:
    case Aggregate::kLast:
      return of;
    case Aggregate::kMostCommon:
      if (of == Type::kInstant || of == Type::kList || of == Type::kRecord) return std::nullopt;
      return of;
  }
  return std::nullopt;
}

/// `50%` of `percentile(50%, x)`; empty if it was reported.
std::optional<double> fraction_of(Context& context, const Scope& scope, const ast::Call& call) {
  if (call.callee.text == "median") return 0.5;
  if (call.callee.text != "percentile") return 0;
  const ast::Filtered& first = call.arguments[0];
  const Operand value = operand(context, scope, *first.value);
  if (!value.ok()) return std::nullopt;
  const bool literal = value.expr != nullptr && value.expr->op == Op::kLiteral &&
                       value.type() == Type::kNumber && first.where == nullptr;
  const double number = literal ? value.expr->literal.number : -1;
  if (number >= 0 && number <= 1) return number;
  auto& found =
      context.report(Code::kE0309, first.span, "no percentage as the first of `percentile`");
  found.label("must be a number in 0%..100%");
  if (number > 1 && number <= 100) {
    found.help(fmt::format("`percentile({}%, …)`", value.expr->literal.text));
  }
  return std::nullopt;
}

/// The value an aggregate is of: a property, or what a list's items add up to.
Operand value_of(Context& context, const Scope& inside, Aggregate aggregate, const Valued& of,
                 Span span) {
  if (aggregate == Aggregate::kSum) {
    if (const auto sum = item_sum(context, inside, of.what.events, of.property, span)) return *sum;
  }
  return property(context, inside, of.what.events, of.property, span);
}

Operand aggregate_call(Context& context, const Scope& scope, const ast::Call& call,
                       Aggregate aggregate, Span span) {
  const auto fraction = fraction_of(context, scope, call);
  if (!fraction) return failed_at(span);
  const ast::Filtered& argument = call.arguments.back();
  const auto inner = argument_of(context, scope, argument);
  if (!inner) return failed_at(span);
  Scope inside = scope;
  inside.window = nullptr;
  auto of = valued(context, inside, call, *inner->value);
  if (!of) return failed_at(span);
  Signal what = with_filter(context, inside, of->what, argument.where.get(), argument.span);
  inside.events = &of->what.events;
  const Operand value = value_of(context, inside, aggregate, *of, inner->value->span);
  if (!what.ok() || !value.ok()) return failed_at(span);
  const std::optional<Type> type = result_type(aggregate, value.type());
  if (!type) {
    context
        .report(Code::kE0306, inner->value->span,
                fmt::format("`{}` of {}", call.callee.text, noun(value.type())))
        .label(aggregate == Aggregate::kMostCommon ? "needs a text, number or truth"
                                                   : "needs a number");
    return failed_at(span);
  }
  Expr expr;
  expr.op = Op::kAggregate;
  expr.type = *type;
  expr.span = span;
  expr.aggregate = aggregate;
  expr.fraction = *fraction;
  read_window(context, what, inner->window, expr);
  expr.children = {value.expr};
  return {context.nodes.make(std::move(expr)), std::nullopt, span};
}

}  // namespace

Operand call(Context& context, const Scope& scope, const ast::Call& call, Span span) {
  const Function* function = find_function(call.callee.text);
  if (function == nullptr) return unknown_function(context, call.callee, span);
  if (scope.in_filter() && function->use != Use::kFunction) {
    report_in_filter(context, span, fmt::format("`{}(…)`", function->name));
    return failed_at(span);
  }
  const size_t wanted = function->name == "percentile" ? 2 : 1;
  if (call.arguments.size() != wanted) {
    context
        .report(Code::kE0306, span,
                fmt::format("`{}` with {} argument{}", function->name, call.arguments.size(),
                            call.arguments.size() == 1 ? "" : "s"))
        .label(wanted == 1 ? "takes one" : "takes a percentage and a property");
    return failed_at(span);
  }
  if (function->use == Use::kFunction) {
    return sema::function(context, scope, function->op, call, span);
  }
  if (function->use == Use::kCount) return count_call(context, scope, call.arguments[0], span);
  const ast::Filtered& argument = call.arguments[0];
  const bool ordinal =
      function->aggregate == Aggregate::kFirst || function->aggregate == Aggregate::kLast;
  if (ordinal && is_signal(context, scope, *argument.value)) {
    // `first (s)` of a signal is `first s`.
    const Signal what = filtered_signal(context, scope, argument);
    return {time_of(context, what, function->aggregate == Aggregate::kLast, span), std::nullopt,
            span};
  }
  return aggregate_call(context, scope, call, function->aggregate, span);
}

}  // namespace segue::sema
