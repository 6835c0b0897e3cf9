// `test` blocks: histories and what is expected of them.
#pragma once

#include "compiler/sema/context.h"

namespace segue::sema {

/// Fills `rules.tests`. A test with an error in it is left out.
void check_tests(Context& context);

}  // namespace segue::sema
