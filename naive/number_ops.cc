#include "naive/number_ops.h"

#include <algorithm>
#include <cmath>

#include "naive/moving.h"
#include "runtime/base/check.h"

namespace segue::naive {
namespace {

using hir::Op;
using Kind = Datum::Kind;

/// Sum and difference of times; missing where the language has none (instant + instant, …).
Datum of_times(Op op, const Datum& a, const Datum& b) {
  if (op == Op::kAdd) {
    const int instants = (a.kind == Kind::kInstant) + (b.kind == Kind::kInstant);
    if (instants == 2) return {};
    return of_time(instants == 1 ? Kind::kInstant : Kind::kDuration, a.ms + b.ms,
                   a.slope + b.slope);
  }
  if (op != Op::kSubtract) return {};
  if (a.kind == Kind::kDuration && b.kind == Kind::kInstant) return {};
  return of_time(a.kind == b.kind ? Kind::kDuration : Kind::kInstant, a.ms - b.ms,
                 a.slope - b.slope);
}

Datum of_two(Op op, const Datum& a, const Datum& b) {
  switch (op) {
    case Op::kAdd:
      return of_number(a.number + b.number);
    case Op::kSubtract:
      return of_number(a.number - b.number);
    case Op::kMultiply:
      return of_number(a.number * b.number);
    case Op::kMin:
      return of_number(b.number < a.number ? b.number : a.number);
    case Op::kMax:
      return of_number(a.number < b.number ? b.number : a.number);
    case Op::kDivide:
      return b.number == 0 ? Datum{} : of_number(a.number / b.number);
    default:
      break;
  }
  SEGUE_CHECK(false, "of two numbers there are sum, difference, product, quotient, min and max");
}

}  // namespace

Datum number_op(Op op, std::span<const Datum> c) {
  if (c.size() == 2 && c[0].is_time() && c[1].is_time()) return of_times(op, c[0], c[1]);
  const auto is_number = [](const Datum& datum) { return datum.kind == Kind::kNumber; };
  if (!std::all_of(c.begin(), c.end(), is_number)) return {};
  const auto moves = [](const Datum& datum) { return datum.moving != nullptr; };
  if (std::any_of(c.begin(), c.end(), moves)) return moving_of(op, {c.begin(), c.end()});
  if (op == Op::kRound) return of_number(std::round(c[0].number));
  if (op == Op::kAbs) return of_number(std::fabs(c[0].number));
  return of_two(op, c[0], c[1]);
}

}  // namespace segue::naive
