// Functions of one value: `lower(plan)`, `weekday(created_at)`.
#pragma once

#include "compiler/sema/context.h"

namespace segue::sema {

/// `name(argument)`, where `op` is what it does.
Operand function(Context& context, const Scope& scope, hir::Op op, const ast::Call& call,
                 Span span);

/// `hour`, `weekday` and `date` of an instant in local time.
hir::ExprPtr local_time(Context& context, const Scope& scope, hir::Op op, hir::ExprPtr instant,
                        Span span);

/// The number of a day of the week, 1 for "monday"; 0 if it is none.
int weekday_number(std::string_view name);

}  // namespace segue::sema
