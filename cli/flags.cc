#include "cli/flags.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>

#include "cli/complaint.h"

namespace segue::cli {
namespace {

bool ends_with(const std::string& text, std::string_view end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

bool is_rules(const std::string& path) {
  std::error_code unreadable;
  return ends_with(path, ".seg") || std::filesystem::is_directory(path, unreadable);
}

}  // namespace

// ---- rules --------------------------------------------------------------------------------------

CompileOptions RuleFlags::options() const {
  CompileOptions options;
  options.zone = zone;
  for (const std::string& param : params) {
    const size_t equals = param.find('=');
    if (equals == std::string::npos || equals == 0) {
      usage_error(fmt::format("--param takes name=value, not `{}`", param));
    }
    const size_t dollar = param[0] == '$' ? 1 : 0;
    options.params.emplace_back(param.substr(dollar, equals - dollar), param.substr(equals + 1));
  }
  return options;
}

void add_rule_flags(CLI::App& app, RuleFlags& flags) {
  add_repeatable(app, "--param", flags.params, "give a parameter of the rules another value")
      ->option_text("NAME=VALUE");
  app.add_option("--zone", flags.zone, "the zone of files that name none, as Europe/Paris")
      ->option_text("ZONE");
}

void add_rules_argument(CLI::App& app, std::vector<std::string>& rules) {
  app.add_option("RULES", rules, "files or folders of .seg")->required();
}

// ---- rules and events ---------------------------------------------------------------------------

std::vector<std::string> InputPaths::rules() const {
  std::vector<std::string> found;
  for (const std::string& path : given) {
    if (!ends_with(path, ".segi")) continue;
    usage_error(fmt::format("`{}` is a program image: RULES are a folder, or .seg files", path));
  }
  std::copy_if(given.begin(), given.end(), std::back_inserter(found), is_rules);
  if (found.empty()) usage_error("there are no RULES among the arguments: a folder, or .seg files");
  return found;
}

std::vector<std::string> InputPaths::events() const {
  std::vector<std::string> found;
  std::copy_if(given.begin(), given.end(), std::back_inserter(found),
               [](const std::string& path) { return !is_rules(path); });
  return found;
}

void add_input_arguments(CLI::App& app, InputPaths& paths) {
  // One list for the parser, since both take several; two in the help, which is the contract.
  app.add_option(
         "RULES EVENTS", paths.given,
         "rules: files or folders of .seg; events: .jsonl, .jsonl.gz, .jsonl.zst, .segl or - for "
         "standard input, several are merged by time")
      ->required();
}

// ---- output -------------------------------------------------------------------------------------

void add_record_flags(CLI::App& app, RecordFlags& flags) {
  app.add_option("--format", flags.format,
                 "jsonl, csv or table (default: table on a terminal, else jsonl)")
      ->option_text("FORMAT")
      ->check(CLI::IsMember({"jsonl", "csv", "table"}));
}

RecordFormat RecordFlags::record_format() const {
  if (format == "csv") return RecordFormat::kCsv;
  if (format == "table") return RecordFormat::kTable;
  if (format == "jsonl") return RecordFormat::kJsonl;
  return is_terminal(Stream::kOut) ? RecordFormat::kTable : RecordFormat::kJsonl;
}

void add_color_flag(CLI::App& app, ColorFlags& flags) {
  app.add_option("--color", flags.color, "auto, always or never (default: auto)")
      ->option_text("WHEN")
      ->check(CLI::IsMember({"auto", "always", "never"}));
}

bool ColorFlags::use(Stream stream) const {
  return use_color(color == "always"  ? ColorChoice::kAlways
                   : color == "never" ? ColorChoice::kNever
                                      : ColorChoice::kAuto,
                   stream);
}

// ---- pieces -------------------------------------------------------------------------------------

TimePoint time_argument(const std::string& flag, const std::string& text, const std::string& zone) {
  const std::optional<TimePoint> at = parse_time(text, zone);
  if (!at)
    usage_error(
        fmt::format("{} takes an instant such as `2025-06-01T12:00Z` or a date such as "
                    "`2025-06-01`, from 1970 to 2099, not `{}`",
                    flag, text));
  return *at;
}

CLI::Option* add_repeatable(CLI::App& app, const std::string& name,
                            std::vector<std::string>& values, const std::string& description) {
  return app.add_option(name, values, description)->take_all()->allow_extra_args(false);
}

void add_later_flag(CLI::App& app, const std::string& name) {
  app.add_flag_callback(name, [name] { not_supported_yet(name); })->group("");
}

}  // namespace segue::cli
