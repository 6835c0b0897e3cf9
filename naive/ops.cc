#include "naive/ops.h"

#include <algorithm>

#include "naive/comparisons.h"
#include "naive/families.h"
#include "naive/moving.h"
#include "naive/number_ops.h"
#include "naive/time_ops.h"
#include "runtime/base/check.h"

namespace segue::naive {
namespace {

using hir::Expr;
using hir::Op;

Datum truth_op(const Expr& expr, std::span<const Datum> c) {
  const auto holding = std::count_if(c.begin(), c.end(), [](const Datum& d) { return d.holds(); });
  switch (expr.op) {
    case Op::kLiteral:
      return of_literal(expr.literal);
    case Op::kAnd:
      return of_truth(holding == std::ssize(c));
    case Op::kOr:
      return of_truth(holding > 0);
    case Op::kNot:
      return of_truth(holding == 0);
    case Op::kAtLeast:
      return of_truth(holding >= static_cast<std::ptrdiff_t>(expr.number));
    case Op::kIsTrue:
      return of_truth(c[0].holds());
    case Op::kExists:
      return of_truth(!c[0].missing());
    case Op::kSelect:
      return c[0].holds() ? c[1] : c[2];
    default:
      break;
  }
  SEGUE_CHECK(false, "an op of truth has its case");
}

/// What comes of a moving number here is a truth that stays until it turns.
bool looks_at_numbers(const Expr& expr) {
  return expr.op == Op::kExists || family_of(expr.op) == Family::kComparison;
}

bool any_moves(std::span<const Datum> data) {
  return std::any_of(data.begin(), data.end(),
                     [](const Datum& datum) { return datum.moving != nullptr; });
}

}  // namespace

Datum Ops::apply(const Expr& expr, std::span<const Datum> children, Instant now) {
  if (looks_at_numbers(expr) && any_moves(children)) {
    std::vector<Datum> stopped;
    for (const Datum& child : children) stopped.push_back(still(child, now));
    return apply(expr, stopped, now);
  }
  switch (family_of(expr.op)) {
    case Family::kTruth:
      return truth_op(expr, children);
    case Family::kComparison:
      return of_truth(comparison(expr, children, now));
    case Family::kText:
      return texts_.apply(expr, children);
    case Family::kTime:
      return time_op(expr, children, now, zones_);
    case Family::kNumber:
      return number_op(expr.op, children);
    case Family::kItems:
      return items_.apply(expr, children[0], now);
    case Family::kHistory:
    case Family::kOccurrence:
      break;
  }
  SEGUE_CHECK(false, "an op over history or of an occurrence has no value of its children's alone");
}

std::vector<Instant> Ops::changes(const Expr& expr, std::span<const Datum> children, Instant after,
                                  Instant before) {
  std::vector<Instant> out;
  if (family_of(expr.op) == Family::kComparison) {
    add_meetings(expr, children, after, before, out);
  }
  if (family_of(expr.op) == Family::kTime) {
    add_time_changes(expr, children, after, before, zones_, out);
  }
  if (looks_at_numbers(expr) && any_moves(children)) {
    Instant now = after;
    const Instant last{before.ms - 1};
    bool holds = apply(expr, children, now).holds();
    while (const std::optional<Instant> turn =
               first_change(expr, children, {now.ms + 1}, last, holds)) {
      out.push_back(*turn);
      now = *turn;
      holds = !holds;
    }
  }
  std::erase_if(out, [&](Instant t) { return t <= after || t >= before; });
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

/// The first instant in [first, last] at which the comparison is not `holds`: the earlier half is
/// looked at first, and a stretch whose bounds settle it is not divided.
std::optional<Instant> Ops::first_change(const Expr& expr, std::span<const Datum> children,
                                         Instant first, Instant last, bool holds) {
  if (first > last) return {};
  if (first == last) {
    if (apply(expr, children, first).holds() == holds) return {};
    return first;
  }
  std::vector<Range> ranges;
  for (const Datum& child : children) ranges.push_back(range_of(child, first, last));
  if (const std::optional<bool> always = settled(expr, ranges)) {
    if (*always == holds) return {};
    return first;
  }
  const Instant middle{first.ms + (last.ms - first.ms) / 2};
  const std::optional<Instant> found = first_change(expr, children, first, middle, holds);
  return found ? found : first_change(expr, children, {middle.ms + 1}, last, holds);
}

}  // namespace segue::naive
