#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "compiler/sema/hir.h"
#include "runtime/base/decimal.h"
#include "runtime/base/value.h"
#include "runtime/base/zone.h"

namespace re2 {
class RE2;
}

/// Values of expressions at one instant, and what each op makes of its children's.
namespace segue::naive {

/// A value. Instants and durations may run with the clock: at the instant T they are
/// `ms + slope * T`, so that one value describes a whole stretch of time. Owns nothing.
struct Datum {
  enum class Kind : uint8_t { kMissing, kTruth, kNumber, kText, kInstant, kDuration, kOther };
  Kind kind = Kind::kMissing;
  bool truth = false;
  double number = 0;
  std::optional<Decimal> exact;  // of a kNumber that was not computed in doubles: its exact value
  std::string_view text;
  int64_t ms = 0;
  int64_t slope = 0;
  const Value* list = nullptr;  // of a kOther that is a list

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
Datum of_value(const Value& value);
Datum of_literal(const hir::Literal& literal);

/// What a sum adds for this value; empty of what is no number (or too large for one).
std::optional<Decimal> exact_of(const Datum& datum);

/// The ops that depend on nothing but their children's values: all but the leaves over history.
class Ops {
 public:
  explicit Ops(std::span<const ZoneView> zones);
  Ops(const Ops&) = delete;
  Ops& operator=(const Ops&) = delete;
  ~Ops();

  /// The value of `expr` at `now`, given those of its children.
  Datum apply(const hir::Expr& expr, std::span<const Datum> children, Instant now);

 private:
  bool matches(const hir::Expr& expr, std::string_view text);

  std::span<const ZoneView> zones_;
  std::map<const hir::Expr*, std::unique_ptr<re2::RE2>> expressions_;
};

/// The instants in (`after`, `before`) from which on `expr` may be another, though its children
/// stay as they are: where two times that it compares meet and part.
std::vector<Instant> crossings(const hir::Expr& expr, std::span<const Datum> children,
                               Instant after, Instant before);

}  // namespace segue::naive
