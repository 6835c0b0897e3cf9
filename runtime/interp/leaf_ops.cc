#include "runtime/cells/bytes.h"
#include "runtime/interp/machine.h"

/// Constants, the instant, the user, earlier nodes, and what the event at hand is.
namespace segue::interp {

using cells::load;
using image::Op;
using image::OpRow;

namespace {

constexpr Value kAbsentValue{};

/// The value of a global slot; absent if the event's kind does not carry it.
const Value& slot_value(const Machine& machine, uint32_t slot) {
  const Frame& frame = machine.frame;
  const image::Range range = machine.view().kinds[frame.event->kind.index].slots;
  const std::span<const uint32_t> slots = machine.view().list(range);
  // Ascending, and few: binary search without a branch.
  uint32_t first = 0;
  for (uint32_t count = range.count; count > 1;) {
    const uint32_t half = count / 2;
    first = slots[first + half] <= slot ? first + half : first;
    count -= half;
  }
  const bool found = range.count != 0 && slots[first] == slot;
  return found ? frame.slots[first] : kAbsentValue;
}

}  // namespace

template <>
void run<Op::kSlot>(Machine& machine, const OpRow& row) {
  machine.push(&slot_value(machine, row.a));
}

template <>
void run<Op::kSlotNamed>(Machine& machine, const OpRow& row) {
  machine.push(slot_value(machine, row.a).tag != ValueTag::kAbsent);
}

template <>
void run<Op::kEventName>(Machine& machine, const OpRow&) {
  machine.event_name.tag = ValueTag::kText;
  machine.event_name.text = machine.frame.event->name;
  machine.push(&machine.event_name);
}

template <>
void run<Op::kKindIn>(Machine& machine, const OpRow& row) {
  machine.push(machine.prepared().in_kind_set(row.a, machine.frame.event->kind.index));
}

template <>
void run<Op::kAnyKind>(Machine& machine, const OpRow&) {
  machine.push(machine.frame.event->kind != kIdentifyKind);
}

template <>
void run<Op::kConstTruth>(Machine& machine, const OpRow& row) {
  machine.push(row.a != 0);
}

template <>
void run<Op::kConstNumber>(Machine& machine, const OpRow& row) {
  machine.push(machine.view().numbers[row.a]);
}

template <>
void run<Op::kConstTime>(Machine& machine, const OpRow& row) {
  machine.push(machine.view().times[row.a]);
}

template <>
void run<Op::kConstText>(Machine& machine, const OpRow& row) {
  machine.push(&machine.prepared().texts[row.a]);
}

template <>
void run<Op::kConstScalar>(Machine& machine, const OpRow& row) {
  machine.push(machine.view().members[row.a].scalar);
}

template <>
void run<Op::kNow>(Machine& machine, const OpRow&) {
  machine.push(machine.frame.now_ms);
}

template <>
void run<Op::kKnownSince>(Machine& machine, const OpRow&) {
  machine.push(load<BlobHeader>(machine.frame.blob).first_ms);
}

template <>
void run<Op::kUserIn>(Machine& machine, const OpRow& row) {
  machine.push(machine.prepared().sets[row.a].contains(machine.frame.user_scalar));
}

template <>
void run<Op::kNodeTruth>(Machine& machine, const OpRow& row) {
  const uint32_t place = machine.view().nodes[row.a].place;
  const std::byte* word = machine.frame.blob + sizeof(BlobHeader) + place / 64 * 8;
  machine.push((load<uint64_t>(word) >> (place % 64) & 1) != 0);
}

template <>
void run<Op::kNodeNumber>(Machine& machine, const OpRow& row) {
  machine.push(load<double>(machine.frame.blob + machine.view().nodes[row.a].place));
}

}  // namespace segue::interp
