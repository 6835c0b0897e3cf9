// Bodies for the JIT: thin names over runtime/cells and runtime/interp/arithmetic.h.
// Compiled by Clang to bitcode and put in place by the expander; never part of the library itself.
// One basic block each: `&` for `&&`, values chosen rather than branches taken.
#include "runtime/cells/earliest.h"
#include "runtime/cells/extreme.h"
#include "runtime/cells/held.h"
#include "runtime/cells/latest.h"
#include "runtime/cells/newest.h"
#include "runtime/cells/oldest.h"
#include "runtime/cells/seen.h"
#include "runtime/cells/sequence.h"
#include "runtime/cells/total.h"
#include "runtime/interp/arithmetic.h"
#include "runtime/native/host.h"

namespace segue::cells {
extern "C" {

int64_t body_newest_nth(const std::byte* state, uint32_t k) { return newest_nth(state, k); }
int64_t body_near_nth(const std::byte* state, uint32_t k, int64_t base) {
  return near_nth(state, k, base);
}
int64_t body_near_base(const std::byte* word) { return near_base(word); }

#define NEWEST_BODIES(k)                                                                          \
  void body_newest_push_##k(std::byte* state, int64_t now) { newest_push<k>(state, now); }        \
  uint32_t body_newest_count_##k(const std::byte* state, int64_t now, int64_t from) {             \
    return newest_count<k>(state, now, from);                                                     \
  }                                                                                               \
  void body_near_push_##k(std::byte* state, int64_t base, int64_t now) {                          \
    near_push<k>(state, base, now);                                                               \
  }                                                                                               \
  uint32_t body_near_count_##k(const std::byte* state, int64_t base, int64_t now, int64_t from) { \
    return near_count<k>(state, base, now, from);                                                 \
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

void body_latest_push(std::byte* state, uint64_t low, uint64_t high) {
  latest_push(state, Scalar{low, high});
}
uint64_t body_latest_low(const std::byte* state) { return latest_value(state).lo; }
uint64_t body_latest_high(const std::byte* state) { return latest_value(state).hi; }

void body_earliest_push(std::byte* state, uint64_t low, uint64_t high) {
  earliest_push(state, Scalar{low, high});
}
uint64_t body_earliest_low(const std::byte* state) { return earliest_value(state).lo; }
uint64_t body_earliest_high(const std::byte* state) { return earliest_value(state).hi; }

int64_t body_first_end(const std::byte* blob, const std::byte* state, int64_t wait) {
  return first_end(blob, state, wait);
}

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

namespace segue::interp {
extern "C" {

double body_divide(double a, double b) { return divide(a, b); }
double body_min(double a, double b) { return least(a, b); }
double body_max(double a, double b) { return greatest(a, b); }
double body_number_stored(double number) { return stored(number); }

bool body_sum_equal(uint64_t low, int64_t high, uint64_t low_bound, int64_t high_bound) {
  return sum_equal({low, high}, {low_bound, high_bound});
}
bool body_sum_less(uint64_t low, int64_t high, uint64_t low_bound, int64_t high_bound) {
  return sum_less({low, high}, {low_bound, high_bound});
}
bool body_sum_less_equal(uint64_t low, int64_t high, uint64_t low_bound, int64_t high_bound) {
  return sum_less_equal({low, high}, {low_bound, high_bound});
}

int64_t body_time_or_missing(int64_t time) { return time_or_missing(time); }
int64_t body_time_add(int64_t a, int64_t b) { return time_add(a, b); }
int64_t body_time_subtract(int64_t a, int64_t b) { return time_subtract(a, b); }
int64_t body_time_scale(int64_t time, int64_t factor) { return time_scale(time, factor); }
bool body_time_equal(int64_t a, int64_t b) { return time_equal(a, b); }
bool body_time_less(int64_t a, int64_t b) { return time_less(a, b); }
bool body_time_less_equal(int64_t a, int64_t b) { return time_less_equal(a, b); }
bool body_time_exists(int64_t time) { return time_exists(time); }
int64_t body_time_equal_turn(int64_t a, int64_t b, int64_t slope, int64_t now) {
  return time_equal_turn(a, b, slope, now);
}
int64_t body_time_less_turn(int64_t a, int64_t b, int64_t slope, int64_t now) {
  return time_less_turn(a, b, slope, now);
}
int64_t body_time_less_equal_turn(int64_t a, int64_t b, int64_t slope, int64_t now) {
  return time_less_equal_turn(a, b, slope, now);
}

// Values of the event at hand.
bool body_value_exists(const Value* value) { return !value->missing(); }
bool body_value_named(const Value* value) { return value->tag != ValueTag::kAbsent; }
bool body_value_true(const Value* value) { return value->tag == ValueTag::kTrue; }
double body_value_number(const Value* value) {
  const double number = value->number;
  return value->tag == ValueTag::kNumber ? number : kMissingNumber;
}

// Kept scalars, word by word.
uint64_t body_scalar_low_of_truth(bool truth) { return scalar_from_truth(truth).lo; }
uint64_t body_scalar_high_of_truth(bool truth) { return scalar_from_truth(truth).hi; }
uint64_t body_scalar_low_of_number(double number) { return scalar_from_number(number).lo; }
uint64_t body_scalar_high_of_number(double number) { return scalar_from_number(number).hi; }
uint64_t body_scalar_low_of_time(int64_t time) { return scalar_from_time(time).lo; }
uint64_t body_scalar_high_of_time(int64_t time) { return scalar_from_time(time).hi; }
bool body_equal_scalars(uint64_t low_a, uint64_t high_a, uint64_t low_b, uint64_t high_b) {
  return equal_scalars({low_a, high_a}, {low_b, high_b});
}
bool body_scalar_exists(uint64_t low, uint64_t high) { return scalar_exists({low, high}); }
bool body_scalar_true(uint64_t low, uint64_t high) { return scalar_true({low, high}); }
double body_scalar_number(uint64_t low, uint64_t high) { return scalar_number({low, high}); }
int64_t body_scalar_time(uint64_t low, uint64_t high) { return scalar_time({low, high}); }

}  // extern "C"
}  // namespace segue::interp

extern "C" {

// Keeps the declarations of what generated code calls, with their types.
#define HOST(id, symbol) reinterpret_cast<const void*>(&segue::symbol),
extern const void* const bodies_hosts[];
const void* const bodies_hosts[] = {
#include "runtime/native/host.def"
};
#undef HOST

}  // extern "C"
