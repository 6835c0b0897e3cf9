// The table of HIR ops as functions.
#pragma once

#include <string_view>

#include "compiler/sema/hir.h"

namespace segue::hir {

std::string_view name_of(Op op);
std::string_view name_of(Aggregate aggregate);  // as rules write it: `sum`
/// Number of children, -1 for a list.
int arity_of(Op op);
std::string_view name_of(CalendarUnit unit);

/// Whether it is a truth whatever it reads.
bool is_condition(Op op);

/// Whether `stream` says something, and whether `zone` does (it may be kUserZone).
bool names_stream(Op op);
bool names_zone(const Expr& expr);
/// Whether the aggregate needs the values themselves: so those of all time are capped too.
bool keeps_values(Aggregate aggregate);

/// The streams that a derived stream is made of, in order; none of what is events.
std::vector<StreamId> streams_of(const Stream& stream);

}  // namespace segue::hir
