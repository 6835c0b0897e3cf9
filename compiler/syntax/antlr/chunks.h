// Where declarations begin in a text that does not parse.
#pragma once

#include <cstddef>
#include <vector>

#include "compiler/diagnostics/diagnostics.h"
#include "compiler/syntax/antlr/lexemes.h"

namespace segue {

/// True when the token is a word like `segment` that stands first on its line and is followed by
/// what can follow it there: `event: text` in a body does not count, `segment = …` (its name was
/// forgotten) at the left margin does.
bool opens_declaration(const Lexemes& lexemes, size_t token);

/// The brackets of a file and what follows for its division into declarations.
class Chunks {
 public:
  /// Reports brackets without a partner.
  Chunks(const Lexemes& lexemes, Diagnostics& diagnostics);

  bool balanced() const { return balanced_; }
  /// The first token after `from` that opens a declaration outside all brackets opened since
  /// `from`; in a file whose brackets do not balance also one at the left margin. Else the end of
  /// the file.
  size_t next(size_t from) const;
  /// True when [first, last) holds a mistake that was reported and may lead the parser astray.
  bool excused(size_t first, size_t last) const;

 private:
  bool match(size_t first, size_t last, Diagnostics* diagnostics);

  const Lexemes& lexemes_;
  bool balanced_ = true;
  std::vector<uint32_t> excused_;    // offsets, sorted
  std::vector<uint32_t> unmatched_;  // of brackets, while they are being found
};

}  // namespace segue
