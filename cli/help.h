// How `--help` looks.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "cli/commands.h"

namespace segue::cli {

/// Usage, arguments, flags and examples of a subcommand; the list of them for `seg` itself. Lines
/// stay within 100 columns.
std::shared_ptr<CLI::FormatterBase> help_formatter();

/// Puts `examples` of a command below its flags.
std::string help_footer(std::string_view examples);

}  // namespace segue::cli
