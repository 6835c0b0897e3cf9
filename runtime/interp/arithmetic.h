#pragma once

#include <bit>
#include <cstdint>
#include <limits>

#include "runtime/base/decimal.h"
#include "runtime/base/instant.h"
#include "runtime/base/value.h"
#include "runtime/cells/cell.h"
#include "runtime/cells/entries.h"

/// The ops that are arithmetic, without a branch: the interpreter calls them, the code generator
/// puts their one basic block in place. So `both` for `&&`, and values chosen where a branch would
/// do.
namespace segue::interp {

inline bool both(bool a, bool b) { return a & b; }
inline bool either(bool a, bool b) { return a | b; }

// ---- numbers: a missing one is a NaN, the only one there is, since values off the wire are none
// --

inline constexpr double kMissingNumber = std::numeric_limits<double>::quiet_NaN();
inline bool exists(double number) { return number == number; }

inline double divide(double a, double b) {
  const double quotient = a / b;
  return b == 0 ? kMissingNumber : quotient;
}
inline double least(double a, double b) {
  const double number = a < b ? a : b;
  return both(exists(a), exists(b)) ? number : kMissingNumber;
}
inline double greatest(double a, double b) {
  const double number = a > b ? a : b;
  return both(exists(a), exists(b)) ? number : kMissingNumber;
}

/// What the blob keeps of a number: one NaN of all, so that equal states are equal bytes.
inline double stored(double number) { return exists(number) ? number : kMissingNumber; }

// ---- exact sums: without a number they equal nothing
// ---------------------------------------------

inline bool is_sum(Decimal sum) { return sum.hi != cells::kNoSum.hi; }
inline bool sum_equal(Decimal sum, Decimal bound) {
  return both(is_sum(sum), both(sum.lo == bound.lo, sum.hi == bound.hi));
}
inline bool sum_less(Decimal sum, Decimal bound) {
  return both(is_sum(sum), either(sum.hi < bound.hi, both(sum.hi == bound.hi, sum.lo < bound.lo)));
}
inline bool sum_less_equal(Decimal sum, Decimal bound) {
  return both(is_sum(sum), either(sum.hi < bound.hi, both(sum.hi == bound.hi, sum.lo <= bound.lo)));
}

// ---- times: two's complement, so that no sum of hostile constants is undefined
// -------------------

inline bool time_exists(int64_t time_ms) { return time_ms != kMissingTime.ms; }
inline bool times_exist(int64_t a, int64_t b) { return both(time_exists(a), time_exists(b)); }

/// Of a cell that keeps `kLongAgo` until it happens.
inline int64_t time_or_missing(int64_t time_ms) {
  return time_ms == kLongAgo.ms ? kMissingTime.ms : time_ms;
}

inline int64_t wrapped_sum(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
inline int64_t wrapped_difference(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}
inline int64_t time_add(int64_t a, int64_t b) {
  return times_exist(a, b) ? wrapped_sum(a, b) : kMissingTime.ms;
}
inline int64_t time_subtract(int64_t a, int64_t b) {
  return times_exist(a, b) ? wrapped_difference(a, b) : kMissingTime.ms;
}
inline int64_t time_scale(int64_t time_ms, int64_t factor) {
  const auto product =
      static_cast<int64_t>(static_cast<uint64_t>(time_ms) * static_cast<uint64_t>(factor));
  return time_exists(time_ms) ? product : kMissingTime.ms;
}
inline bool time_equal(int64_t a, int64_t b) { return both(times_exist(a, b), a == b); }
inline bool time_less(int64_t a, int64_t b) {
  return both(times_exist(a, b), wrapped_difference(a, b) < 0);
}
inline bool time_less_equal(int64_t a, int64_t b) {
  return both(times_exist(a, b), wrapped_difference(a, b) <= 0);
}

/// Both sides of a comparison are linear in now, so the millisecond at which it turns is solved
/// for: a difference that moves by `slope` (not 0) each of them, turned round so that it rises.
struct Rise {
  int64_t difference;
  int64_t pace;

  Rise(int64_t left, int64_t right, int64_t slope)
      : difference(slope > 0 ? wrapped_difference(left, right) : wrapped_difference(right, left)),
        pace(slope > 0 ? slope : -slope) {}

  /// After how many milliseconds, 1 or more, it is first >= 0, if it is < 0 now.
  int64_t until_zero() const {
    return wrapped_sum(wrapped_difference(0, difference), pace - 1) / pace;
  }
  /// The same for > 0, if it is <= 0 now.
  int64_t until_above() const { return wrapped_sum(wrapped_difference(0, difference) / pace, 1); }
};

inline int64_t turn_after(int64_t now_ms, int64_t wait_ms, bool turns) {
  const int64_t at_ms = cells::later_by(now_ms, wait_ms);
  return both(turns, wait_ms > 0) ? at_ms : kNever.ms;
}

/// The first instant after now at which the comparison has another answer, or `kNever`.
inline int64_t time_equal_turn(int64_t left, int64_t right, int64_t slope, int64_t now_ms) {
  const Rise rise(left, right, slope);
  const int64_t wait_ms = rise.until_zero() + (rise.difference == 0 ? 1 : 0);
  return turn_after(now_ms, wait_ms, both(times_exist(left, right), rise.difference <= 0));
}
inline int64_t time_less_turn(int64_t left, int64_t right, int64_t slope, int64_t now_ms) {
  const Rise rise(left, right, slope);
  const int64_t zero_ms = rise.until_zero();
  const int64_t above_ms = rise.until_above();
  const bool turns = slope > 0 ? rise.difference < 0 : rise.difference <= 0;
  return turn_after(now_ms, slope > 0 ? zero_ms : above_ms, both(times_exist(left, right), turns));
}
inline int64_t time_less_equal_turn(int64_t left, int64_t right, int64_t slope, int64_t now_ms) {
  const Rise rise(left, right, slope);
  const int64_t zero_ms = rise.until_zero();
  const int64_t above_ms = rise.until_above();
  const bool turns = slope > 0 ? rise.difference <= 0 : rise.difference < 0;
  return turn_after(now_ms, slope > 0 ? above_ms : zero_ms, both(times_exist(left, right), turns));
}

// ---- kept scalars
// --------------------------------------------------------------------------------

constexpr uint64_t tag_word(ScalarTag tag) { return static_cast<uint64_t>(tag) << 60; }
inline bool has_tag(Scalar scalar, ScalarTag tag) {
  return scalar.hi >> 60 == static_cast<uint64_t>(tag);
}

/// Lists and records are kept as "other": equal to nothing, like what is missing.
inline bool is_comparable(Scalar scalar) {
  return !either(has_tag(scalar, ScalarTag::kMissing), has_tag(scalar, ScalarTag::kOther));
}
inline bool equal_scalars(Scalar a, Scalar b) {
  return both(is_comparable(a), both(a.lo == b.lo, a.hi == b.hi));
}
inline bool scalar_exists(Scalar scalar) { return !has_tag(scalar, ScalarTag::kMissing); }
inline bool scalar_true(Scalar scalar) {
  return both(scalar.lo == 1, scalar.hi == tag_word(ScalarTag::kTruth));
}
inline double scalar_number(Scalar scalar) {
  const auto number = std::bit_cast<double>(scalar.lo);
  return has_tag(scalar, ScalarTag::kNumber) ? number : kMissingNumber;
}
inline int64_t scalar_time(Scalar scalar) {
  const auto time_ms = static_cast<int64_t>(scalar.lo);
  return has_tag(scalar, ScalarTag::kInstant) ? time_ms : kMissingTime.ms;
}
inline Scalar scalar_from_truth(bool truth) {
  return {truth ? uint64_t{1} : 0, tag_word(ScalarTag::kTruth)};
}
inline Scalar scalar_from_number(double number) {
  const double one_zero = number == 0 ? 0.0 : number;
  const auto bits = std::bit_cast<uint64_t>(one_zero);
  return {exists(number) ? bits : 0,
          tag_word(exists(number) ? ScalarTag::kNumber : ScalarTag::kMissing)};
}
inline Scalar scalar_from_time(int64_t time_ms) {
  return {time_exists(time_ms) ? static_cast<uint64_t>(time_ms) : 0,
          tag_word(time_exists(time_ms) ? ScalarTag::kInstant : ScalarTag::kMissing)};
}

}  // namespace segue::interp
