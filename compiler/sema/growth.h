// Warnings for state that grows with every occurrence.
#pragma once

#include "compiler/sema/context.h"

namespace segue::sema {

/// Looks at each segment and score, once its ids are final. What is bounded by a small number, a
/// short window or a total says nothing.
void warn_growth(Context& context);

}  // namespace segue::sema
