// Windows of occurrences: which instants count.
#pragma once

#include <optional>

#include "compiler/sema/context.h"

namespace segue::sema {

/// A window as instants relative to T. Empty if it was reported: it is wrong, not supported yet, or
/// looks ahead (`within next`), which only a date can (dates.h).
std::optional<hir::Window> occurrence_window(Context& context, const Scope& scope,
                                             const ast::Window& window);

/// An end of a window that is a date or an instant: its first and the one after its last, so that a
/// date is its whole day.
struct Edge {
  Instant begin;
  Instant end;
};
std::optional<Edge> edge(Context& context, const Scope& scope, const ast::Anchor& anchor);

/// The newest occurrences that count; 0 if all do.
uint32_t cap_of(const hir::Window& window);

/// The window of an occurrence that has none of its own: that behind the whole predicate, else
/// ever.
hir::Window default_window(const Scope& scope);

}  // namespace segue::sema
