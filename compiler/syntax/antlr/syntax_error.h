// Where a parse stopped, and how that is told.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "antlr4-runtime.h"
#include "compiler/diagnostics/diagnostics.h"
#include "compiler/syntax/antlr/lexemes.h"

namespace segue {

/// The first thing that no rule allows.
struct SyntaxError {
  size_t token = 0;                                ///< index into Lexemes::tokens
  std::vector<size_t> rules;                       ///< indexes of the open rules, innermost first
  antlr4::misc::IntervalSet expected;              ///< token types that could stand there
  const antlr4::dfa::Vocabulary* names = nullptr;  ///< of the types, when some are expected
};

/// Stops at the first error and remembers it; recovery is by declaration and line, not by token,
/// because in a language where any word may be a name a token that is skipped fits anywhere.
class StopAtFirst final : public antlr4::BailErrorStrategy {
 public:
  void recover(antlr4::Parser* parser, std::exception_ptr error) override;
  antlr4::Token* recoverInline(antlr4::Parser* parser) override;

  const std::optional<SyntaxError>& error() const { return error_; }
  void forget() { error_.reset(); }

 private:
  void remember(antlr4::Parser* parser, const antlr4::Token* offending);

  std::optional<SyntaxError> error_;
};

/// True when the body of a declaration did not know what to do with the token, not a clause in it.
bool in_body(const SyntaxError& error);

/// Types that begin a clause, term, line or field when they stand first on a line.
bool begins_clause(uint16_t type);

/// Says what stands there and what may.
void report(const Lexemes& lexemes, const SyntaxError& error, Diagnostics& diagnostics);

}  // namespace segue
