// `--require`: what each segment and score must say of itself.
#pragma once

#include "compiler/sema/context.h"

namespace segue::sema {

/// One error for each segment and score, libraries aside, that leaves out what the options require.
void check_required(Context& context);

}  // namespace segue::sema
