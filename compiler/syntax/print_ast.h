// The AST as indented text: what `seg explain --stage ast` prints and tests compare.
#pragma once

#include <string>

#include "compiler/syntax/ast.h"

namespace segue {

/// One line a node, two blanks a level. Says everything but places in the text, so that two texts
/// mean the same to the checker when their prints are equal.
std::string print_ast(const ast::File& file);

}  // namespace segue
