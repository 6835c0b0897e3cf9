// Expressions that can only be conditions. All are alternatives of Expr::Node (ast_expr.h).
#pragma once

#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "compiler/syntax/ast_window.h"

namespace segue::ast {

struct Unless {
  ExprPtr condition, exception;
};
struct Or {
  std::vector<ExprPtr> operands;
};
struct And {
  std::vector<ExprPtr> operands;
};
struct Not {
  ExprPtr operand;
};
/// `c for 3d`, `c for at least 3d`
struct Held {
  ExprPtr condition;
  DurationArg length;
  bool at_least = false;
};
struct Never {
  ExprPtr step;
};
struct No {
  ExprPtr step;
  std::optional<Window> window;
};
/// `in a`, `in any of (a, b)`
struct Member {
  std::vector<Path> segments;
  bool any_of = false;
};

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
  std::unique_ptr<Periods> periods;  ///< null without
};

/// `x in 1..2`, `x not in ("a", "b")`, `user in vips`
struct InSet {
  ExprPtr value;
  bool negated = false;
  std::variant<Range, Scalars, Path> set;
  bool ignoring_case = false;
  std::optional<Window> window;
  std::unique_ptr<Periods> periods;  ///< null without
};

/// A window or periods behind an operand that is compared with nothing: `login within 7d`.
struct Windowed {
  ExprPtr value;
  std::optional<Window> window;
  std::unique_ptr<Periods> periods;  ///< null without
};

/// `is missing`, `is today`, `is next month`, `is 4 days ago`, `is hot`
struct Is {
  enum class Kind : uint8_t {
    kMissing,
    kToday,
    kYesterday,
    kTomorrow,
    kThis,
    kLast,
    kNext,  ///< with `unit`
    kAgo,
    kFromNow,  ///< with `count` and `unit`
    kBand,     ///< with `band`
  };
  Kind kind = Kind::kMissing;
  ExprPtr value;
  bool negated = false;
  Unit unit;
  std::optional<NumberArg> count;
  Name band;
};

struct Exists {
  ExprPtr value;
};

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
  std::optional<Window> window;  ///< second form
};

struct Streak {
  ExprPtr value;
  Compare compare;
  NumberArg length;
  Unit unit;
};

}  // namespace segue::ast
