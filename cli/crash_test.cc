#include "cli/crash.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

#include "cli/exit.h"

namespace segue::cli {
namespace {

TEST(CrashDeathTest, AFailedCheckIsExitCodeThreeAndSaysHowToReportIt) {
  EXPECT_EXIT(
      {
        prepare_signals();
        std::abort();
      },
      testing::ExitedWithCode(static_cast<int>(Exit::kBug)),
      "internal error: this is a bug of seg");
}

TEST(CrashDeathTest, AClosedPipeEndsQuietly) {
  EXPECT_EXIT(
      {
        std::signal(SIGPIPE, SIG_IGN);  // as whoever started us may have left it
        prepare_signals();
        std::raise(SIGPIPE);
      },
      testing::KilledBySignal(SIGPIPE), "^$");
}

}  // namespace
}  // namespace segue::cli
