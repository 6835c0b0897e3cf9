// Which Segue this is.
#pragma once

#include <string_view>

#include "segue/export.h"

namespace segue {

/// `major.minor.patch` by semantic versioning, as `0.1.0`. Static storage; any thread.
SEGUE_API std::string_view version() noexcept;

}  // namespace segue
