#include "runtime/interp/eval.h"

namespace segue::interp {
namespace {

using RunOp = void (*)(Machine& machine, const image::OpRow& row);

// In the order of ops.def; an op without a body does not link.
constexpr RunOp kRunOps[] = {
#define IMAGE_OP(id, name, pops, result) &run<image::Op::id>,
#include "runtime/image/ops.def"
#undef IMAGE_OP
};

}  // namespace

void step(Machine& machine, const image::OpRow& row) {
  kRunOps[static_cast<size_t>(row.op)](machine, row);
}

Entry eval(Frame& frame, image::Range code) {
  Machine machine(frame);
  for (const image::OpRow& row : frame.view->code(code)) step(machine, row);
  return machine.pop();
}

Entry run_op(Frame& frame, const image::OpRow& row, std::span<const Entry> operands) {
  Machine machine(frame);
  for (const Entry& operand : operands) machine.push(operand);
  step(machine, row);
  return machine.pop();
}

}  // namespace segue::interp
