// Rule text in, AST out.
#pragma once

#include <vector>

#include "compiler/diagnostics/diagnostics.h"
#include "compiler/source/source.h"
#include "compiler/syntax/ast.h"
#include "compiler/syntax/tokens.h"

namespace segue {

/// Parses one file. Errors are collected and parsing goes on: what was understood is returned, a
/// declaration with a syntax error in it is left out (and `complete` is false).
///
/// Never throws and never overflows the stack: limits.h bounds size, depth and count.
/// Threads: any number at once, each with its own Diagnostics.
[[nodiscard]] ast::File parse(const SourceManager& sources, SourceId id,
                              Diagnostics& diagnostics) noexcept;

struct ParsedText {
  ast::File file;
  std::vector<Token> tokens;  ///< in order, comments among them; all of the text when `complete`
};

/// The same, for who needs the comments too.
[[nodiscard]] ParsedText parse_with_tokens(const SourceManager& sources, SourceId id,
                                           Diagnostics& diagnostics) noexcept;

}  // namespace segue
