// Changes of membership on both sides of the public boundary.
#pragma once

#include "runtime/interp/program.h"
#include "segue/change.h"

namespace segue {

ChangeCause cause_of(Cause cause);

}  // namespace segue
