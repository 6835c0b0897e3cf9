#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "runtime/base/decimal.h"
#include "runtime/base/instant.h"

namespace segue {

/// What a value from the wire can be. `kAbsent`: the key is not there; `kMissing`: it is there and
/// `null` (for a trait the difference is "unchanged" against "set to missing"; to every comparison
/// both are missing).
enum class ValueTag : uint8_t { kAbsent, kMissing, kFalse, kTrue, kNumber, kText, kList, kRecord };

/// One value of an event: a property, a trait or part of one. Owns nothing: text and items live as
/// long as the batch that was decoded. A number keeps its digits, so that a sum can be exact.
struct Value {
  ValueTag tag = ValueTag::kAbsent;
  double number = 0;  // kNumber: the nearest double
  std::string_view
      text;  // kText: UTF-8; kNumber: its JSON digits; kList, kRecord: its JSON, as written
  std::span<const Value> items;  // kList: its items in order

  bool missing() const { return tag <= ValueTag::kMissing; }
  bool is_truth() const { return tag == ValueTag::kFalse || tag == ValueTag::kTrue; }
};

/// The value of a JSON number: kNumber; one of size 1e18 or more is of another type to every rule,
/// a kRecord with its digits as text. The only door through which a decoder makes numbers, so that
/// all agree where the limit is.
Value number_from_text(std::string_view json);

/// Equality of the language: same type and same content; missing equals nothing. Lists and records
/// are of another type to every comparison with a scalar, and equal to nothing.
bool equal(const Value& a, const Value& b);

/// A value as a blob keeps it: the tag in the top four bits of `hi`, whose lowest 32 are zero.
/// Numbers, truths and instants are kept whole; of a text only a 92-bit fingerprint (XXH3), since
/// rules ask nothing of a kept text but whether it equals another. Equal scalars have equal words,
/// so a comparison is two compares.
struct Scalar {
  uint64_t lo = 0;
  uint64_t hi = 0;
  friend constexpr bool operator==(Scalar, Scalar) = default;
};

enum class ScalarTag : uint8_t { kMissing, kTruth, kNumber, kText, kInstant, kOther };

constexpr ScalarTag tag_of(Scalar s) { return static_cast<ScalarTag>(s.hi >> 60); }

Scalar scalar_of(const Value& value);
Scalar scalar_of_text(std::string_view text);
Scalar scalar_of_number(double number);  // -0 is kept as 0, so that equal numbers have equal words
Scalar scalar_of_truth(bool truth);
Scalar scalar_of_instant(Instant instant);

}  // namespace segue
