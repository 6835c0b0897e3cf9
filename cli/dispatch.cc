#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "cli/commands.h"
#include "cli/complaint.h"
#include "cli/help.h"
#include "segue/version.h"

namespace segue::cli {
namespace {

void complain(const std::string& message) { fmt::print(stderr, "seg: {}\n", message); }

/// A flag's value that is empty is a shell's variable that is not set, and not the default.
void refuse_empty_values(CLI::App& command) {
  for (CLI::Option* option : command.get_options()) {
    if (option->get_positional() || option->get_items_expected_max() == 0) continue;
    option->check([](const std::string& value) {
      return value.empty() ? std::string("its value is empty") : std::string();
    });
  }
}

void declare_all(CLI::App& app, Job& job) {
  app.name("seg");
  app.description("behavioral segments, compiled");
  app.formatter(help_formatter());
  app.set_help_flag("-h,--help", "this text");
  app.set_version_flag("--version", fmt::format("seg {}", version()), "the version");
  app.require_subcommand(1);
  app.footer(
      "`seg COMMAND --help` shows the flags of a command, with examples.\n"
      "Exit codes: 0 done, 1 wrong rules or failed tests, 2 wrong usage or unreadable input,\n"
      "3 internal error.\n");
  for (const Command& command : commands()) {
    CLI::App* sub = app.add_subcommand(std::string(command.name), std::string(command.summary));
    sub->set_help_flag("-h,--help", "this text");
    sub->footer(help_footer(command.examples));
    command.declare(*sub, job);
    refuse_empty_values(*sub);
  }
}

/// CLI11's words for a missing or unknown word, in ours.
std::string words_of(const CLI::ParseError& error, const CLI::App& app) {
  std::string where = "seg";
  for (const CLI::App* command : app.get_subcommands()) where += " " + command->get_name();
  std::string what = error.what();
  if (!what.empty() && what.back() == '\n') what.pop_back();
  return fmt::format("{}; `{} --help` shows the usage", what, where);
}

void refuse_unknown_command(int argc, const char* const* argv) {
  if (argc < 2 || argv[1][0] == '-' || argv[1][0] == '\0') return;
  const std::string_view name = argv[1];
  const auto later = later_commands();
  if (std::find(later.begin(), later.end(), name) != later.end()) {
    not_supported_yet(fmt::format("`seg {}`", name));
  }
  for (const Command& command : commands()) {
    if (command.name == name) return;
  }
  usage_error(fmt::format("there is no command `{}`; `seg --help` lists them", name));
}

Exit parse_and_do(int argc, const char* const* argv) {
  refuse_unknown_command(argc, argv);
  CLI::App app;
  Job job;
  declare_all(app, job);
  if (argc < 2) {
    fmt::print(stderr, "{}", app.help());
    return Exit::kUsage;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wish) {  // --help, --version
    app.exit(wish);
    return Exit::kDone;
  } catch (const CLI::ParseError& error) {
    usage_error(words_of(error, app));
  }
  return job();
}

}  // namespace

Exit run(int argc, const char* const* argv) {
  try {
    return parse_and_do(argc, argv);
  } catch (const Complaint& complaint) {
    complain(complaint.what());
    return complaint.exit();
  }
}

}  // namespace segue::cli
