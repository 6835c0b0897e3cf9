#include "compiler/sema/signals.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/conditions.h"
#include "compiler/sema/limits.h"
#include "compiler/sema/literals.h"

namespace segue::sema {

namespace {

Signal failed_at(Span span) {
  Signal signal;
  signal.span = span;
  return signal;
}

void join(EventSet& into, const EventSet& more) {
  into.open = into.open || more.open;
  for (const Declared* event : more.declared) {
    const bool known = std::any_of(into.declared.begin(), into.declared.end(),
                                   [&](const Declared* have) { return have->decl == event->decl; });
    if (!known) into.declared.push_back(event);
  }
}

/// Equal names are one node, so that equal signals are one stream.
hir::ExprPtr events_named(Context& context, std::vector<std::string> wire_names, Span span) {
  std::string key;
  std::vector<KindId> kinds;
  for (const std::string& wire_name : wire_names) {
    key += std::to_string(wire_name.size()) + ":" + wire_name;
    kinds.push_back(context.nodes.kind(wire_name));
  }
  hir::ExprPtr& predicate = context.event_predicates[key];
  if (predicate == nullptr) predicate = context.nodes.event_is(std::move(kinds), span);
  return predicate;
}

Signal declared_event(Context& context, const Declared& declared, Span span) {
  const auto& decl = *declared.decl->as<ast::EventDecl>();
  std::vector<std::string> wire_names;
  for (const ast::Text& wire_name : decl.wire_names) wire_names.push_back(wire_name.value);
  if (wire_names.empty()) wire_names.push_back(decl.name.text);
  Signal signal;
  signal.predicate = events_named(context, std::move(wire_names), span);
  signal.events.declared = {&context.names.of(NameKind::kEvent)[declared.index]};
  signal.name = decl.name.text;
  signal.span = span;
  return signal;
}

/// A quoted name is the same stream as the event declared with it.
Signal quoted_event(Context& context, const Scope& scope, const ast::Name& name) {
  const Declared* declared = context.names.find_event(scope.file, name.text);
  if (declared != nullptr) return declared_event(context, *declared, name.span);
  const Constant checked = text_constant(context, name.text, name.span);
  if (checked.failed) return failed_at(name.span);
  Signal signal;
  signal.predicate = events_named(context, {name.text}, name.span);
  signal.events.open = true;
  signal.name = name.text;
  signal.span = name.span;
  return signal;
}

Signal any_event(Context& context, Span span) {
  hir::ExprPtr& predicate = context.event_predicates[""];
  if (predicate == nullptr) predicate = context.nodes.event_is({}, span);
  Signal signal;
  signal.predicate = predicate;
  signal.events.open = true;
  signal.name = "any";
  signal.span = span;
  return signal;
}

Signal named(Context& context, const Scope& scope, const ast::Path& path) {
  const ast::Name& first = path.parts[0];
  if (path.parts.size() > 1) {
    context
        .report(
            Code::kE0302, path.span,
            fmt::format("`{}` is a value, where something that happens is needed", path.dotted()))
        .label("not an event or a signal");
    return failed_at(path.span);
  }
  if (first.quoted) return quoted_event(context, scope, first);
  if (first.text == "any") return any_event(context, path.span);
  const Declared* declared = context.names.find(scope.file, Space::kOperands, first.text);
  if (declared == nullptr) {
    report_unknown(context, scope, first, "event");
    return failed_at(path.span);
  }
  switch (declared->kind) {
    case NameKind::kEvent:
      return declared_event(context, *declared, path.span);
    case NameKind::kSignal: {
      const auto& decl = *declared->decl->as<ast::SignalDecl>();
      if (!decl.param) {
        Signal signal = declared_signal(context, *declared, nullptr);
        signal.span = path.span;
        return signal;
      }
      context
          .report(Code::kE0211, path.span,
                  fmt::format("signal `{}` without its argument", first.text))
          .label(fmt::format("says nothing of `${}`", decl.param->name))
          .also(decl.name.span, "declared here")
          .help(fmt::format("`{} spring`, `{} \"Spring sale\"`", first.text, first.text));
      return failed_at(path.span);
    }
    case NameKind::kFunnel: {
      Signal signal = declared_signal(context, *declared, nullptr);
      signal.span = path.span;
      return signal;
    }
    default:
      report_no_signal(context, *declared, path.span);
      return failed_at(path.span);
  }
}

/// The argument as said: a bare word is text.
Constant argument_of(Context& context, const Scope& scope, const ast::Applied& applied) {
  const auto& argument = applied.argument;
  if (const auto* name = std::get_if<ast::Name>(&argument)) {
    return text_constant(context, name->text, name->span);
  }
  if (const auto* text = std::get_if<ast::Text>(&argument)) {
    return text_constant(context, text->value, text->span);
  }
  if (const auto* number = std::get_if<ast::Number>(&argument)) return number_constant(*number);
  return constant(context, scope, std::get<ast::Param>(argument));
}

Signal applied(Context& context, const Scope& scope, const ast::Applied& applied, Span span) {
  const Declared* declared = context.names.find(scope.file, Space::kOperands, applied.signal.text);
  if (declared == nullptr) {
    report_unknown(context, scope, applied.signal, "signal");
    return failed_at(span);
  }
  const auto* decl = declared->decl->as<ast::SignalDecl>();
  if (decl == nullptr || !decl->param) {
    context
        .report(Code::kE0212, applied.signal.span,
                fmt::format("`{}` is {} that takes no argument", applied.signal.text,
                            noun(declared->kind)))
        .label("followed by a word")
        .also(declared->name->span, "declared here")
        .help(fmt::format("an argument is declared: `signal {}($x) = …`; two conditions are joined "
                          "by `and` or `or`",
                          applied.signal.text));
    return failed_at(span);
  }
  Argument argument{decl->param->name, argument_of(context, scope, applied)};
  if (argument.value.failed) return failed_at(span);
  context.said.push_back(span);
  Signal signal = declared_signal(context, *declared, &argument);
  context.said.pop_back();
  signal.span = span;
  if (signal.derived) {
    std::string& name = context.nodes.streams()[signal.derived->index].name;
    if (name == signal.name) name = context.quote(span, signal.name);
  }
  signal.name = context.quote(span, signal.name);
  return signal;
}

/// Of events one predicate, so that one event is one occurrence; what is derived stands beside it.
Signal union_of(Context& context, const Scope& scope, const ast::Or& operands, Span span) {
  Signal result;
  result.span = span;
  result.name = context.quote(span, "a union");
  std::vector<hir::ExprPtr> events;
  std::vector<hir::StreamId> derived;
  bool ok = true;
  const auto add = [&](hir::StreamId source) {
    if (std::find(derived.begin(), derived.end(), source) == derived.end())
      derived.push_back(source);
  };
  for (const ast::ExprPtr& operand : operands.operands) {
    const Signal arm = signal(context, scope, *operand);
    ok = ok && arm.ok();
    join(result.events, arm.events);
    if (!arm.derived) events.push_back(arm.predicate);
    if (!arm.derived) continue;
    if (arm.union_events != nullptr) events.push_back(arm.union_events);
    if (arm.union_sources.empty()) add(*arm.derived);
    for (const hir::StreamId source : arm.union_sources) add(source);
  }
  if (!ok) return failed_at(span);
  hir::ExprPtr predicate;
  if (!events.empty()) predicate = context.nodes.any_of(std::move(events), span);
  if (derived.empty()) {
    result.predicate = std::move(predicate);
    return result;
  }
  result.union_events = std::move(predicate);
  result.union_sources = std::move(derived);
  result.derived = derived_union(context, result);
  return result;
}

Signal except(Context& context, const Scope& scope, const ast::Except& expr, Span span) {
  Signal result = signal(context, scope, *expr.value);
  const Signal excluded = signal(context, scope, *expr.excluded);
  if (result.derived || excluded.derived) {
    report_no_properties(context, span, "`except` with");
    return failed_at(span);
  }
  if (!result.ok() || !excluded.ok()) return failed_at(span);
  hir::ExprPtr others = context.nodes.negate(excluded.predicate, excluded.span);
  result.predicate = context.nodes.all_of({result.predicate, std::move(others)}, span);
  result.name = context.quote(span, result.name);
  result.span = span;
  return result;
}

Signal no_signal(Context& context, const ast::Expr& expr) {
  context
      .report(Code::kE0302, expr.span,
              "a condition or value, where something that happens is needed")
      .label("not an event or a signal");
  return failed_at(expr.span);
}

}  // namespace

Signal with_filter(Context& context, const Scope& scope, const Signal& what, const ast::Expr* where,
                   Span span) {
  if (where == nullptr) return what;
  if (what.derived) {
    report_no_properties(context, where->span, "a filter on");
    return failed_at(span);
  }
  Scope inside = scope;
  inside.events = &what.events;
  inside.window = nullptr;
  hir::ExprPtr filter = condition(context, inside, *where);
  if (!what.ok() || filter == nullptr) return failed_at(span);
  Signal result = what;
  result.predicate = context.nodes.all_of({what.predicate, std::move(filter)}, span);
  result.name = context.quote(span, what.name);
  result.span = span;
  return result;
}

Signal filtered_signal(Context& context, const Scope& scope, const ast::Filtered& filtered) {
  const Signal what = signal(context, scope, *filtered.value);
  return with_filter(context, scope, what, filtered.where.get(), filtered.span);
}

Signal signal(Context& context, const Scope& scope, const ast::Expr& expr) {
  if (const auto* name = expr.as<ast::NameRef>()) return named(context, scope, name->path);
  if (const auto* said = expr.as<ast::Applied>()) return applied(context, scope, *said, expr.span);
  if (const auto* group = expr.as<ast::Group>()) {
    return filtered_signal(context, scope, group->inner);
  }
  if (const auto* arms = expr.as<ast::Or>()) return union_of(context, scope, *arms, expr.span);
  if (const auto* rest = expr.as<ast::Except>()) return except(context, scope, *rest, expr.span);
  if (expr.as<ast::Sequence>() != nullptr) return sequence(context, scope, expr);
  if (const auto* form = expr.as<ast::Sessions>())
    return sessions(context, scope, *form, expr.span);
  if (const auto* form = expr.as<ast::Crossing>())
    return crossing(context, scope, *form, expr.span);
  if (const auto* form = expr.as<ast::Change>()) return change(context, scope, *form, expr.span);
  return no_signal(context, expr);
}

hir::StreamId stream_of(Context& context, const Signal& signal) {
  if (signal.derived) return *signal.derived;
  return context.nodes.stream_of(signal.predicate, signal.name, signal.span);
}

bool is_signal(const Context& context, const Scope& scope, const ast::Expr& expr) {
  if (const auto* name = expr.as<ast::NameRef>()) {
    const ast::Name& first = name->path.parts[0];
    if (name->path.parts.size() > 1) return false;
    if (first.quoted || first.text == "any") return true;
    const Declared* declared = context.names.find(scope.file, Space::kOperands, first.text);
    return declared != nullptr &&
           (declared->kind == NameKind::kEvent || declared->kind == NameKind::kSignal ||
            declared->kind == NameKind::kFunnel);
  }
  if (const auto* group = expr.as<ast::Group>()) {
    return group->inner.where != nullptr || is_signal(context, scope, *group->inner.value);
  }
  if (const auto* arms = expr.as<ast::Or>()) {
    return std::all_of(arms->operands.begin(), arms->operands.end(),
                       [&](const ast::ExprPtr& arm) { return is_signal(context, scope, *arm); });
  }
  return expr.as<ast::Applied>() != nullptr || expr.as<ast::Except>() != nullptr ||
         expr.as<ast::Sequence>() != nullptr || expr.as<ast::Sessions>() != nullptr ||
         expr.as<ast::Crossing>() != nullptr || expr.as<ast::Change>() != nullptr;
}

}  // namespace segue::sema
