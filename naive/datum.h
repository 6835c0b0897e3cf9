#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "compiler/sema/hir.h"
#include "runtime/base/decimal.h"
#include "runtime/base/value.h"

/// Values of expressions.
namespace segue::naive {

struct Moving;

/// A value. Instants and durations may run with the clock: at the instant T they are
/// `ms + slope * T`, and numbers may be `moving`, so that one value describes a whole stretch of
/// time. Owns no text: those that an op makes are kept by `Ops`.
struct Datum {
  enum class Kind : uint8_t { kMissing, kTruth, kNumber, kText, kInstant, kDuration, kOther };
  Kind kind = Kind::kMissing;
  bool truth = false;
  double number = 0;
  std::optional<Decimal> exact;  // of a kNumber that was not computed in doubles: its exact value
  std::string_view text;
  int64_t ms = 0;
  int64_t slope = 0;
  const Value* list = nullptr;           // of a kOther that is a list
  std::optional<Instant> came;           // of a text: when an event or an identify call brought it
  std::shared_ptr<const Moving> moving;  // of a kNumber that moves: `number` means nothing then

  /// Same content: neighbouring pieces of a step function that are the same are one.
  friend bool operator==(const Datum&, const Datum&) = default;

  bool missing() const { return kind == Kind::kMissing; }
  bool holds() const { return kind == Kind::kTruth && truth; }
  bool is_time() const { return kind == Kind::kInstant || kind == Kind::kDuration; }
  int64_t ms_at(Instant t) const { return ms + slope * t.ms; }
};

Datum of_truth(bool truth);
Datum of_number(double number);
Datum of_sum(Decimal sum);
Datum of_text(std::string_view text);
Datum of_instant(Instant instant);
Datum of_time(Datum::Kind kind, int64_t ms, int64_t slope);
Datum of_value(const Value& value);
Datum of_literal(const hir::Literal& literal);

/// What a sum adds for this value; empty of what is no number (or too large for one).
std::optional<Decimal> exact_of(const Datum& datum);

}  // namespace segue::naive
