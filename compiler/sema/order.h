// In which order segments and scores are evaluated.
#pragma once

#include "compiler/sema/context.h"

namespace segue::sema {

/// What a segment or score reads stands before it; otherwise the order of declaration. Reports
/// cycles. Drops what only libraries declare and nobody reads.
void order_rules(Context& context);

}  // namespace segue::sema
