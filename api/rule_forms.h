// The texts of rules without their constants, to tell those of one form together.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/compilation_state.h"

namespace segue {

/// A declaration's text from behind its name, with `N` for numbers, `D` for durations, `T` for
/// dates and instants, `"…"` for texts, and without comments and metadata: `view >= N within D`.
std::string form_of(std::string_view text);

/// By segment, then by score, in order of declaration; all empty of a plan that was read as text.
std::vector<std::string> rule_forms(const Compilation::State& state);

}  // namespace segue
