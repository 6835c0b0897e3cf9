#include "cli/crash.h"

#include <unistd.h>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <initializer_list>

#include "cli/exit.h"

namespace segue::cli {
namespace {

// Only what a signal handler may call: write and _exit.
void report_bug(int /*signal*/) {
  static constexpr char kText[] =
      "seg: internal error: this is a bug of seg, not of your rules or events\n"
      "Please report it with the lines above, the output of `seg --version`, the command line, "
      "and,\n"
      "if you can share them, the smallest rules and events that show it.\n";
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, kText, sizeof(kText) - 1);
  _exit(static_cast<int>(Exit::kBug));
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action;
  std::memset(&action, 0, sizeof(action));
  action.sa_handler = handler;
  action.sa_flags = SA_ONSTACK;
  sigaction(signal, &action, nullptr);
}

}  // namespace

void prepare_signals() {
  // A stack overflow leaves no room for a handler on the stack it overflowed.
  alignas(16) static std::byte spare_stack[64 * 1024];
  stack_t stack{};
  stack.ss_sp = spare_stack;
  stack.ss_size = sizeof(spare_stack);
  sigaltstack(&stack, nullptr);

  handle(SIGABRT, report_bug);
  // A sanitizer, which says more about these than we could, has its own handlers by now.
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
    struct sigaction current;
    if (sigaction(signal, nullptr, &current) == 0 && current.sa_handler == SIG_DFL) {
      handle(signal, report_bug);
    }
  }
  // Whoever started us may have told its children to ignore it; `seg run … | head` must just end.
  handle(SIGPIPE, SIG_DFL);
}

}  // namespace segue::cli
