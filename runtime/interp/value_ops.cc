#include "runtime/base/text.h"
#include "runtime/cells/calendar.h"
#include "runtime/cells/cell.h"
#include "runtime/interp/machine.h"
#include "runtime/interp/value_tests.h"

/// What a value off the wire is, and what of it can be kept.
namespace segue::interp {

using image::Op;
using image::OpRow;

Decimal sum_of(const Value& value) {
  if (value.tag != ValueTag::kNumber) return cells::kNoSum;
  return decimal_from_text(value.text).value_or(cells::kNoSum);
}

template <>
void run<Op::kScalarOf>(Machine& machine, const OpRow&) {
  machine.push(scalar_of(machine.pop().value()));
}

template <>
void run<Op::kSumOf>(Machine& machine, const OpRow&) {
  machine.push(sum_of(machine.pop().value()));
}

template <>
void run<Op::kValueExists>(Machine& machine, const OpRow&) {
  machine.push(!machine.pop().value().missing());
}

template <>
void run<Op::kValueTrue>(Machine& machine, const OpRow&) {
  machine.push(machine.pop().value().tag == ValueTag::kTrue);
}

template <>
void run<Op::kValueNumber>(Machine& machine, const OpRow&) {
  const Value& value = machine.pop().value();
  machine.push(value.tag == ValueTag::kNumber ? value.number : kMissingNumber);
}

template <>
void run<Op::kZoneOf>(Machine& machine, const OpRow&) {
  const Value& value = machine.pop().value();
  const auto& zones = machine.prepared().zones;
  const auto known = value.tag == ValueTag::kText ? zones.find(value.text) : zones.end();
  machine.push(known == zones.end() ? kMissingNumber : static_cast<double>(known->second));
}

template <>
void run<Op::kValueInstant>(Machine& machine, const OpRow& row) {
  const Value& value = machine.pop().value();
  std::optional<Instant> instant;
  if (value.tag == ValueTag::kText) {
    instant = parse_instant(value.text, zone_at(machine.frame, row.a));
  } else if (value.tag == ValueTag::kNumber) {
    instant = instant_from_epoch_ms(value.number);
  }
  machine.push(instant.value_or(kMissingTime).ms);
}

}  // namespace segue::interp
