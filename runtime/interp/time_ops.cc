#include "runtime/cells/entries.h"
#include "runtime/image/op_info.h"
#include "runtime/interp/machine.h"

/// Times in milliseconds. Both sides of a comparison are linear in now, with a known slope of their
/// difference, so the millisecond at which it turns is solved for.
namespace segue::interp {

using image::Op;
using image::OpRow;

namespace {

/// Two's complement, so that no sum of hostile constants is undefined.
int64_t add(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
int64_t subtract(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}

template <class Make>
void binary(Machine& machine, const Make& make) {
  const int64_t right = machine.pop().time_ms();
  const int64_t left = machine.pop().time_ms();
  const bool both = left != kMissingTime.ms && right != kMissingTime.ms;
  machine.push(both ? make(left, right) : kMissingTime.ms);
}

/// A difference that becomes `difference + slope * ms` after so many milliseconds.
struct Line {
  int64_t difference;
  int64_t slope;
};

/// After how many milliseconds, 1 or more, the difference is first >= 0 (it is < 0 and rises).
int64_t until_zero(Line line) {
  return add(subtract(0, line.difference), line.slope - 1) / line.slope;
}

/// The same for > 0 (it is <= 0 and rises).
int64_t until_above(Line line) { return subtract(0, line.difference) / line.slope + 1; }

/// Pops both sides and pushes `test(difference)`; notes when that turns: `turn(line)` says after
/// how many milliseconds, or 0 for never. The line it gets rises.
template <class Test, class Turn>
void compare(Machine& machine, const OpRow& row, const Test& test, const Turn& turn) {
  const int64_t right = machine.pop().time_ms();
  const int64_t left = machine.pop().time_ms();
  if (left == kMissingTime.ms || right == kMissingTime.ms) {
    machine.push(false);
    return;
  }
  const Line line{subtract(left, right), int64_t{row.b} - image::kSlopeBias};
  machine.push(test(line.difference));
  const int64_t wait_ms = line.slope == 0 ? 0 : turn(line);
  if (wait_ms > 0) note_deadline(machine.frame, cells::later_by(machine.frame.now_ms, wait_ms));
}

/// Turns a falling line round, so that each case is solved once.
Line risen(Line line) {
  return line.slope > 0 ? line : Line{subtract(0, line.difference), -line.slope};
}

}  // namespace

template <>
void run<Op::kTimeAdd>(Machine& machine, const OpRow&) {
  binary(machine, add);
}

template <>
void run<Op::kTimeSubtract>(Machine& machine, const OpRow&) {
  binary(machine, subtract);
}

template <>
void run<Op::kTimeEqual>(Machine& machine, const OpRow& row) {
  compare(
      machine, row, [](int64_t difference) { return difference == 0; },
      [](Line line) -> int64_t {
        const Line up = risen(line);
        if (up.difference == 0) return 1;
        return up.difference < 0 ? until_zero(up) : 0;
      });
}

template <>
void run<Op::kTimeLess>(Machine& machine, const OpRow& row) {
  compare(
      machine, row, [](int64_t difference) { return difference < 0; },
      [](Line line) -> int64_t {
        const Line up = risen(line);
        if (line.slope > 0) return up.difference < 0 ? until_zero(up) : 0;
        return up.difference <= 0 ? until_above(up) : 0;
      });
}

template <>
void run<Op::kTimeLessEqual>(Machine& machine, const OpRow& row) {
  compare(
      machine, row, [](int64_t difference) { return difference <= 0; },
      [](Line line) -> int64_t {
        const Line up = risen(line);
        if (line.slope > 0) return up.difference <= 0 ? until_above(up) : 0;
        return up.difference < 0 ? until_zero(up) : 0;
      });
}

template <>
void run<Op::kTimeExists>(Machine& machine, const OpRow&) {
  machine.push(machine.pop().time_ms() != kMissingTime.ms);
}

}  // namespace segue::interp
