// The way out of a command that cannot go on: one line on standard error and an exit code.
#pragma once

#include <stdexcept>
#include <string>

#include "cli/exit.h"
#include "segue/outcome.h"

namespace segue::cli {

/// Caught by `run`, which prints `seg: <message>`.
class Complaint : public std::runtime_error {
 public:
  Complaint(Exit exit, const std::string& message) : std::runtime_error(message), exit_(exit) {}
  Exit exit() const { return exit_; }

 private:
  Exit exit_;
};

[[noreturn]] inline void usage_error(const std::string& message) {
  throw Complaint(Exit::kUsage, message);
}

[[noreturn]] inline void not_supported_yet(const std::string& what) {
  usage_error(what + ": not supported yet");
}

/// What the world did wrong is exit code 2.
inline void require(const Outcome& outcome) {
  if (!outcome.ok()) throw Complaint(Exit::kUsage, outcome.message());
}

}  // namespace segue::cli
