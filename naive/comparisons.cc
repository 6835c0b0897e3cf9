#include "naive/comparisons.h"

#include <algorithm>
#include <compare>

#include "runtime/base/text.h"

namespace segue::naive {
namespace {

using hir::Expr;
using hir::Literal;
using hir::Op;
using Kind = Datum::Kind;

/// Less, equal or greater, of two numbers, two instants or two durations; else unordered, as is
/// NaN.
std::partial_ordering order(const Datum& a, const Datum& b, Instant now) {
  if (a.kind != b.kind) return std::partial_ordering::unordered;
  if (a.kind == Kind::kNumber) return a.number <=> b.number;
  if (a.is_time()) return a.ms_at(now) <=> b.ms_at(now);
  return std::partial_ordering::unordered;
}

bool is_sum(const Expr& expr) {
  return expr.op == Op::kAggregate && expr.aggregate == hir::Aggregate::kSum;
}

/// An exact sum beside a literal number is compared exactly; doubles would blur both.
std::optional<std::partial_ordering> exact_order(const Expr& expr,
                                                 std::span<const Datum> children) {
  const Expr& left = *expr.children[0];
  const Expr& right = *expr.children[1];
  const bool applies =
      (is_sum(left) && right.op == Op::kLiteral) || (left.op == Op::kLiteral && is_sum(right));
  if (!applies || !children[0].exact || !children[1].exact) return {};
  return *children[0].exact <=> *children[1].exact;
}

bool compare(const Expr& expr, std::span<const Datum> c, Instant now) {
  const std::optional<std::partial_ordering> exact = exact_order(expr, c);
  if (expr.op == Op::kEqual && !exact) {
    return equal_data(c[0], c[1], expr.ignoring_case, now);
  }
  const std::partial_ordering result = exact ? *exact : order(c[0], c[1], now);
  if (expr.op == Op::kEqual) return result == 0;
  return expr.op == Op::kLess ? result < 0 : result <= 0;
}

bool in_literals(const Datum& value, const Expr& expr, Instant now) {
  return std::any_of(expr.literals.begin(), expr.literals.end(), [&](const Literal& literal) {
    const Datum wanted = of_literal(literal);
    const bool sum = is_sum(*expr.children[0]) && value.exact && wanted.exact;
    if (sum) return *value.exact == *wanted.exact;
    return equal_data(value, wanted, expr.ignoring_case, now);
  });
}

/// Adds the instants at which the sign of (a - b) changes: with a - b = ms + slope * T, the first T
/// at which it is 0 or past it, and the first at which it is past it.
void add_crossings(const Datum& a, const Datum& b, Instant after, Instant before,
                   std::vector<Instant>& out) {
  if (a.kind != b.kind || !a.is_time()) return;
  int64_t ms = a.ms - b.ms;
  int64_t slope = a.slope - b.slope;
  if (slope == 0) return;
  if (slope < 0) {  // the sign of the difference does not matter to where it changes
    ms = -ms;
    slope = -slope;
  }
  int64_t meet = -ms / slope;  // rounded towards 0; make it the ceiling
  while (ms + slope * meet < 0) ++meet;
  while (ms + slope * (meet - 1) >= 0) --meet;
  int64_t part = meet;
  while (ms + slope * part <= 0) ++part;
  for (const int64_t at : {meet, part}) {
    if (at > after.ms && at < before.ms) out.push_back({at});
  }
}

/// How numbers of two ranges compare.
std::optional<bool> compared(Op op, const Range& a, const Range& b) {
  if (!a.may_be_number || !b.may_be_number) return false;
  bool always = false;
  bool never = false;
  if (op == Op::kEqual) {
    always = a.least == a.greatest && b.least == b.greatest && a.least == b.least;
    never = a.greatest < b.least || b.greatest < a.least;
  } else if (op == Op::kLess) {
    always = a.greatest < b.least;
    never = a.least >= b.greatest;
  } else {
    always = a.greatest <= b.least;
    never = a.least > b.greatest;
  }
  if (never) return false;
  if (always && !a.may_be_missing && !b.may_be_missing) return true;
  return {};
}

}  // namespace

bool equal_data(const Datum& a, const Datum& b, bool ignoring_case, Instant now) {
  if (a.kind != b.kind) return false;
  if (a.kind == Kind::kTruth) return a.truth == b.truth;
  if (a.kind == Kind::kText) {
    return ignoring_case ? equal_ignoring_case(a.text, b.text) : a.text == b.text;
  }
  return order(a, b, now) == std::partial_ordering::equivalent;
}

bool comparison(const Expr& expr, std::span<const Datum> children, Instant now) {
  return expr.op == Op::kInSet ? in_literals(children[0], expr, now) : compare(expr, children, now);
}

void add_meetings(const Expr& expr, std::span<const Datum> children, Instant after, Instant before,
                  std::vector<Instant>& out) {
  if (expr.op != Op::kInSet) {
    add_crossings(children[0], children[1], after, before, out);
    return;
  }
  for (const Literal& literal : expr.literals) {
    add_crossings(children[0], of_literal(literal), after, before, out);
  }
}

std::optional<bool> settled(const Expr& expr, std::span<const Range> ranges) {
  const Range& value = ranges[0];
  if (expr.op == Op::kExists) {
    if (!value.may_be_number) return false;
    if (!value.may_be_missing) return true;
    return {};
  }
  if (expr.op != Op::kInSet) return compared(expr.op, value, ranges[1]);
  bool open = false;
  for (const Literal& literal : expr.literals) {
    if (literal.type != hir::Type::kNumber) continue;
    const Range wanted{literal.number, literal.number, true, false};
    const std::optional<bool> equal = compared(Op::kEqual, value, wanted);
    if (equal && *equal) return true;
    open = open || !equal;
  }
  if (open) return {};
  return false;
}

}  // namespace segue::naive
