// Errors of a declaration that did not parse.
#pragma once

#include <cstddef>

#include "compiler/diagnostics/diagnostics.h"
#include "compiler/syntax/antlr/lexemes.h"
#include "compiler/syntax/ast.h"

namespace segue {

/// Parses tokens [first, last) once more with full context. What parses is added to `file`; the
/// first error is reported, then the clause it lies in is left out and the rest tried again, so
/// that every bad line of a score or a test is told. With `silent` nothing is reported.
void parse_carefully(const Lexemes& lexemes, size_t first, size_t last, bool silent,
                     ast::File& file, Diagnostics& diagnostics);

}  // namespace segue
