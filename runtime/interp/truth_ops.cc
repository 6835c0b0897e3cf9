#include <algorithm>

#include "runtime/interp/machine.h"

/// Truths of truths. All operands are evaluated, so all have noted their deadlines.
namespace segue::interp {

using image::Op;
using image::OpRow;

namespace {

bool is_true(const Entry& entry) { return entry.truth(); }

}  // namespace

template <>
void run<Op::kAnd>(Machine& machine, const OpRow& row) {
  const std::span<const Entry> operands = machine.pop(row.a);
  machine.push(std::all_of(operands.begin(), operands.end(), is_true));
}

template <>
void run<Op::kOr>(Machine& machine, const OpRow& row) {
  const std::span<const Entry> operands = machine.pop(row.a);
  machine.push(std::any_of(operands.begin(), operands.end(), is_true));
}

template <>
void run<Op::kNot>(Machine& machine, const OpRow&) {
  machine.push(!machine.pop().truth());
}

template <>
void run<Op::kAtLeast>(Machine& machine, const OpRow& row) {
  const std::span<const Entry> operands = machine.pop(row.a);
  machine.push(std::count_if(operands.begin(), operands.end(), is_true) >= int64_t{row.b});
}

}  // namespace segue::interp
