// The tokens of one file: compact, and repaired before the parser sees them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/diagnostics/diagnostics.h"
#include "compiler/source/source.h"
#include "compiler/syntax/tokens.h"

namespace segue {

/// `type` is one of the generated lexer's.
struct Lexeme {
  uint32_t begin = 0;
  uint32_t end = 0;
  uint16_t type = 0;
};

struct Lexemes {
  SourceId file;
  std::string_view text;         ///< of the whole file
  std::vector<Lexeme> tokens;    ///< without comments; the last is the end of the file
  std::vector<Lexeme> comments;  ///< `#` and `##`
  /// What a slip was meant to say, by its begin; null without slips. Absent: what stands there.
  using Meant = std::unordered_map<uint32_t, std::string>;
  std::shared_ptr<Meant> meant;
  /// Begins of slips that may have swallowed a bracket or more: what the parser finds wrong near
  /// them is not reported again.
  std::vector<uint32_t> swallowing;

  Span span(const Lexeme& lexeme) const { return {file, lexeme.begin, lexeme.end}; }
  std::string_view written(const Lexeme& lexeme) const {
    return text.substr(lexeme.begin, lexeme.end - lexeme.begin);
  }
  /// As meant.
  std::string_view spelling(const Lexeme& lexeme) const;
  /// True when nothing but blanks stands before it on its line.
  bool first_on_line(size_t token) const;
};

/// Stops at kTokensMax with a diagnostic; `complete` is false then.
struct LexResult {
  Lexemes lexemes;
  bool complete = true;
};
LexResult lex(const SourceFile& file, SourceId id, Diagnostics& diagnostics);

/// Reports what is no token and puts what was meant in its place.
void repair_slips(Lexemes& lexemes, Diagnostics& diagnostics);

/// Reports texts, numbers, durations, dates and instants that cannot be.
void check_literals(const Lexemes& lexemes, Diagnostics& diagnostics);

/// Nesting and runs within limits.h. Must hold before anything recursive sees the tokens.
bool check_depth(const Lexemes& lexemes, Diagnostics& diagnostics);

/// For whom the generated kinds are hidden.
std::vector<Token> public_tokens(const Lexemes& lexemes);

}  // namespace segue
