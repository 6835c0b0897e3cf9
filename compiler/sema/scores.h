// Declarations of scores: points become arithmetic.
#pragma once

#include "compiler/sema/context.h"

namespace segue::sema {

/// Fills `rules.scores`, one for each declaration, in order.
void check_scores(Context& context);

}  // namespace segue::sema
