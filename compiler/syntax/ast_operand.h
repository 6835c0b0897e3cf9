// Expressions that can be signals, values or both. All are alternatives of Expr::Node (ast_expr.h).
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "compiler/syntax/ast_window.h"

namespace segue::ast {

// ---- sequences ----------------------------------------------------------------------------------

struct ThenStep {
  enum class Kind : uint8_t { kThen, kNext, kLater, kNo, kNoLater };
  Kind kind = Kind::kThen;
  ExprPtr step;
  std::optional<DurationArg> after, within;
  ExprPtr without;  ///< null without one
  Span span;
};

/// `all within 7d`, `by campaign`
struct SequenceSuffix {
  enum class Kind : uint8_t { kAllWithin, kBy };
  Kind kind = Kind::kBy;
  std::optional<DurationArg> length;
  Path key;
  Span span;
};

/// `first then …`. Without steps it is a group with suffixes or `among` behind its parenthesis.
struct Sequence {
  ExprPtr first;
  std::vector<ThenStep> steps;
  std::vector<SequenceSuffix> suffixes;
  bool has_among = false;
  std::vector<Filtered> among;
};

// ---- operands -----------------------------------------------------------------------------------

enum class ArithmeticOp : uint8_t { kAdd, kSubtract, kMultiply, kDivide };
std::string_view spelling(ArithmeticOp op);

/// One level of precedence, left to right: only + and -, or only * and /.
struct Arithmetic {
  struct Term {
    ArithmeticOp op;
    Span op_span;
    ExprPtr operand;
  };
  ExprPtr first;
  std::vector<Term> rest;
};

struct Negate {
  ExprPtr operand;
};
struct Group {
  Filtered inner;
};
/// `any except (a or b)`
struct Except {
  ExprPtr value, excluded;
};
/// `count(login within 7d)`, `first(e.p)`, `text(x)`
struct Call {
  Name callee;
  std::vector<Filtered> arguments;
};
/// `first login`, `last order`
struct Ordinal {
  bool last = false;
  ExprPtr step;
};
/// `time since last login`
struct Elapsed {
  Anchor anchor;
};
/// `any interests where (key = "cars")`
struct AnyItem {
  Path list;
  Filtered filter;
};
/// `sessions of any with gap 30m`
struct Sessions {
  ExprPtr step;
  DurationArg gap;
};
/// `entered trial`, `left trial`
struct Crossing {
  bool left = false;
  Name segment;
};
/// `changed plan from "free" to "pro"`
struct Change {
  Path trait;
  std::optional<Scalar> from, to;
};
/// `opened case_study`, `skipped 2`: the argument of a bare word is a Name.
struct Applied {
  Name signal;
  std::variant<Name, Text, Number, Param> argument;
};
/// A signal, trait, property, score, …; `any` is the bare name `any`.
struct NameRef {
  Path path;
};
struct MomentRef {
  Moment moment;
};
/// Number, Duration, Truth or Param; texts are NameRef (quoted) until the checker knows better.
struct Literal {
  Scalar value;
};

}  // namespace segue::ast
