#include "naive/moving.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "naive/number_ops.h"
#include "runtime/base/check.h"
#include "runtime/base/decay.h"

namespace segue::naive {
namespace {

using hir::Op;

constexpr double kEndless = std::numeric_limits<double>::infinity();

double decayed(const Moving& moving, Instant t) {
  return moving.value * half_life_factor(t - moving.from, moving.half_life);
}

Range between(std::initializer_list<double> ends, bool may_be_missing) {
  Range range{kEndless, -kEndless, true, may_be_missing};
  for (const double end : ends) {
    if (std::isnan(end)) return {-kEndless, kEndless, true, true};
    range.least = std::min(range.least, end);
    range.greatest = std::max(range.greatest, end);
  }
  return range;
}

Range of_one(Op op, const Range& a) {
  if (op == Op::kRound) {
    return between({std::round(a.least), std::round(a.greatest)}, a.may_be_missing);
  }
  SEGUE_CHECK(op == Op::kAbs, "what else is of one number does not move");
  const bool has_zero = a.least <= 0 && a.greatest >= 0;
  const double low = std::fabs(a.least);
  const double high = std::fabs(a.greatest);
  return between({low, high, has_zero ? 0 : low}, a.may_be_missing);
}

Range of_two(Op op, const Range& a, const Range& b) {
  const bool missing = a.may_be_missing || b.may_be_missing;
  if (op == Op::kAdd) return between({a.least + b.least, a.greatest + b.greatest}, missing);
  if (op == Op::kSubtract) return between({a.least - b.greatest, a.greatest - b.least}, missing);
  if (op == Op::kMin) {
    return between({std::min(a.least, b.least), std::min(a.greatest, b.greatest)}, missing);
  }
  if (op == Op::kMax) {
    return between({std::max(a.least, b.least), std::max(a.greatest, b.greatest)}, missing);
  }
  if (op == Op::kMultiply) {
    return between(
        {a.least * b.least, a.least * b.greatest, a.greatest * b.least, a.greatest * b.greatest},
        missing);
  }
  SEGUE_CHECK(op == Op::kDivide, "what else is of two numbers does not move");
  if (b.least <= 0 && b.greatest >= 0) return {-kEndless, kEndless, true, true};
  return between(
      {a.least / b.least, a.least / b.greatest, a.greatest / b.least, a.greatest / b.greatest},
      missing);
}

}  // namespace

Datum decaying(double value, Instant from, Duration half_life) {
  Moving moving;
  moving.value = value;
  moving.from = from;
  moving.half_life = half_life;
  Datum datum = of_number(value);
  datum.moving = std::make_shared<const Moving>(std::move(moving));
  return datum;
}

Datum moving_of(Op op, std::vector<Datum> parts) {
  Moving moving;
  moving.op = op;
  moving.parts = std::move(parts);
  Datum datum = of_number(0);
  datum.moving = std::make_shared<const Moving>(std::move(moving));
  return datum;
}

Datum still(const Datum& datum, Instant t) {
  if (datum.moving == nullptr) return datum;
  const Moving& moving = *datum.moving;
  if (moving.op == Op::kDecayed) return of_number(decayed(moving, t));
  std::vector<Datum> parts;
  for (const Datum& part : moving.parts) parts.push_back(still(part, t));
  return number_op(moving.op, parts);
}

Range range_of(const Datum& datum, Instant first, Instant last) {
  if (datum.kind != Datum::Kind::kNumber) return {0, 0, false, datum.missing()};
  if (datum.moving == nullptr) return {datum.number, datum.number, true, false};
  const Moving& moving = *datum.moving;
  if (moving.op == Op::kDecayed) {
    return between({decayed(moving, first), decayed(moving, last)}, false);
  }
  const Range a = range_of(moving.parts[0], first, last);
  if (moving.parts.size() == 1) return of_one(moving.op, a);
  return of_two(moving.op, a, range_of(moving.parts[1], first, last));
}

}  // namespace segue::naive
