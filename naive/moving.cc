#include "naive/moving.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

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

/// A number as `base + factor * 2^-((t - first) / half_life)`, with the size of what was added up,
/// which says how much doubles may be off.
struct Affine {
  double base = 0;
  double factor = 0;
  double size = 0;
  Duration half_life{};  // none: it stands still
};

std::optional<Affine> affine_of(const Datum& datum, Instant first);

std::optional<Affine> affine_of_two(Op op, const Affine& a, const Affine& b) {
  const bool a_stands = a.half_life.ms == 0;
  const bool b_stands = b.half_life.ms == 0;
  if (!a_stands && !b_stands && a.half_life != b.half_life) return std::nullopt;
  const Duration half_life = a_stands ? b.half_life : a.half_life;
  const double size = a.size + b.size;
  if (op == Op::kAdd) return Affine{a.base + b.base, a.factor + b.factor, size, half_life};
  if (op == Op::kSubtract) return Affine{a.base - b.base, a.factor - b.factor, size, half_life};
  if (op == Op::kMultiply && (a_stands || b_stands)) {
    const Affine& scaled = a_stands ? b : a;
    const double by = a_stands ? a.base : b.base;
    return Affine{by * scaled.base, by * scaled.factor, std::fabs(by) * scaled.size, half_life};
  }
  if (op == Op::kDivide && b_stands && b.base != 0) {
    return Affine{a.base / b.base, a.factor / b.base, a.size / std::fabs(b.base), half_life};
  }
  return std::nullopt;
}

std::optional<Affine> affine_of(const Datum& datum, Instant first) {
  if (datum.kind != Datum::Kind::kNumber) return std::nullopt;
  if (datum.moving == nullptr) return Affine{datum.number, 0, std::fabs(datum.number), {}};
  const Moving& moving = *datum.moving;
  if (moving.op == Op::kDecayed) {
    const double factor = decayed(moving, first);
    return Affine{0, factor, std::fabs(factor), moving.half_life};
  }
  if (moving.parts.size() != 2) return std::nullopt;
  const std::optional<Affine> a = affine_of(moving.parts[0], first);
  const std::optional<Affine> b = affine_of(moving.parts[1], first);
  if (!a || !b) return std::nullopt;
  return affine_of_two(moving.op, *a, *b);
}

/// Sums of what decays alike cannot part: `x - x` is nothing over a whole stretch, which interval
/// arithmetic does not see.
Range tightened(Range range, const Affine& affine, Instant first, Instant last) {
  constexpr double kSlack = 1e-14;  // above what rounding adds up to, below what rounds away
  const double begin = affine.base + affine.factor;
  const double end = affine.base + affine.factor * half_life_factor(last - first, affine.half_life);
  const double slack = kSlack * affine.size;
  range.least = std::max(range.least, std::min(begin, end) - slack);
  range.greatest = std::min(range.greatest, std::max(begin, end) + slack);
  return range;
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
  const Range range = of_two(moving.op, a, range_of(moving.parts[1], first, last));
  if (first == last || range.may_be_missing) return range;
  const std::optional<Affine> affine = affine_of(datum, first);
  return affine && affine->half_life.ms != 0 ? tightened(range, *affine, first, last) : range;
}

}  // namespace segue::naive
