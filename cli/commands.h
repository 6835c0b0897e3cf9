// The subcommands: a table, and the way from a command line to one of them.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "cli/exit.h"

namespace CLI {
class App;
}

namespace segue::cli {

/// What is to be done once the flags are parsed.
using Job = std::function<Exit()>;

struct Command {
  std::string_view name;
  std::string_view summary;   ///< one line, as `seg --help` shows it
  std::string_view examples;  ///< lines of `seg …`, a blank and `# why` behind some
  /// Adds its arguments and flags to `app` and sets `job`, which may share what they are bound to.
  void (*declare)(CLI::App& app, Job& job);
};

/// In the order of `seg --help`.
std::span<const Command> commands();

/// What CLI.md promises for later: the name is known, the answer is "not supported yet".
std::span<const std::string_view> later_commands();

/// Parses the command line, does what it says, and returns the exit code. Prints what is wrong.
Exit run(int argc, const char* const* argv);

void declare_new(CLI::App& app, Job& job);
void declare_check(CLI::App& app, Job& job);
void declare_fmt(CLI::App& app, Job& job);
void declare_test(CLI::App& app, Job& job);
void declare_members(CLI::App& app, Job& job);
void declare_run(CLI::App& app, Job& job);
void declare_pack(CLI::App& app, Job& job);
void declare_build(CLI::App& app, Job& job);
void declare_state(CLI::App& app, Job& job);
void declare_explain(CLI::App& app, Job& job);
void declare_bench(CLI::App& app, Job& job);
void declare_completions(CLI::App& app, Job& job);

}  // namespace segue::cli
