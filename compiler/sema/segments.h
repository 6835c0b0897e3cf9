// Declarations of segments.
#pragma once

#include "compiler/sema/context.h"

namespace segue::sema {

/// Fills `rules.segments`, one for each declaration, in order.
void check_segments(Context& context);

}  // namespace segue::sema
