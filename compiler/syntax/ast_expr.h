// One expression tree for conditions, signals and arithmetic: what a name is, and whether the parts
// fit, is the checker's business. Chains (`a and b and …`) are flat, so depth is bounded by
// kNestingMax parentheses.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "compiler/syntax/ast_literals.h"

namespace segue::ast {

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;  ///< never null unless a comment says so

/// `signal where filter`: what stands in a group, an argument, a declaration.
struct Filtered {
  ExprPtr value;
  ExprPtr where;  ///< null without a filter
  Span span;
};

// ---- windows ------------------------------------------------------------------------------------

/// Where a window begins or ends.
struct Anchor {
  enum class Kind : uint8_t { kFirst, kLast, kMoment, kPath, kParam };
  Kind kind = Kind::kMoment;
  ExprPtr step;  ///< kFirst, kLast; else null
  Moment moment;
  Path path;
  Param param;
  Span span;
};

struct Window {
  enum class Kind : uint8_t {
    kWithin,        ///< within `far`, with `next` the future
    kWithinBefore,  ///< within `far` before `anchor`
    kWithinAfter,   ///< within `far` after `anchor`
    kBetween,       ///< between `far` and `near` ago
    kInTheLast,     ///< in the last `count` [full] `unit`s
    kThis,          ///< this `unit`
    kLast,          ///< last `unit`
    kToday,
    kYesterday,
    kEver,
    kSince,   ///< since `anchor`
    kBefore,  ///< before `anchor`
    kAfter,   ///< after `anchor`
    kFromTo,  ///< from `anchor` to `until`
  };
  Kind kind = Kind::kEver;
  bool next = false;  ///< also possible (and refused by the checker) with before, after
  bool full = false;
  std::optional<DurationArg> far;
  std::optional<DurationArg> near;
  std::optional<NumberArg> count;
  Unit unit;
  std::optional<Anchor> anchor;
  std::optional<Anchor> until;
  Span span;
};

/// `in each of the last 3 periods of 3d`, `in >= 2 of the last 3 periods of 3d`
struct Periods {
  bool each = false;
  Compare compare;                   ///< when not `each`
  std::optional<NumberArg> at_least; ///< the number after `compare`; empty for `each`
  NumberArg count;
  DurationArg length;
  Span span;
};

// ---- conditions ---------------------------------------------------------------------------------

struct Unless { ExprPtr condition, exception; };
struct Or { std::vector<ExprPtr> operands; };
struct And { std::vector<ExprPtr> operands; };
struct Not { ExprPtr operand; };
/// `c for 3d`, `c for at least 3d`
struct Held { ExprPtr condition; DurationArg length; bool at_least = false; };
struct Never { ExprPtr step; };
struct No { ExprPtr step; std::optional<Window> window; };
/// `in a`, `in any of (a, b)`
struct Member { std::vector<Path> segments; bool any_of = false; };

struct Quantified {
  enum class Kind : uint8_t { kAll, kAny, kNone, kAtLeast };
  Kind kind = Kind::kAll;
  std::optional<NumberArg> count;  ///< kAtLeast
  std::vector<ExprPtr> operands;
};

/// `reached (a then b) >= 2 all within 7d`; `purchase reached >= 2` has `postfix`.
struct Reached {
  ExprPtr sequence;
  bool postfix = false;
  Compare compare;
  NumberArg steps;
  std::optional<DurationArg> all_within;
  std::optional<Window> window;
};

struct Comparison {
  ExprPtr left, right;
  Compare compare;
  bool ignoring_case = false;
  std::optional<Window> window;
  std::optional<Periods> periods;
};

/// `x in 1..2`, `x not in ("a", "b")`, `user in vips`
struct InSet {
  ExprPtr value;
  bool negated = false;
  std::variant<Range, Scalars, Path> set;
  bool ignoring_case = false;
  std::optional<Window> window;
  std::optional<Periods> periods;
};

/// A window or periods behind an operand that is compared with nothing: `login within 7d`.
struct Windowed {
  ExprPtr value;
  std::optional<Window> window;
  std::optional<Periods> periods;
};

/// `is missing`, `is today`, `is next month`, `is 4 days ago`, `is hot`
struct Is {
  enum class Kind : uint8_t {
    kMissing, kToday, kYesterday, kTomorrow,
    kThis, kLast, kNext,   ///< with `unit`
    kAgo, kFromNow,        ///< with `count` and `unit`
    kBand,                 ///< with `band`
  };
  Kind kind = Kind::kMissing;
  ExprPtr value;
  bool negated = false;
  Unit unit;
  std::optional<NumberArg> count;
  Name band;
};

struct Exists { ExprPtr value; };

/// `tags has "x"` has `item`; `has any of (…)`, `has all of list` have `items`.
struct Has {
  enum class Kind : uint8_t { kOne, kAny, kAll, kNone };
  Kind kind = Kind::kOne;
  ExprPtr value;
  ExprPtr item;  ///< kOne; else null
  std::variant<Scalars, Path> items;
  bool ignoring_case = false;
};

struct TextTest {
  enum class Kind : uint8_t { kContains, kStartsWith, kEndsWith, kMatches };
  Kind kind = Kind::kContains;
  ExprPtr value, text;
  bool ignoring_case = false;
};

/// `last order was (revenue > 100)`
struct Was {
  ExprPtr value;
  bool negated = false;
  Filtered filter;  ///< what stands in the parentheses
  std::optional<Window> window;
};

/// `login on >= 7 of the last 10 days`, `login on >= 3 days within 30d`
struct OnDays {
  ExprPtr value;
  Compare compare;
  NumberArg days;
  std::optional<NumberArg> of_last;  ///< first form
  bool full = false;                 ///< first form
  Unit unit;
  std::optional<Window> window;      ///< second form
};

struct Streak { ExprPtr value; Compare compare; NumberArg length; Unit unit; };

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
  struct Term { ArithmeticOp op; Span op_span; ExprPtr operand; };
  ExprPtr first;
  std::vector<Term> rest;
};

struct Negate { ExprPtr operand; };
struct Group { Filtered inner; };
/// `any except (a or b)`
struct Except { ExprPtr value, excluded; };
/// `count(login within 7d)`, `first(e.p)`, `text(x)`
struct Call { Name callee; std::vector<Filtered> arguments; };
/// `first login`, `last order`
struct Ordinal { bool last = false; ExprPtr step; };
/// `time since last login`
struct Elapsed { Anchor anchor; };
/// `any interests where (key = "cars")`
struct AnyItem { Path list; Filtered filter; };
/// `sessions of any with gap 30m`
struct Sessions { ExprPtr step; DurationArg gap; };
/// `entered trial`, `left trial`
struct Crossing { bool left = false; Name segment; };
/// `changed plan from "free" to "pro"`
struct Change { Path trait; std::optional<Scalar> from, to; };
/// `opened case_study`, `skipped 2`: the argument of a bare word is a Name.
struct Applied { Name signal; std::variant<Name, Text, Number, Param> argument; };
/// A signal, trait, property, score, …; `any` is the bare name `any`.
struct NameRef { Path path; };
struct MomentRef { Moment moment; };
/// Number, Duration, Truth or Param; texts are NameRef (quoted) until the checker knows better.
struct Literal { Scalar value; };

enum class ExprKind : uint8_t {
#define SEGUE_EXPR(type, name) k##type,
#include "compiler/syntax/expr_kinds.def"
#undef SEGUE_EXPR
};
std::string_view spelling(ExprKind kind);

struct Expr {
  using Node = std::variant<
      Unless, Or, And, Not, Held, Never, No, Member, Quantified, Reached, Comparison, InSet,
      Windowed, Is, Exists, Has, TextTest, Was, OnDays, Streak, Sequence, Arithmetic, Negate, Group,
      Except, Call, Ordinal, Elapsed, AnyItem, Sessions, Crossing, Change, Applied, NameRef,
      MomentRef, Literal>;
  Node node;
  Span span;

  ExprKind kind() const { return static_cast<ExprKind>(node.index()); }
  /// The node when it is a T, else null.
  template <class T> const T* as() const { return std::get_if<T>(&node); }
  template <class T> T* as() { return std::get_if<T>(&node); }
};

template <class T>
ExprPtr make_expr(T node, Span span) {
  return std::make_unique<Expr>(Expr{Expr::Node(std::move(node)), span});
}

}  // namespace segue::ast
