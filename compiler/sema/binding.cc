// Warnings where a reader may bind the words otherwise than the language does (LANGUAGE, section
// 12).
#include <fmt/format.h>

#include "compiler/sema/conditions.h"
#include "compiler/sema/signals.h"

namespace segue::sema {

namespace {

const ast::Window* window_behind(const ast::Expr& expr) {
  const std::optional<ast::Window>* window = nullptr;
  if (const auto* form = expr.as<ast::Windowed>()) window = &form->window;
  if (const auto* form = expr.as<ast::Comparison>()) window = &form->window;
  if (const auto* form = expr.as<ast::InSet>()) window = &form->window;
  if (window == nullptr || !window->has_value()) return nullptr;
  return &**window;
}

/// Something that is counted, of all time only because no window stands behind it.
bool lacks_window(const Context& context, const Scope& scope, const ast::Expr& expr) {
  const auto counted = [&](const ast::Expr& value) {
    return value.as<ast::Sequence>() == nullptr && is_signal(context, scope, value);
  };
  if (const auto* form = expr.as<ast::Comparison>()) {
    return !form->window && counted(*form->left);
  }
  if (const auto* form = expr.as<ast::InSet>()) return !form->window && counted(*form->value);
  return counted(expr);
}

/// `c for D`, other than `no x for D`, which is one thought.
const ast::Held* held_condition(const ast::Expr& expr) {
  const auto* held = expr.as<ast::Held>();
  if (held == nullptr || held->condition->as<ast::No>() != nullptr) return nullptr;
  return held;
}

void warn_held(Context& context, const std::vector<ast::ExprPtr>& operands, std::string_view word) {
  for (size_t i = 1; i < operands.size(); ++i) {
    const ast::Held* held = held_condition(*operands[i]);
    if (held == nullptr || operands[i - 1]->as<ast::Held>() != nullptr) continue;
    const Span length = ast::span_of(held->length);
    const std::string written = context.quote(length, "3d");
    context
        .report(Code::kW0402, length,
                fmt::format("`for {}` holds for the last part alone", written))
        .label("not for what stands before it")
        .also(operands[i - 1]->span, fmt::format("joined by `{}`, looked at only at T", word))
        .help(fmt::format("`({} {} {}) for {}` if both must have held",
                          context.quote(operands[i - 1]->span, "a"), word,
                          context.quote(held->condition->span, "b"), written));
    return;
  }
}

}  // namespace

bool check_binding(Context& context, const Scope& scope, const ast::Or& operands) {
  for (const ast::ExprPtr& operand : operands.operands) {
    if (operand->as<ast::And>() == nullptr) continue;
    context.report(Code::kW0301, operand->span, "`and` is mixed with `or`")
        .label("`and` binds closer: this is one part of the `or`")
        .help("parentheses say which is meant");
    break;
  }
  const std::vector<ast::ExprPtr>& parts = operands.operands;
  const auto* absent = parts[0]->as<ast::No>();
  const ast::Window* last = window_behind(*parts.back());
  if (absent != nullptr && !absent->window && last != nullptr && scope.window == nullptr) {
    const std::string written = context.quote(last->span, "within 7d");
    context.report(Code::kE0401, parts[0]->span, "`no` without a window")
        .label("ends before the `or`")
        .also(last->span, "belongs to the last part alone")
        .help(fmt::format("`no ({} or …) {}` if none of them may have happened",
                          context.quote(absent->step->span, "a"), written));
    return false;
  }
  for (size_t i = 1; i < parts.size(); ++i) {
    const ast::Window* window = window_behind(*parts[i]);
    if (window == nullptr || scope.in_filter()) continue;
    size_t earlier = 0;
    while (earlier < i && !lacks_window(context, scope, *parts[earlier])) ++earlier;
    if (earlier == i) continue;
    const std::string written = context.quote(window->span, "within 7d");
    const std::string name = context.quote(parts[earlier]->span, "a");
    context
        .report(Code::kW0401, window->span,
                fmt::format("`{}` belongs to the last part alone", written))
        .label("not to what stands before it")
        .also(parts[earlier]->span, "looks at all time")
        .help(fmt::format("`({} or …) {}` if it is meant for both, `{} ever or …` if not", name,
                          written, name));
    break;
  }
  warn_held(context, parts, "or");
  return true;
}

void warn_binding(Context& context, const ast::And& operands) {
  warn_held(context, operands.operands, "and");
}

void warn_binding(Context& context, const ast::Not& negation, Span span) {
  const ast::Held* held = held_condition(*negation.operand);
  if (held == nullptr) return;
  const std::string inner = context.quote(held->condition->span, "x");
  const std::string length = context.quote(ast::span_of(held->length), "3d");
  context.report(Code::kW0403, span, "`not` is of the whole `for`")
      .label(fmt::format("not ({} for {})", inner, length))
      .help(fmt::format("`(not {0}) for {1}` if it must have been false for so long; "
                        "`not ({0} for {1})` says this one",
                        inner, length));
}

}  // namespace segue::sema
