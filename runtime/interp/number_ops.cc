#include <cmath>

#include "runtime/interp/machine.h"
#include "runtime/interp/moving.h"

/// Arithmetic of doubles and comparisons of exact sums. A missing number is a NaN, which arithmetic
/// hands on and every comparison finds false.
namespace segue::interp {

using image::Op;
using image::OpRow;

namespace {

template <class Make>
void binary(Machine& machine, const Make& make) {
  const double right = machine.pop().number();
  const double left = machine.pop().number();
  machine.push(make(left, right));
}

template <class Test>
void test_sum(Machine& machine, const OpRow& row, const Test& test) {
  machine.push(test(machine.pop().sum(), machine.view().decimals[row.a]));
}

}  // namespace

template <>
void run<Op::kAdd>(Machine& machine, const OpRow&) {
  binary(machine, [](double a, double b) { return a + b; });
}

template <>
void run<Op::kSubtract>(Machine& machine, const OpRow&) {
  binary(machine, [](double a, double b) { return a - b; });
}

template <>
void run<Op::kMultiply>(Machine& machine, const OpRow&) {
  binary(machine, [](double a, double b) { return a * b; });
}

template <>
void run<Op::kDivide>(Machine& machine, const OpRow&) {
  binary(machine, divide);
}

template <>
void run<Op::kMin>(Machine& machine, const OpRow&) {
  binary(machine, least);
}

template <>
void run<Op::kMax>(Machine& machine, const OpRow&) {
  binary(machine, greatest);
}

template <>
void run<Op::kSelect>(Machine& machine, const OpRow&) {
  const Entry otherwise = machine.pop();
  const Entry then = machine.pop();
  machine.push(machine.pop().truth() ? then : otherwise);
}

template <>
void run<Op::kRound>(Machine& machine, const OpRow&) {
  machine.push(std::round(machine.pop().number()));
}

template <>
void run<Op::kAbs>(Machine& machine, const OpRow&) {
  machine.push(std::fabs(machine.pop().number()));
}

template <>
void run<Op::kEqual>(Machine& machine, const OpRow& row) {
  binary(machine, [](double a, double b) { return a == b; });
  if (row.b != 0) note_turn(machine.frame, row);
}

template <>
void run<Op::kLess>(Machine& machine, const OpRow& row) {
  binary(machine, [](double a, double b) { return a < b; });
  if (row.b != 0) note_turn(machine.frame, row);
}

template <>
void run<Op::kLessEqual>(Machine& machine, const OpRow& row) {
  binary(machine, [](double a, double b) { return a <= b; });
  if (row.b != 0) note_turn(machine.frame, row);
}

template <>
void run<Op::kNumberExists>(Machine& machine, const OpRow&) {
  machine.push(exists(machine.pop().number()));
}

template <>
void run<Op::kSumNumber>(Machine& machine, const OpRow&) {
  const Decimal sum = machine.pop().sum();
  machine.push(is_sum(sum) ? to_double(sum) : kMissingNumber);
}

template <>
void run<Op::kSumEqual>(Machine& machine, const OpRow& row) {
  test_sum(machine, row, sum_equal);
}

template <>
void run<Op::kSumLess>(Machine& machine, const OpRow& row) {
  test_sum(machine, row, sum_less);
}

template <>
void run<Op::kSumLessEqual>(Machine& machine, const OpRow& row) {
  test_sum(machine, row, sum_less_equal);
}

}  // namespace segue::interp
