// Flags that several commands share: what they are bound to, and what they become.
#pragma once

#include <CLI/App.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/records.h"
#include "cli/terminal.h"
#include "segue/compile.h"
#include "segue/time.h"

namespace segue::cli {

/// `--param`, `--zone`
struct RuleFlags {
  std::vector<std::string> params;
  std::string zone = "UTC";

  CompileOptions options() const;
};
void add_rule_flags(CLI::App& app, RuleFlags& flags);

/// The arguments RULES and EVENTS, told apart by what they are: folders and `.seg` are rules.
struct InputPaths {
  std::vector<std::string> given;

  std::vector<std::string> rules() const;
  std::vector<std::string> events() const;
};
void add_rules_argument(CLI::App& app, std::vector<std::string>& rules);
void add_input_arguments(CLI::App& app, InputPaths& paths);

/// `--format jsonl|csv|table`
struct RecordFlags {
  std::string format;

  RecordFormat record_format() const;
};
void add_record_flags(CLI::App& app, RecordFlags& flags);

/// `--color`
struct ColorFlags {
  std::string color = "auto";

  bool use(Stream stream) const;
};
void add_color_flag(CLI::App& app, ColorFlags& flags);

/// An instant given on the command line, local to `zone` unless it says otherwise.
TimePoint time_argument(const std::string& flag, const std::string& text, const std::string& zone);

/// A flag that takes one value each time it is given.
CLI::Option* add_repeatable(CLI::App& app, const std::string& name,
                            std::vector<std::string>& values, const std::string& description);

/// A flag of a later issue: known, not shown by --help, answered with "not supported yet".
void add_later_flag(CLI::App& app, const std::string& name);

}  // namespace segue::cli
