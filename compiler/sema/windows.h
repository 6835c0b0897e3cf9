// Windows of occurrences: which instants count.
#pragma once

#include <optional>

#include "compiler/sema/context.h"

namespace segue::sema {

/// A window as instants relative to T. Empty if it was reported: it is wrong, or looks ahead
/// (`within next`), which only a date can (instants.h). An anchor is noted for the predicate that
/// the window is part of.
std::optional<OccurrenceWindow> occurrence_window(Context& context, const Scope& scope,
                                                  const ast::Window& window);

/// Makes `expr` read the occurrences of `signal` in `window`: stream, window, cap and zone.
void read_window(Context& context, const Signal& signal, const OccurrenceWindow& window,
                 hir::Expr& expr);

/// The window of an occurrence that has none of its own: that behind the whole predicate, else
/// ever.
OccurrenceWindow default_window(const Scope& scope);

/// `today`, `last month`, `in the last 7 full days`, …
bool is_calendar(const ast::Window& window);

/// How far the periods of `today`, `last month`, … reach back from that of T: `full` leaves that
/// one out. Empty if it was reported.
struct Periods {
  CalendarUnit unit = CalendarUnit::kDay;
  uint32_t count = 1;
  bool full = false;
};
std::optional<Periods> periods_of(Context& context, const Scope& scope, const ast::Window& window);

CalendarUnit unit_of(ast::CalendarUnit unit);

/// Whether the days of a file are those of each user's own zone, and the zone of its days.
bool by_user_zone(const Context& context, const Scope& scope);
hir::ZoneId zone_of(Context& context, const Scope& scope);

}  // namespace segue::sema
