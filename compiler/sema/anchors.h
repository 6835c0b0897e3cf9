// Where windows begin and end: at dates, at instants that move with T, at occurrences and values.
#pragma once

#include <optional>
#include <string_view>

#include "compiler/sema/context.h"

namespace segue::sema {

/// One end of a window. What lies in the window is at or after its begin, before its end.
struct Bound {
  enum class Kind : uint8_t {
    kFixed,   // `at`
    kDay,     // the first instant of `day` in each user's own zone
    kMoving,  // T - `ago`, which is itself before the bound: (T - 7d, T]
    kAnchor,  // `anchor` + `offset`; if `past`, right behind it
  };
  Kind kind = Kind::kFixed;
  Instant at;
  LocalDay day{};
  Duration ago{};
  hir::ExprPtr anchor;
  Duration offset{};
  bool past = false;
};

struct Bounds {
  std::optional<Bound> begin;
  std::optional<Bound> end;
};

/// The ends of `since`, `before`, `after`, `from … to`, `within … before` and `within … after`.
/// Empty if it was reported.
std::optional<Bounds> bounds_of(Context& context, const Scope& scope, const ast::Window& window);

/// The instant of an anchor, a date being its first; null if it was reported. `word` stands before
/// it in the rule, as "time since".
hir::ExprPtr anchor_instant(Context& context, const Scope& scope, const ast::Anchor& anchor,
                            std::string_view word);

/// Whether the value is that of one occurrence or identify call: so it does not move with T.
bool stays(const hir::Expr& value);

/// A day of the rule as an instant: its first, in the zone of the file.
hir::ExprPtr day_instant(Context& context, const Scope& scope, LocalDay day, Span span);

/// No anchor, no truth: what `made` reads of windows with these anchors is false without them.
hir::ExprPtr with_anchors(Context& context, const std::vector<hir::ExprPtr>& anchors,
                          hir::ExprPtr made, Span span);

}  // namespace segue::sema
