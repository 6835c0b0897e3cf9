#include <algorithm>
#include <utility>

#include "runtime/interp/eval.h"
#include "runtime/interp/json_part.h"
#include "runtime/interp/machine.h"
#include "runtime/interp/value_tests.h"

/// Items of a list of the event at hand.
namespace segue::interp {

using image::Op;
using image::OpRow;

template <>
void run<Op::kItem>(Machine& machine, const OpRow& row) {
  Frame& frame = machine.frame;
  const image::Range path = machine.view().paths[row.a];
  machine.push_made(part_of(*frame.item, machine.view().list(path), machine.view(), frame.made));
}

template <>
void run<Op::kAnyItem>(Machine& machine, const OpRow& row) {
  const Value& list = machine.pop().value();
  Frame& frame = machine.frame;
  const Value* outer = frame.item;  // lists may lie inside each other
  const bool found = std::any_of(list.items.begin(), list.items.end(), [&](const Value& item) {
    frame.item = &item;
    return eval(frame, machine.view().item_tests[row.a]).truth();
  });
  frame.item = outer;
  machine.push(found);
}

template <>
void run<Op::kItemSum>(Machine& machine, const OpRow& row) {
  const Value& list = machine.pop().value();
  if (list.tag != ValueTag::kList) return machine.push(cells::kNoSum);
  const std::span<const uint32_t> path = machine.view().list(machine.view().paths[row.a]);
  Decimal sum;
  for (const Value& item : list.items) {
    const Decimal part = sum_of(part_of(item, path, machine.view(), machine.frame.made));
    if (is_sum(part)) sum = sum + part;
  }
  machine.push(sum);
}

}  // namespace segue::interp
