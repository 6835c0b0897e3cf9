#include "runtime/image/op_info.h"
#include "runtime/interp/machine.h"

/// Times in milliseconds, and when comparisons of them turn.
namespace segue::interp {

using image::Op;
using image::OpRow;

namespace {

template <class Make>
void binary(Machine& machine, const Make& make) {
  const int64_t right = machine.pop().time_ms();
  const int64_t left = machine.pop().time_ms();
  machine.push(make(left, right));
}

/// Pushes the answer, and notes when it turns if the sides move against each other.
template <class Test, class Turn>
void compare(Machine& machine, const OpRow& row, const Test& test, const Turn& turn) {
  const int64_t right = machine.pop().time_ms();
  const int64_t left = machine.pop().time_ms();
  machine.push(test(left, right));
  const int64_t slope = int64_t{row.b} - image::kSlopeBias;
  if (slope != 0) note_deadline(machine.frame, turn(left, right, slope, machine.frame.now_ms));
}

}  // namespace

template <>
void run<Op::kTimeAdd>(Machine& machine, const OpRow&) {
  binary(machine, time_add);
}

template <>
void run<Op::kTimeSubtract>(Machine& machine, const OpRow&) {
  binary(machine, time_subtract);
}

template <>
void run<Op::kTimeScale>(Machine& machine, const OpRow& row) {
  machine.push(time_scale(machine.pop().time_ms(), machine.view().times[row.a]));
}

template <>
void run<Op::kTimeEqual>(Machine& machine, const OpRow& row) {
  compare(machine, row, time_equal, time_equal_turn);
}

template <>
void run<Op::kTimeLess>(Machine& machine, const OpRow& row) {
  compare(machine, row, time_less, time_less_turn);
}

template <>
void run<Op::kTimeLessEqual>(Machine& machine, const OpRow& row) {
  compare(machine, row, time_less_equal, time_less_equal_turn);
}

template <>
void run<Op::kTimeExists>(Machine& machine, const OpRow&) {
  machine.push(time_exists(machine.pop().time_ms()));
}

}  // namespace segue::interp
