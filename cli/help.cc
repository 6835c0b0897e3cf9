#include "cli/help.h"

#include <fmt/format.h>

namespace segue::cli {
namespace {

constexpr size_t kColumns = 98;

/// `text` folded at blanks, each line behind the first indented by `indent`.
std::string folded(std::string_view text, size_t indent) {
  std::string out;
  size_t column = indent;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (column > indent && column + 1 + word.size() > kColumns) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
  }
  return out;
}

std::string entry(const std::string& left, const std::string& right, size_t width) {
  return fmt::format("  {:<{}}  {}\n", left, width, folded(right, width + 4));
}

bool takes_many(const CLI::Option& option) {
  return option.get_expected_max() >= CLI::detail::expected_max_vector_size;
}

std::string flag_name(const CLI::Option& option) {
  const std::string& value = option.get_option_text();
  return option.get_name(false, true) + (value.empty() ? "" : " " + value);
}

std::string argument_name(const CLI::Option& option) {
  return option.get_name(true) + (takes_many(option) ? "..." : "");
}

class HelpFormatter final : public CLI::FormatterBase {
 public:
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode /*mode*/) const override {
    const std::string full = name.empty() ? app->get_name() : name;
    std::string out = fmt::format("{}: {}\n\n{}", full, app->get_description(), usage(*app, full));
    out += arguments(*app) + subcommands(*app) + flags(*app);
    if (!app->get_footer().empty()) out += "\n" + app->get_footer();
    return out;
  }

 private:
  static bool shown(const CLI::Option* option) { return !option->get_group().empty(); }

  static std::string usage(const CLI::App& app, const std::string& name) {
    std::string line = "Usage: " + name;
    const bool has_arguments =
        !app.get_options([](const CLI::Option* o) { return o->get_positional(); }).empty();
    if (!app.get_subcommands({}).empty() && !has_arguments) {
      return line + " COMMAND [FLAGS] [ARGUMENTS]\n";
    }
    line += " [FLAGS]";
    for (const CLI::Option* option : app.get_options(shown)) {
      if (!option->get_positional()) continue;
      const std::string argument = argument_name(*option);
      line += option->get_required() ? " " + argument : " [" + argument + "]";
    }
    return line + "\n";
  }

  static std::string arguments(const CLI::App& app) {
    std::vector<const CLI::Option*> found;
    size_t width = 0;
    for (const CLI::Option* option : app.get_options(shown)) {
      if (!option->get_positional()) continue;
      found.push_back(option);
      width = std::max(width, argument_name(*option).size());
    }
    std::string out;
    for (const CLI::Option* option : found) {
      out += entry(argument_name(*option), option->get_description(), width);
    }
    return out.empty() ? out : "\nArguments:\n" + out;
  }

  static std::string subcommands(const CLI::App& app) {
    std::string out;
    for (const CLI::App* command : app.get_subcommands({})) {
      if (command->get_group().empty()) continue;
      out += entry(command->get_name(), command->get_description(), 11);
    }
    return out.empty() ? out : "\nCommands:\n" + out;
  }

  static std::string flags(const CLI::App& app) {
    std::vector<const CLI::Option*> found;
    size_t width = 0;
    for (const CLI::Option* option : app.get_options(shown)) {
      if (option->get_positional()) continue;
      found.push_back(option);
      width = std::max(width, flag_name(*option).size());
    }
    std::string out;
    for (const CLI::Option* option : found) {
      out += entry(flag_name(*option), option->get_description(), width);
    }
    return out.empty() ? out : "\nFlags:\n" + out;
  }
};

}  // namespace

std::shared_ptr<CLI::FormatterBase> help_formatter() { return std::make_shared<HelpFormatter>(); }

std::string help_footer(std::string_view examples) {
  std::string out = "Examples:\n";
  while (!examples.empty()) {
    const std::string_view line = examples.substr(0, examples.find('\n'));
    out += fmt::format("  {}\n", line);
    examples.remove_prefix(std::min(line.size() + 1, examples.size()));
  }
  return out;
}

}  // namespace segue::cli
