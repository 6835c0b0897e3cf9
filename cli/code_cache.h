// Where native code is kept between runs.
#pragma once

#include <string>

namespace segue::cli {

/// `$SEGUE_CACHE_DIR` if it is set, and nowhere (an empty name) if it is set to nothing; else
/// `segue` in `$XDG_CACHE_HOME`, or in `~/.cache` without one, as the XDG base directory
/// specification has it: a relative path there counts as none.
std::string code_cache_folder();

}  // namespace segue::cli
