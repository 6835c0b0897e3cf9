// Computed traits: `trait lifetime_value = sum(order.revenue)`, substituted wherever they are read.
#pragma once

#include "compiler/sema/context.h"

namespace segue::sema {

/// The value that the trait is declared as; a condition is a truth. In a filter only what does not
/// look at the history.
Operand computed_trait(Context& context, const Scope& scope, const Declared& declared, Span span);

/// The same where a condition is needed: of a signal, that it happened. Null if it was reported.
hir::ExprPtr computed_condition(Context& context, const Scope& scope, const Declared& declared,
                                Span span);

/// The computed trait that a path names; null if it names something else.
const Declared* find_computed(const Context& context, const Scope& scope, const ast::Path& path);

}  // namespace segue::sema
