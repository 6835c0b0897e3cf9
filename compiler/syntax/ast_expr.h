// One expression tree for conditions, signals and arithmetic: what a name is, and whether the parts
// fit, is the checker's business. Chains (`a and b and …`) are flat, so depth is bounded by
// kNestingMax parentheses.
#pragma once

#include <memory>
#include <utility>
#include <variant>

#include "compiler/syntax/ast_condition.h"
#include "compiler/syntax/ast_operand.h"

namespace segue::ast {

enum class ExprKind : uint8_t {
#define SEGUE_EXPR(type, name) k##type,
#include "compiler/syntax/expr_kinds.def"
#undef SEGUE_EXPR
};
std::string_view spelling(ExprKind kind);

struct Expr {
  using Node =
      std::variant<Unless, Or, And, Not, Held, Never, No, Member, Quantified, Reached, Comparison,
                   InSet, Windowed, Is, Exists, Has, TextTest, Was, OnDays, Streak, Sequence,
                   Arithmetic, Negate, Group, Except, Call, Ordinal, Elapsed, AnyItem, Sessions,
                   Crossing, Change, Applied, NameRef, MomentRef, Literal>;
  Node node;
  Span span;

  ExprKind kind() const { return static_cast<ExprKind>(node.index()); }
  /// The node when it is a T, else null.
  template <class T>
  const T* as() const {
    return std::get_if<T>(&node);
  }
  template <class T>
  T* as() {
    return std::get_if<T>(&node);
  }
};

template <class T>
ExprPtr make_expr(T node, Span span) {
  return std::make_unique<Expr>(Expr{Expr::Node(std::move(node)), span});
}

}  // namespace segue::ast
