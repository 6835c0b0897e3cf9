// Properties of events and traits of users: their place on the wire, and the type declared for it.
#pragma once

#include <span>

#include "compiler/sema/context.h"

namespace segue::sema {

/// The property that `parts` names in an occurrence of `events`. What no event with a body declares
/// is warned of; an event without a body says nothing of its properties.
Operand property(Context& context, const Scope& scope, const EventSet& events,
                 std::span<const ast::Name> parts, Span span);

/// The trait that `parts` names, declared or not.
Operand trait(Context& context, const Scope& scope, std::span<const ast::Name> parts, Span span);

/// What the type of a declaration is to expressions.
hir::Type type_of(const ast::TypeName& type);

/// A value off the wire as an instant: parsed when it is compared. Empty stays empty.
hir::ExprPtr to_instant(Context& context, const Scope& scope, const hir::ExprPtr& value);

/// Reports what is wrong in the declarations of events and traits themselves.
void check_types(Context& context);

}  // namespace segue::sema
