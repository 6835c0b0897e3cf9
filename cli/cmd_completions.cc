#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "cli/commands.h"

namespace segue::cli {
namespace {

/// The flags that `--help` shows, with their dashes.
std::vector<const CLI::Option*> shown_flags(const CLI::App& app) {
  return app.get_options([](const CLI::Option* option) {
    return option->nonpositional() && !option->get_group().empty();
  });
}

std::string flag_words(const CLI::App& app) {
  std::string words;
  for (const CLI::Option* option : shown_flags(app)) {
    words += fmt::format("{}--{}", words.empty() ? "" : " ", option->get_lnames().front());
  }
  return words;
}

std::string command_words(const CLI::App& seg) {
  std::string words;
  for (const CLI::App* command : seg.get_subcommands({})) {
    words += fmt::format("{}{}", words.empty() ? "" : " ", command->get_name());
  }
  return words;
}

/// Behind the command's name, words that begin with a dash are its flags, others are files.
std::string bash_script(const CLI::App& seg) {
  std::string cases;
  for (const CLI::App* command : seg.get_subcommands({})) {
    cases += fmt::format("    {}) flags='{}' ;;\n", command->get_name(), flag_words(*command));
  }
  return fmt::format(
      "# bash completion of seg\n"
      "_seg() {{\n"
      "  local word=${{COMP_WORDS[COMP_CWORD]}} flags='--help --version'\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    COMPREPLY=($(compgen -W '{} --help --version' -- \"$word\"))\n"
      "    return\n"
      "  fi\n"
      "  case ${{COMP_WORDS[1]}} in\n"
      "{}"
      "  esac\n"
      "  if [[ $word == -* ]]; then\n"
      "    COMPREPLY=($(compgen -W \"$flags\" -- \"$word\"))\n"
      "  else\n"
      "    COMPREPLY=($(compgen -f -- \"$word\"))\n"
      "  fi\n"
      "}}\n"
      "complete -o filenames -F _seg seg\n",
      command_words(seg), cases);
}

std::string zsh_script(const CLI::App& seg) {
  return "#compdef seg\nautoload -U +X bashcompinit && bashcompinit\n" + bash_script(seg);
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string fish_script(const CLI::App& seg) {
  std::string out = "# fish completion of seg\n";
  for (const CLI::App* command : seg.get_subcommands({})) {
    out += fmt::format("complete -c seg -n __fish_use_subcommand -f -a {} -d {}\n",
                       command->get_name(), quoted(command->get_description()));
  }
  for (const CLI::App* command : seg.get_subcommands({})) {
    for (const CLI::Option* option : shown_flags(*command)) {
      out +=
          fmt::format("complete -c seg -n '__fish_seen_subcommand_from {}' -l {}{} -d {}\n",
                      command->get_name(), option->get_lnames().front(),
                      option->get_type_size() == 0 ? "" : " -r", quoted(option->get_description()));
    }
  }
  return out;
}

}  // namespace

void declare_completions(CLI::App& app, Job& job) {
  auto shell = std::make_shared<std::string>();
  app.add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  app.callback([shell, &app, &job] {
    job = [shell, &app] {
      const CLI::App& seg = *app.get_parent();
      fmt::print("{}", *shell == "bash"  ? bash_script(seg)
                       : *shell == "zsh" ? zsh_script(seg)
                                         : fish_script(seg));
      return Exit::kDone;
    };
  });
}

}  // namespace segue::cli
