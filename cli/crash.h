// A failed internal check ends as exit code 3 and says how to report it.
#pragma once

namespace segue::cli {

/// Installs the handlers of SIGABRT and of the signals of wrong memory access, and lets a closed
/// pipe end the process without a word. Called once, first thing in `main`.
void prepare_signals();

}  // namespace segue::cli
