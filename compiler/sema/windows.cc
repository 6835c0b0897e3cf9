#include "compiler/sema/windows.h"

#include <fmt/format.h>

#include "compiler/sema/limits.h"
#include "compiler/sema/literals.h"
#include "compiler/sema/print.h"
#include "compiler/sema/unsupported.h"

namespace segue::sema {

using hir::Window;

namespace {

Window rolling(Duration from, Duration to) {
  Window window;
  window.kind = Window::Kind::kRolling;
  window.from = from;
  window.to = to;
  return window;
}

std::optional<Window> between(Context& context, const Scope& scope, const ast::Window& window) {
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

/// `since`, `before`, `after`, `from … to` dates and instants.
std::optional<Window> absolute(Context& context, const Scope& scope, const ast::Window& window) {
  const std::optional<Edge> first = edge(context, scope, *window.anchor);
  std::optional<Edge> second;
  if (window.until) second = edge(context, scope, *window.until);
  if (!first || (window.until && !second)) return std::nullopt;
  Window result;
  result.kind = Window::Kind::kAbsolute;
  switch (window.kind) {
    case ast::Window::Kind::kSince:
      result.begin = first->begin;
      break;
    case ast::Window::Kind::kAfter:
      result.begin = first->end;
      break;
    case ast::Window::Kind::kBefore:
      result.end = first->begin;
      break;
    default:
      result.begin = first->begin;
      result.end = second->end;
  }
  if (result.begin && result.end && *result.end <= *result.begin) {
    context.report(Code::kE0403, window.span, "a window that ends before it begins")
        .label("the earlier one comes first");
    return std::nullopt;
  }
  return result;
}

}  // namespace

std::optional<Edge> edge(Context& context, const Scope& scope, const ast::Anchor& anchor) {
  const auto of_day = [&](LocalDay day) {
    return Edge{day_begin(scope, day), day_end(scope, day)};
  };
  const auto of_instant = [](Instant t) { return Edge{t, {t.ms + 1}}; };
  switch (anchor.kind) {
    case ast::Anchor::Kind::kMoment:
      if (anchor.moment.kind == ast::Moment::Kind::kDate) {
        return of_day({static_cast<int32_t>(anchor.moment.date.days())});
      }
      if (anchor.moment.kind == ast::Moment::Kind::kInstant) {
        return of_instant(instant(scope, anchor.moment.instant));
      }
      unsupported_window(context, anchor.span, "a window that begins or ends at a moving instant");
      return std::nullopt;
    case ast::Anchor::Kind::kParam: {
      const Constant value = constant(context, scope, anchor.param);
      if (value.failed) return std::nullopt;
      if (value.day) return of_day(*value.day);
      if (value.literal.type == hir::Type::kInstant) return of_instant(value.literal.instant);
      context
          .report(Code::kE0309, anchor.span, fmt::format("{} where a date is needed", noun(value)))
          .label("not a date or an instant");
      return std::nullopt;
    }
    case ast::Anchor::Kind::kFirst:
    case ast::Anchor::Kind::kLast:
      unsupported_window(context, anchor.span, "a window that begins or ends at an occurrence");
      return std::nullopt;
    case ast::Anchor::Kind::kPath:
      unsupported_window(context, anchor.span, "a window that begins or ends at a value");
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Window> occurrence_window(Context& context, const Scope& scope,
                                        const ast::Window& window) {
  switch (window.kind) {
    case ast::Window::Kind::kWithin: {
      const auto far = duration(context, scope, *window.far);
      if (!far) return std::nullopt;
      if (!window.next) return rolling(*far, {});
      context.report(Code::kE0402, window.span, "`within next` behind something that happens")
          .label("only a date can lie ahead")
          .help(fmt::format("for what has happened: `within {}`", duration_text(*far)));
      return std::nullopt;
    }
    case ast::Window::Kind::kBetween:
      return between(context, scope, window);
    case ast::Window::Kind::kEver:
      return Window{};
    case ast::Window::Kind::kSince:
    case ast::Window::Kind::kBefore:
    case ast::Window::Kind::kAfter:
    case ast::Window::Kind::kFromTo:
      return absolute(context, scope, window);
    case ast::Window::Kind::kWithinBefore:
    case ast::Window::Kind::kWithinAfter:
      unsupported_window(context, window.span, "a window before or after an occurrence");
      return std::nullopt;
    case ast::Window::Kind::kInTheLast:
    case ast::Window::Kind::kThis:
    case ast::Window::Kind::kLast:
    case ast::Window::Kind::kToday:
    case ast::Window::Kind::kYesterday:
      unsupported_window(context, window.span, "a window of the calendar");
      return std::nullopt;
  }
  return std::nullopt;
}

uint32_t cap_of(const Window& window) {
  const bool moving =
      window.kind == Window::Kind::kRolling || window.kind == Window::Kind::kAbsolute;
  return moving ? kWindowCap : 0;
}

Window default_window(const Scope& scope) {
  if (scope.window == nullptr) return {};
  scope.window->used = true;
  return scope.window->window;
}

}  // namespace segue::sema
