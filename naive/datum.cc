#include "naive/datum.h"

#include <cmath>

#include "runtime/base/check.h"

namespace segue::naive {

using hir::Literal;
using Kind = Datum::Kind;

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

Datum of_instant(Instant instant) { return of_time(Kind::kInstant, instant.ms, 0); }

Datum of_time(Kind kind, int64_t ms, int64_t slope) {
  Datum datum;
  datum.kind = kind;
  datum.ms = ms;
  datum.slope = slope;
  return datum;
}

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
      return of_time(Kind::kDuration, literal.duration.ms, 0);
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

}  // namespace segue::naive
