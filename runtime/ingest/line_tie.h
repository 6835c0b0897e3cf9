#pragma once

#include <string_view>

#include "runtime/base/arena.h"

namespace segue {

/// What orders a call without a `messageId` among others of its instant: 32 hex digits of the
/// XXH3-128 of its line, without blanks at its ends.
std::string_view line_tie(std::string_view line, Arena& arena);

}  // namespace segue
