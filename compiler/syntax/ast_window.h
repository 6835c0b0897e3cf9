// Windows of time and their anchors; filtered signals.
#pragma once

#include <memory>
#include <optional>

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
  std::unique_ptr<Anchor> anchor;  ///< null without one, as `until`
  std::unique_ptr<Anchor> until;
  Span span;
};

/// `in each of the last 3 periods of 3d`, `in >= 2 of the last 3 periods of 3d`
struct Periods {
  bool each = false;
  Compare compare;                    ///< when not `each`
  std::optional<NumberArg> at_least;  ///< the number after `compare`; empty for `each`
  NumberArg count;
  DurationArg length;
  Span span;
};

}  // namespace segue::ast
