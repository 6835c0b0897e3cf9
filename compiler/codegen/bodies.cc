// Bodies for the JIT: thin names over runtime/cells, and the ops of the image that are arithmetic.
// Compiled by Clang to bitcode and put in place by the expander; never part of the library itself.
// One basic block each: `&` for `&&`, values chosen rather than branches taken.
#include <bit>
#include <limits>

#include "compiler/codegen/host.h"
#include "runtime/cells/earliest.h"
#include "runtime/cells/extreme.h"
#include "runtime/cells/held.h"
#include "runtime/cells/latest.h"
#include "runtime/cells/newest.h"
#include "runtime/cells/oldest.h"
#include "runtime/cells/seen.h"
#include "runtime/cells/total.h"

namespace segue::cells {
extern "C" {

int64_t body_newest_nth(const std::byte* state, uint32_t k) { return newest_nth(state, k); }

#define NEWEST_BODIES(k)                                                                   \
  void body_newest_push_##k(std::byte* state, int64_t now) { newest_push<k>(state, now); } \
  uint32_t body_newest_count_##k(const std::byte* state, int64_t now, int64_t from) {      \
    return newest_count<k>(state, now, from);                                              \
  }
NEWEST_BODIES(1)
NEWEST_BODIES(2)
NEWEST_BODIES(3)
NEWEST_BODIES(4)
NEWEST_BODIES(5)
NEWEST_BODIES(6)
NEWEST_BODIES(7)
NEWEST_BODIES(8)
#undef NEWEST_BODIES

bool body_within_test(int64_t time, int64_t now, int64_t from) {
  return within_test(time, now, from);
}
int64_t body_within_deadline(int64_t time, int64_t now, int64_t from) {
  return within_deadline(time, now, from);
}
bool body_since_test(int64_t time, int64_t begin) { return since_test(time, begin); }

int64_t body_oldest_time(const std::byte* state) { return oldest_time(state); }
void body_oldest_push(std::byte* state, int64_t now) { oldest_push(state, now); }

bool body_seen_test(const std::byte* state) { return seen_test(state); }
void body_seen_push(std::byte* state) { seen_push(state); }

int64_t body_total_count(const std::byte* state) {
  return static_cast<int64_t>(total_count(state));
}
void body_total_push(std::byte* state) { total_push(state); }
void body_total_push_sum(std::byte* state, uint64_t low, int64_t high) {
  total_push_sum(state, Decimal{low, high});
}
uint64_t body_total_sum_low(const std::byte* state) { return total_sum(state).lo; }
int64_t body_total_sum_high(const std::byte* state) { return total_sum(state).hi; }

double body_extreme_number(const std::byte* state) { return extreme_number(state); }
void body_extreme_push_least(std::byte* state, double number) {
  extreme_push<false>(state, number);
}
void body_extreme_push_greatest(std::byte* state, double number) {
  extreme_push<true>(state, number);
}

void body_latest_push(std::byte* state, int64_t now, uint64_t low, uint64_t high) {
  latest_push(state, now, Scalar{low, high});
}
uint64_t body_latest_low(const std::byte* state) { return latest_value(state).lo; }
uint64_t body_latest_high(const std::byte* state) { return latest_value(state).hi; }

void body_earliest_push(std::byte* state, int64_t now, uint64_t low, uint64_t high) {
  earliest_push(state, now, Scalar{low, high});
}
uint64_t body_earliest_low(const std::byte* state) { return earliest_value(state).lo; }
uint64_t body_earliest_high(const std::byte* state) { return earliest_value(state).hi; }

int64_t body_held_since(const std::byte* state) { return held_since(state); }
bool body_held_test(int64_t since, int64_t now, int64_t duration) {
  return held_test(since, now, duration);
}
int64_t body_held_deadline(int64_t since, int64_t now, int64_t duration) {
  return held_deadline(since, now, duration);
}
void body_held_move(std::byte* state, bool truth, int64_t now) { held_move(state, truth, now); }

}  // extern "C"
}  // namespace segue::cells

namespace segue {
namespace {

constexpr double kMissingNumber = std::numeric_limits<double>::quiet_NaN();

bool exist(double a, double b) { return (a == a) & (b == b); }
bool exist(int64_t a, int64_t b) { return (a != kMissingTime.ms) & (b != kMissingTime.ms); }

bool is_sum(int64_t high) { return high != cells::kNoSum.hi; }

constexpr uint64_t tag_word(ScalarTag tag) { return static_cast<uint64_t>(tag) << 60; }
bool has_tag(uint64_t high, ScalarTag tag) { return high >> 60 == static_cast<uint64_t>(tag); }

}  // namespace

extern "C" {

// Numbers: a missing one is a NaN.
double body_divide(double a, double b) {
  const double quotient = a / b;
  return b == 0 ? kMissingNumber : quotient;
}
double body_min(double a, double b) {
  const double least = a < b ? a : b;
  return exist(a, b) ? least : kMissingNumber;
}
double body_max(double a, double b) {
  const double greatest = a > b ? a : b;
  return exist(a, b) ? greatest : kMissingNumber;
}
// One NaN of all, so that equal states are equal bytes.
double body_number_stored(double number) { return number == number ? number : kMissingNumber; }

// Exact sums.
bool body_sum_equal(uint64_t low, int64_t high, uint64_t low_bound, int64_t high_bound) {
  return is_sum(high) & (low == low_bound) & (high == high_bound);
}
bool body_sum_less(uint64_t low, int64_t high, uint64_t low_bound, int64_t high_bound) {
  return is_sum(high) & ((high < high_bound) | ((high == high_bound) & (low < low_bound)));
}
bool body_sum_less_equal(uint64_t low, int64_t high, uint64_t low_bound, int64_t high_bound) {
  return is_sum(high) & ((high < high_bound) | ((high == high_bound) & (low <= low_bound)));
}

// Times.
int64_t body_time_or_missing(int64_t time) { return time == kLongAgo.ms ? kMissingTime.ms : time; }
int64_t body_time_add(int64_t a, int64_t b) {
  const auto sum = static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
  return exist(a, b) ? sum : kMissingTime.ms;
}
int64_t body_time_subtract(int64_t a, int64_t b) {
  const auto rest = static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
  return exist(a, b) ? rest : kMissingTime.ms;
}
// By the sign of the difference, which wraps round: what the interpreter does too.
bool body_time_equal(int64_t a, int64_t b) { return exist(a, b) & (a == b); }
bool body_time_less(int64_t a, int64_t b) {
  return exist(a, b) &
         (static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b)) < 0);
}
bool body_time_less_equal(int64_t a, int64_t b) {
  return exist(a, b) &
         (static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b)) <= 0);
}
bool body_time_exists(int64_t time) { return time != kMissingTime.ms; }

// Values of the event at hand.
bool body_value_exists(const Value* value) { return !value->missing(); }
bool body_value_named(const Value* value) { return value->tag != ValueTag::kAbsent; }
bool body_value_true(const Value* value) { return value->tag == ValueTag::kTrue; }
double body_value_number(const Value* value) {
  const double number = value->number;
  return value->tag == ValueTag::kNumber ? number : kMissingNumber;
}

// Kept scalars, word by word.
uint64_t body_scalar_low_of_truth(bool truth) { return truth ? 1 : 0; }
uint64_t body_scalar_low_of_number(double number) {
  const double one_zero = number == 0 ? 0.0 : number;
  const auto bits = std::bit_cast<uint64_t>(one_zero);
  return number == number ? bits : 0;
}
uint64_t body_scalar_high_of_number(double number) {
  return number == number ? tag_word(ScalarTag::kNumber) : tag_word(ScalarTag::kMissing);
}
uint64_t body_scalar_low_of_time(int64_t time) {
  return time != kMissingTime.ms ? static_cast<uint64_t>(time) : 0;
}
uint64_t body_scalar_high_of_time(int64_t time) {
  return time != kMissingTime.ms ? tag_word(ScalarTag::kInstant) : tag_word(ScalarTag::kMissing);
}
bool body_equal_scalars(uint64_t low_a, uint64_t high_a, uint64_t low_b, uint64_t high_b) {
  const bool comparable =
      !has_tag(high_a, ScalarTag::kMissing) & !has_tag(high_a, ScalarTag::kOther);
  return comparable & (low_a == low_b) & (high_a == high_b);
}
bool body_scalar_exists(uint64_t, uint64_t high) { return !has_tag(high, ScalarTag::kMissing); }
bool body_scalar_true(uint64_t low, uint64_t high) {
  return (low == 1) & (high == tag_word(ScalarTag::kTruth));
}
double body_scalar_number(uint64_t low, uint64_t high) {
  const auto number = std::bit_cast<double>(low);
  return has_tag(high, ScalarTag::kNumber) ? number : kMissingNumber;
}
int64_t body_scalar_time(uint64_t low, uint64_t high) {
  const auto time = static_cast<int64_t>(low);
  return has_tag(high, ScalarTag::kInstant) ? time : kMissingTime.ms;
}

// Keeps the declarations of what generated code calls, with their types.
#define HOST(id, symbol) reinterpret_cast<const void*>(&symbol),
extern const void* const bodies_hosts[];
const void* const bodies_hosts[] = {
#include "compiler/codegen/host.def"
};
#undef HOST

}  // extern "C"
}  // namespace segue
