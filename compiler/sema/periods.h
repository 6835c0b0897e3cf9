// `in each of the last 3 periods of 3d`: a predicate asked of several rolling windows.
#pragma once

#include <functional>

#include "compiler/sema/context.h"

namespace segue::sema {

/// `ask` works the predicate out with the window it is given; it is asked once for each period.
using InWindow = std::function<hir::ExprPtr(WindowUse& window)>;
hir::ExprPtr in_periods(Context& context, const Scope& scope, const ast::Periods& periods,
                        const InWindow& ask, Span span);

/// Reports periods behind a value: only a whole predicate is true or false in each.
void report_periods(Context& context, const ast::Periods& periods);

}  // namespace segue::sema
