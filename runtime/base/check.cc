#include "runtime/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace segue {

void check_failed(const char* file, int line, const char* condition, const char* why) {
  std::fprintf(
      stderr,
      "seg: internal error at %s:%d: %s (%s)\n"
      "This is a bug in Segue. Please report it with the rules and the command that led here.\n",
      file, line, why, condition);
  std::abort();
}

}  // namespace segue
