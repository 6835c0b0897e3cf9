#include "runtime/interp/machine.h"

/// Kept scalars: made of truths, numbers and times, compared, taken apart.
namespace segue::interp {

using image::Op;
using image::OpRow;

namespace {

/// Lists and records are kept as "other": equal to nothing, like what is missing.
bool is_comparable(Scalar scalar) {
  const ScalarTag tag = tag_of(scalar);
  return tag != ScalarTag::kMissing && tag != ScalarTag::kOther;
}

}  // namespace

template <>
void run<Op::kScalarOfTruth>(Machine& machine, const OpRow&) {
  machine.push(scalar_of_truth(machine.pop().truth()));
}

template <>
void run<Op::kScalarOfNumber>(Machine& machine, const OpRow&) {
  const double number = machine.pop().number();
  machine.push(exists(number) ? scalar_of_number(number) : Scalar{});
}

template <>
void run<Op::kScalarOfTime>(Machine& machine, const OpRow&) {
  const int64_t time_ms = machine.pop().time_ms();
  machine.push(time_ms != kMissingTime.ms ? scalar_of_instant(Instant{time_ms}) : Scalar{});
}

template <>
void run<Op::kEqualScalars>(Machine& machine, const OpRow&) {
  const Scalar right = machine.pop().scalar();
  const Scalar left = machine.pop().scalar();
  machine.push(left == right && is_comparable(left));
}

template <>
void run<Op::kInScalars>(Machine& machine, const OpRow& row) {
  const Scalar scalar = machine.pop().scalar();
  machine.push(is_comparable(scalar) && machine.prepared().sets[row.a].contains(scalar));
}

template <>
void run<Op::kScalarExists>(Machine& machine, const OpRow&) {
  machine.push(tag_of(machine.pop().scalar()) != ScalarTag::kMissing);
}

template <>
void run<Op::kScalarTrue>(Machine& machine, const OpRow&) {
  machine.push(machine.pop().scalar() == scalar_of_truth(true));
}

template <>
void run<Op::kScalarNumber>(Machine& machine, const OpRow&) {
  const Scalar scalar = machine.pop().scalar();
  const bool number = tag_of(scalar) == ScalarTag::kNumber;
  machine.push(number ? std::bit_cast<double>(scalar.lo) : kMissingNumber);
}

template <>
void run<Op::kScalarTime>(Machine& machine, const OpRow&) {
  const Scalar scalar = machine.pop().scalar();
  const bool instant = tag_of(scalar) == ScalarTag::kInstant;
  machine.push(instant ? static_cast<int64_t>(scalar.lo) : kMissingTime.ms);
}

}  // namespace segue::interp
