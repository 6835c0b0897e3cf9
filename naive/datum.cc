#include "naive/datum.h"

#include <re2/re2.h>

#include <algorithm>
#include <cmath>

#include "runtime/base/check.h"
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

/// Same type and same content. Missing, lists and records equal nothing.
bool equal_data(const Datum& a, const Datum& b, bool ignoring_case, Instant now) {
  if (a.kind != b.kind) return false;
  if (a.kind == Kind::kTruth) return a.truth == b.truth;
  if (a.kind == Kind::kText) {
    return ignoring_case ? equal_ignoring_case(a.text, b.text) : a.text == b.text;
  }
  return order(a, b, now) == std::partial_ordering::equivalent;
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

Datum compare(const Expr& expr, std::span<const Datum> c, Instant now) {
  const std::optional<std::partial_ordering> exact = exact_order(expr, c);
  if (expr.op == Op::kEqual && !exact) {
    return of_truth(equal_data(c[0], c[1], expr.ignoring_case, now));
  }
  const std::partial_ordering result = exact ? *exact : order(c[0], c[1], now);
  if (expr.op == Op::kEqual) return of_truth(result == 0);
  return of_truth(expr.op == Op::kLess ? result < 0 : result <= 0);
}

bool in_literals(const Datum& value, const Expr& expr, Instant now) {
  return std::any_of(expr.literals.begin(), expr.literals.end(), [&](const Literal& literal) {
    const Datum wanted = of_literal(literal);
    const bool sum = is_sum(*expr.children[0]) && value.exact && wanted.exact;
    if (sum) return *value.exact == *wanted.exact;
    return equal_data(value, wanted, expr.ignoring_case, now);
  });
}

/// Whether any, or each, of the literals is among the items.
bool list_relation(const Expr& expr, const Datum& list, Instant now) {
  if (list.list == nullptr) return false;
  const std::span<const Value> items = list.list->items;
  const auto found = [&](const Literal& literal) {
    const Datum wanted = of_literal(literal);
    return std::any_of(items.begin(), items.end(), [&](const Value& item) {
      return equal_data(of_value(item), wanted, expr.ignoring_case, now);
    });
  };
  const auto& wanted = expr.literals;
  return expr.op == Op::kHasAny ? std::any_of(wanted.begin(), wanted.end(), found)
                                : std::all_of(wanted.begin(), wanted.end(), found);
}

bool text_relation(const Expr& expr, const Datum& text, const Datum& part) {
  if (text.kind != Kind::kText || part.kind != Kind::kText) return false;
  if (expr.ignoring_case) {
    if (expr.op == Op::kContains) return contains_ignoring_case(text.text, part.text);
    if (expr.op == Op::kStartsWith) return starts_with_ignoring_case(text.text, part.text);
    return ends_with_ignoring_case(text.text, part.text);
  }
  if (expr.op == Op::kContains) return text.text.find(part.text) != std::string_view::npos;
  if (expr.op == Op::kStartsWith) return text.text.starts_with(part.text);
  return text.text.ends_with(part.text);
}

Datum to_instant(const Datum& value, ZoneView zone) {
  std::optional<Instant> instant;
  if (value.kind == Kind::kInstant) return value;
  if (value.kind == Kind::kText) instant = parse_instant(value.text, zone);
  if (value.kind == Kind::kNumber) instant = instant_from_epoch_ms(value.number);
  return instant ? of_instant(*instant) : Datum{};
}

Datum time_of(Kind kind, int64_t ms, int64_t slope) {
  Datum datum;
  datum.kind = kind;
  datum.ms = ms;
  datum.slope = slope;
  return datum;
}

/// Sum and difference of times; missing where the language has none (instant + instant, …).
Datum time_arithmetic(Op op, const Datum& a, const Datum& b) {
  if (op == Op::kAdd) {
    const int instants = (a.kind == Kind::kInstant) + (b.kind == Kind::kInstant);
    if (instants == 2) return {};
    return time_of(instants == 1 ? Kind::kInstant : Kind::kDuration, a.ms + b.ms,
                   a.slope + b.slope);
  }
  if (op != Op::kSubtract) return {};
  if (a.kind == Kind::kDuration && b.kind == Kind::kInstant) return {};
  return time_of(a.kind == b.kind ? Kind::kDuration : Kind::kInstant, a.ms - b.ms,
                 a.slope - b.slope);
}

Datum arithmetic(Op op, const Datum& a, const Datum& b) {
  if (a.is_time() && b.is_time()) return time_arithmetic(op, a, b);
  if (a.kind != Kind::kNumber || b.kind != Kind::kNumber) return {};
  if (op == Op::kAdd) return of_number(a.number + b.number);
  if (op == Op::kSubtract) return of_number(a.number - b.number);
  if (op == Op::kMultiply) return of_number(a.number * b.number);
  if (op == Op::kMin) return of_number(b.number < a.number ? b.number : a.number);
  if (op == Op::kMax) return of_number(a.number < b.number ? b.number : a.number);
  return b.number == 0 ? Datum{} : of_number(a.number / b.number);
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

}  // namespace

Datum of_truth(bool truth) {
  Datum datum;
  datum.kind = Kind::kTruth;
  datum.truth = truth;
  return datum;
}

Datum of_number(double number) {
  Datum datum;
  datum.kind = Kind::kNumber;
  datum.number = number;
  return datum;
}

Datum of_sum(Decimal sum) {
  Datum datum = of_number(to_double(sum));
  datum.exact = sum;
  return datum;
}

Datum of_text(std::string_view text) {
  Datum datum;
  datum.kind = Kind::kText;
  datum.text = text;
  return datum;
}

Datum of_instant(Instant instant) { return time_of(Kind::kInstant, instant.ms, 0); }

Datum of_value(const Value& value) {
  switch (value.tag) {
    case ValueTag::kAbsent:
    case ValueTag::kMissing:
      return {};
    case ValueTag::kFalse:
    case ValueTag::kTrue:
      return of_truth(value.tag == ValueTag::kTrue);
    case ValueTag::kNumber: {
      Datum datum = of_number(value.number);
      datum.exact = decimal_from_text(value.text);
      return datum;
    }
    case ValueTag::kText:
      return of_text(value.text);
    case ValueTag::kList:
    case ValueTag::kRecord:
      break;
  }
  Datum datum;
  datum.kind = Kind::kOther;
  if (value.tag == ValueTag::kList) datum.list = &value;
  return datum;
}

Datum of_literal(const Literal& literal) {
  switch (literal.type) {
    case hir::Type::kTruth:
      return of_truth(literal.truth);
    case hir::Type::kNumber: {
      Datum datum = of_number(literal.number);
      datum.exact = decimal_from_text(literal.text);
      return datum;
    }
    case hir::Type::kText:
      return of_text(literal.text);
    case hir::Type::kInstant:
      return of_instant(literal.instant);
    case hir::Type::kDuration:
      return time_of(Kind::kDuration, literal.duration.ms, 0);
    case hir::Type::kList:
    case hir::Type::kRecord:
    case hir::Type::kAny:
      break;
  }
  SEGUE_CHECK(false, "a literal is a truth, number, text, instant or duration");
}

std::optional<Decimal> exact_of(const Datum& datum) {
  if (datum.kind != Kind::kNumber) return {};
  if (datum.exact) return datum.exact;
  if (!(std::fabs(datum.number) < 1e18)) return {};
  return decimal_from_double(datum.number);
}

Ops::Ops(std::span<const ZoneView> zones) : zones_(zones) {}

Ops::~Ops() = default;

bool Ops::matches(const Expr& expr, std::string_view text) {
  std::unique_ptr<re2::RE2>& compiled = expressions_[&expr];
  if (compiled == nullptr) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_case_sensitive(!expr.ignoring_case);
    compiled = std::make_unique<re2::RE2>(expr.literal.text, options);
    SEGUE_CHECK(compiled->ok(), "the checker lets no broken expression through");
  }
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *compiled);
}

Datum Ops::apply(const Expr& expr, std::span<const Datum> c, Instant now) {
  const auto holding = std::count_if(c.begin(), c.end(), [](const Datum& d) { return d.holds(); });
  switch (expr.op) {
    case Op::kLiteral:
      return of_literal(expr.literal);
    case Op::kNow:
      return time_of(Kind::kInstant, 0, 1);
    case Op::kAnd:
      return of_truth(holding == std::ssize(c));
    case Op::kOr:
      return of_truth(holding > 0);
    case Op::kNot:
      return of_truth(holding == 0);
    case Op::kAtLeast:
      return of_truth(holding >= static_cast<std::ptrdiff_t>(expr.number));
    case Op::kEqual:
    case Op::kLess:
    case Op::kLessEqual:
      return compare(expr, c, now);
    case Op::kIsTrue:
      return of_truth(c[0].holds());
    case Op::kExists:
      return of_truth(!c[0].missing());
    case Op::kInSet:
      return of_truth(in_literals(c[0], expr, now));
    case Op::kHasAny:
    case Op::kHasAll:
      return of_truth(list_relation(expr, c[0], now));
    case Op::kContains:
    case Op::kStartsWith:
    case Op::kEndsWith:
      return of_truth(text_relation(expr, c[0], c[1]));
    case Op::kMatches:
      return of_truth(c[0].kind == Kind::kText && matches(expr, c[0].text));
    case Op::kToInstant:
      return to_instant(c[0], zones_[expr.zone.index]);
    case Op::kAdd:
    case Op::kSubtract:
    case Op::kMultiply:
    case Op::kDivide:
    case Op::kMin:
    case Op::kMax:
      return arithmetic(expr.op, c[0], c[1]);
    case Op::kSelect:
      return c[0].holds() ? c[1] : c[2];
    case Op::kStreak:
    case Op::kDecayed:
    case Op::kLatched:
    case Op::kItem:
    case Op::kAnyItem:
    case Op::kInPeriod:
    case Op::kScale:
    case Op::kHour:
    case Op::kWeekday:
    case Op::kDayNumber:
    case Op::kDate:
    case Op::kAnniversary:
    case Op::kTextOf:
    case Op::kNumberOf:
    case Op::kLower:
    case Op::kLength:
    case Op::kRound:
    case Op::kAbs:
    case Op::kItemSum:
    case Op::kKnownSince:
    case Op::kTrait:
    case Op::kCount:
    case Op::kAggregate:
    case Op::kDays:
    case Op::kTimeOf:
    case Op::kMember:
    case Op::kUserIn:
    case Op::kScore:
    case Op::kHeld:
    case Op::kProperty:
    case Op::kEventName:
    case Op::kEventIs:
      break;
  }
  SEGUE_CHECK(false, "an op over history or of an occurrence has no value of its children's alone");
}

std::vector<Instant> crossings(const Expr& expr, std::span<const Datum> children, Instant after,
                               Instant before) {
  std::vector<Instant> out;
  if (expr.op == Op::kEqual || expr.op == Op::kLess || expr.op == Op::kLessEqual) {
    add_crossings(children[0], children[1], after, before, out);
  }
  if (expr.op == Op::kInSet) {
    for (const Literal& literal : expr.literals) {
      add_crossings(children[0], of_literal(literal), after, before, out);
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace segue::naive
