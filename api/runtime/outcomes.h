// Errors of the parts as outcomes of the whole.
#pragma once

#include "runtime/base/result.h"
#include "segue/outcome.h"

namespace segue {

Outcome outcome_of(const Error& error);
inline Outcome outcome_of(const Status& status) { return outcome_of(status.error()); }

}  // namespace segue
