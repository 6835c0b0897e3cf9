#include "runtime/interp/machine.h"

/// Kept scalars: made of truths, numbers and times, compared, taken apart.
namespace segue::interp {

using image::Op;
using image::OpRow;

template <>
void run<Op::kScalarOfTruth>(Machine& machine, const OpRow&) {
  machine.push(scalar_from_truth(machine.pop().truth()));
}

template <>
void run<Op::kScalarOfNumber>(Machine& machine, const OpRow&) {
  machine.push(scalar_from_number(machine.pop().number()));
}

template <>
void run<Op::kScalarOfTime>(Machine& machine, const OpRow&) {
  machine.push(scalar_from_time(machine.pop().time_ms()));
}

template <>
void run<Op::kEqualScalars>(Machine& machine, const OpRow&) {
  const Scalar right = machine.pop().scalar();
  const Scalar left = machine.pop().scalar();
  machine.push(equal_scalars(left, right));
}

template <>
void run<Op::kInScalars>(Machine& machine, const OpRow& row) {
  const Scalar scalar = machine.pop().scalar();
  machine.push(is_comparable(scalar) && machine.prepared().sets[row.a].contains(scalar));
}

template <>
void run<Op::kScalarExists>(Machine& machine, const OpRow&) {
  machine.push(scalar_exists(machine.pop().scalar()));
}

template <>
void run<Op::kScalarTrue>(Machine& machine, const OpRow&) {
  machine.push(scalar_true(machine.pop().scalar()));
}

template <>
void run<Op::kScalarNumber>(Machine& machine, const OpRow&) {
  machine.push(scalar_number(machine.pop().scalar()));
}

template <>
void run<Op::kScalarTime>(Machine& machine, const OpRow&) {
  machine.push(scalar_time(machine.pop().scalar()));
}

}  // namespace segue::interp
