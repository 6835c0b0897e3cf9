// The whole AST, from the leaves up: ast_literals.h, ast_window.h, ast_condition.h, ast_operand.h,
// ast_expr.h, ast_decl.h.
#pragma once

#include "compiler/syntax/ast_decl.h"
#include "compiler/syntax/ast_expr.h"
