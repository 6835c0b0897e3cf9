// The whole AST: literals, expressions, declarations.
#pragma once

#include "compiler/syntax/ast_decl.h"
#include "compiler/syntax/ast_expr.h"
#include "compiler/syntax/ast_literals.h"
