// The exit codes of CLI.md.
#pragma once

namespace segue::cli {

enum class Exit : int {
  kDone = 0,
  kWrong = 1,  ///< the rules are wrong, a test failed, `--check` found work
  kUsage = 2,  ///< a wrong command line, unreadable input
  kBug = 3,    ///< ours
};

}  // namespace segue::cli
