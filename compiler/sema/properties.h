// Properties of events and traits of users: their place on the wire, and the type declared for it.
#pragma once

#include <span>

#include "compiler/sema/context.h"

namespace segue::sema {

/// The property that `parts` names in an occurrence of `events`. What no event with a body declares
/// is warned of; an event without a body says nothing of its properties.
Operand property(Context& context, const Scope& scope, const EventSet& events,
                 std::span<const ast::Name> parts, Span span);

/// `products.price` of `sum(order.products.price)`: what the items of a list add up to. Empty if
/// that is no part of a list's items.
std::optional<Operand> item_sum(Context& context, const Scope& scope, const EventSet& events,
                                std::span<const ast::Name> parts, Span span);

/// What `parts` names in the item at hand of `any … where`.
Operand item(Context& context, const Scope& scope, const ItemSet& items,
             std::span<const ast::Name> parts, Span span);

/// The trait that `parts` names, declared or not.
Operand trait(Context& context, const Scope& scope, std::span<const ast::Name> parts, Span span);

/// The declared trait of that name, a quoted one by its name on the wire; null if there is none.
const Declared* find_trait(const Context& context, const Scope& scope, const ast::Name& name);

const ast::Field* find_field(const std::vector<ast::Field>& fields, const ast::Name& name);
const std::string& wire_name_of(const ast::Field& field);

/// What the type of a declaration is to expressions.
hir::Type type_of(const ast::TypeName& type);

/// A value off the wire as an instant: parsed when it is compared. Empty stays empty.
hir::ExprPtr to_instant(Context& context, const Scope& scope, const hir::ExprPtr& value);

}  // namespace segue::sema
