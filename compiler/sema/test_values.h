// The values that a test's events carry: JSON with declared names.
#pragma once

#include "compiler/sema/context.h"

namespace segue::sema {

/// `set { plan: "free" }`: keys are traits, declared ones by their name on the wire.
hir::TestValue trait_values(Context& context, const Scope& scope, const ast::Record& record);

/// `page_viewed { path: "/" }`; null `fields`: the event declares none.
hir::TestValue property_values(Context& context, const Scope& scope, const ast::Record& record,
                               const std::vector<ast::Field>* fields);

}  // namespace segue::sema
