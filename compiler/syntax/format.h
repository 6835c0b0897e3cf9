// Canonical layout of a rule file: what `seg fmt` writes.
#pragma once

#include <string>
#include <string_view>

#include "compiler/syntax/parse.h"

namespace segue {

/// Columns a line keeps to, where the language has a place to end it.
inline constexpr uint32_t kFormatColumns = 100;

/// Lays out a text that parsed without errors (`parsed` is of it, and complete). The result means
/// the same, has every comment, and formats to itself.
///
/// Two blanks a level; one empty line at most, and one between declarations unless both are lines
/// of one sort that stood together; `==` becomes `=`; commas at the end of a list go.
std::string format(std::string_view text, const ParsedText& parsed);

}  // namespace segue
