// What standard output and standard error are connected to.
#pragma once

#include <cstdint>
#include <string>

namespace segue::cli {

enum class ColorChoice : uint8_t { kAuto, kAlways, kNever };

enum class Stream : uint8_t { kOut, kErr };

bool is_terminal(Stream stream);

/// kAuto: a terminal that is not `dumb`, and NO_COLOR is unset or empty.
bool use_color(ColorChoice choice, Stream stream);

/// Columns of the terminal, 80 where there is none.
unsigned terminal_columns(Stream stream);

/// The text between the escape sequence `code` (`"1;31"`) and its end, or bare.
std::string painted(bool color, const char* code, const std::string& text);

}  // namespace segue::cli
