// The last step: what the rules read of their input, and final ids.
#pragma once

#include "compiler/sema/context.h"

namespace segue::sema {

/// Drops streams, kinds, slots and zones that no segment or score reaches, sorts kinds and slots,
/// and writes the final ids into all expressions. Must be the last to touch them.
void renumber(Context& context);

}  // namespace segue::sema
