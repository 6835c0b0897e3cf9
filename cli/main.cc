#include "cli/commands.h"
#include "cli/crash.h"

int main(int argc, char** argv) {
  segue::cli::prepare_signals();
  return static_cast<int>(segue::cli::run(argc, argv));
}
