#include <algorithm>

#include "runtime/base/decimal.h"
#include "runtime/base/text.h"
#include "runtime/interp/machine.h"

/// Values made of the event's: they live in the frame until the next event is at hand.
namespace segue::interp {

using image::Op;
using image::OpRow;

namespace {

std::string_view digits_of(double number, Arena& arena) {
  return arena.copy(shortest_text(number));
}

bool continues(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }

}  // namespace

template <>
void run<Op::kTextOf>(Machine& machine, const OpRow&) {
  const Value& value = machine.pop().value();
  switch (value.tag) {
    case ValueTag::kText:
      return machine.push(&value);
    case ValueTag::kFalse:
    case ValueTag::kTrue:
      return machine.push_made(
          {.tag = ValueTag::kText, .text = value.tag == ValueTag::kTrue ? "true" : "false"});
    case ValueTag::kNumber:
      return machine.push_made(
          {.tag = ValueTag::kText, .text = digits_of(value.number, machine.frame.made)});
    case ValueTag::kAbsent:
    case ValueTag::kMissing:
    case ValueTag::kList:
    case ValueTag::kRecord:
      break;
  }
  machine.push_made({.tag = ValueTag::kMissing});
}

template <>
void run<Op::kNumberOf>(Machine& machine, const OpRow&) {
  const Value& value = machine.pop().value();
  if (value.tag == ValueTag::kNumber) return machine.push(&value);
  const bool reads = value.tag == ValueTag::kText && decimal_from_text(value.text).has_value();
  machine.push_made(reads ? number_from_text(value.text) : Value{.tag = ValueTag::kMissing});
}

template <>
void run<Op::kLower>(Machine& machine, const OpRow&) {
  const Value& value = machine.pop().value();
  if (value.tag != ValueTag::kText) return machine.push_made({.tag = ValueTag::kMissing});
  machine.push_made(
      {.tag = ValueTag::kText, .text = machine.frame.made.copy(lower_case(value.text))});
}

template <>
void run<Op::kLength>(Machine& machine, const OpRow&) {
  const Value& value = machine.pop().value();
  if (value.tag == ValueTag::kList) {
    return machine.push(static_cast<double>(value.items.size()));
  }
  if (value.tag != ValueTag::kText) return machine.push(kMissingNumber);
  const auto more = std::count_if(value.text.begin(), value.text.end(), continues);
  machine.push(static_cast<double>(value.text.size()) - static_cast<double>(more));
}

template <>
void run<Op::kValueOfNumber>(Machine& machine, const OpRow&) {
  const double number = machine.pop().number();
  if (!exists(number)) return machine.push_made({.tag = ValueTag::kMissing});
  machine.push_made(
      {.tag = ValueTag::kNumber, .number = number, .text = digits_of(number, machine.frame.made)});
}

template <>
void run<Op::kValueOfTruth>(Machine& machine, const OpRow&) {
  const bool truth = machine.pop().truth();
  machine.push_made({.tag = truth ? ValueTag::kTrue : ValueTag::kFalse});
}

}  // namespace segue::interp
