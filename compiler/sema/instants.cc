#include "compiler/sema/instants.h"

#include <fmt/format.h>

#include "compiler/sema/literals.h"
#include "compiler/sema/operands.h"
#include "compiler/sema/properties.h"
#include "compiler/sema/signals.h"
#include "compiler/sema/unsupported.h"
#include "compiler/sema/windows.h"

namespace segue::sema {

using hir::ExprPtr;
using hir::Op;
using hir::Type;

namespace {

Operand failed_at(Span span) { return {nullptr, std::nullopt, span}; }

void report_since_what(Context& context, const Scope& scope, const ast::Path& path) {
  const ast::Name& first = path.parts[0];
  const Declared* declared = context.names.find(scope.file, Space::kOperands, first.text);
  if (declared == nullptr) return report_unknown(context, scope, first, "name");
  auto& found =
      context.report(Code::kE0305, path.span,
                     fmt::format("`time since {}` does not say since which", path.dotted()));
  found.label("the first or the last?");
  found.help(fmt::format("`time since last {0}`, `time since first {0}`", path.dotted()));
}

/// The trait that `time since` names; empty if it is none.
Operand since_trait(Context& context, const Scope& scope, const ast::Path& path) {
  const std::span<const ast::Name> parts(path.parts);
  if (parts.size() > 1 && !parts[0].quoted && parts[0].text == "traits") {
    return trait(context, scope, parts.subspan(1), path.span);
  }
  const Declared* declared = context.names.find(scope.file, Space::kOperands, parts[0].text);
  if (declared != nullptr && declared->kind == NameKind::kTrait) {
    return trait(context, scope, parts, path.span);
  }
  report_since_what(context, scope, path);
  return failed_at(path.span);
}

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

/// The same of an occurrence, by its age: it never lies ahead.
ExprPtr aged(Context& context, const ExprPtr& at, Duration from, Duration to, Span span) {
  Nodes& nodes = context.nodes;
  const ExprPtr age = nodes.make(Op::kSubtract, Type::kDuration, span, {nodes.now(span), at});
  std::vector<ExprPtr> parts{less(context, age, nodes.duration(from, span), span)};
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

/// Of a date `since` says that it lies at or before T; `before`, `after` and `from … to` say
/// nothing of T: `renewal before 2030-01-01` may be still to come.
ExprPtr bounded(Context& context, const ExprPtr& value, const hir::Window& window, bool until_now,
                Span span) {
  Nodes& nodes = context.nodes;
  std::vector<ExprPtr> parts;
  if (window.begin) {
    parts.push_back(less_equal(context, nodes.instant(*window.begin, span), value, span));
  }
  if (window.end) parts.push_back(less(context, value, nodes.instant(*window.end, span), span));
  if (until_now) parts.push_back(less_equal(context, value, nodes.now(span), span));
  return nodes.all_of(std::move(parts), span);
}

}  // namespace

Operand moment(Context& context, const Scope& scope, const ast::Moment& moment, Span span) {
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
  ExprPtr since;
  switch (anchor.kind) {
    case ast::Anchor::Kind::kFirst:
    case ast::Anchor::Kind::kLast: {
      Scope inside = scope;
      inside.window = nullptr;
      const Signal what = signal(context, inside, *anchor.step);
      since = time_of(context, what, anchor.kind == ast::Anchor::Kind::kLast, anchor.span);
      break;
    }
    case ast::Anchor::Kind::kPath:
      since = instant_operand(context, scope, since_trait(context, scope, anchor.path));
      break;
    case ast::Anchor::Kind::kMoment:
    case ast::Anchor::Kind::kParam:
      if (const std::optional<Edge> at = edge(context, scope, anchor)) {
        since = context.nodes.instant(at->begin, anchor.span);
      }
  }
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
  if (value.day) return context.nodes.instant(day_begin(scope, *value.day), value.span);
  if (value.type() == Type::kInstant || value.type() == Type::kAny) {
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
  if (window.kind == ast::Window::Kind::kWithin && window.next && !occurrence) {
    const auto ahead = duration(context, scope, *window.far);
    return ahead ? ahead_of(context, value, *ahead, window.span) : nullptr;
  }
  const auto checked = occurrence_window(context, scope, window);
  if (!checked || value == nullptr) return nullptr;
  switch (checked->kind) {
    case hir::Window::Kind::kRolling:
      if (occurrence) return aged(context, value, checked->from, checked->to, window.span);
      return rolled(context, value, checked->from, checked->to, window.span);
    case hir::Window::Kind::kAbsolute: {
      const bool until_now = !occurrence && window.kind == ast::Window::Kind::kSince;
      return bounded(context, value, *checked, until_now, window.span);
    }
    case hir::Window::Kind::kEver:
    case hir::Window::Kind::kAnchored:
    case hir::Window::Kind::kCalendar:
      break;
  }
  return context.nodes.make(Op::kExists, Type::kTruth, window.span, {value});
}

void report_unused_window(Context& context, Span window) {
  context.report(Code::kE0402, window, "a window behind what has no occurrences")
      .label("nothing here happens at an instant")
      .help("`for 7d` asks how long a condition has held");
}

}  // namespace segue::sema
