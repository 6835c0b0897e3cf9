// Forms of the language that parse but are not built yet: each error names the form.
#pragma once

#include <string_view>

#include "compiler/sema/context.h"

namespace segue::sema {

/// "`form` is not supported yet", one code a family.
void unsupported_declaration(Context& context, Span span, std::string_view form);

}  // namespace segue::sema
