// Declarations other than segments, scores and tests: zones, types, parameters, lists, signals.
#pragma once

#include "compiler/sema/context.h"

namespace segue::sema {

/// Works out what later declarations need of these, and reports what is wrong in each, used or not.
void check_declarations(Context& context);

/// Zones of files, and what a file says at its top. (zone_decls.cc)
void check_files(Context& context);

/// Parameters. (params.cc)
void check_params(Context& context);

/// Lists. (lists.cc)
void check_lists(Context& context);

/// Types of events and traits. (types.cc)
void check_types(Context& context);

/// Whether `value` is one that a declared limit allows; reports if not.
bool within_limit(Context& context, const Scope& scope, const ast::ParamDecl& decl,
                  const Constant& value);

}  // namespace segue::sema
