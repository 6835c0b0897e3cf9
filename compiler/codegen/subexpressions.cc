#include "compiler/codegen/subexpressions.h"

#include <algorithm>

#include "runtime/image/op_info.h"

namespace segue::codegen {
namespace {

uint32_t pops_of(const image::OpRow& row) {
  const int pops = image::op_info(row.op).pops;
  return pops < 0 ? row.a : static_cast<uint32_t>(pops);
}

}  // namespace

Subexpressions::Subexpressions(std::span<const image::OpRow> code) : code_(code) {
  std::vector<uint32_t> stack;  // where the expression of each entry begins
  begins_.reserve(code.size());
  for (uint32_t i = 0; i < code.size(); ++i) {
    const uint32_t pops = pops_of(code[i]);
    const uint32_t begin = pops == 0 ? i : stack[stack.size() - pops];
    stack.resize(stack.size() - pops);
    stack.push_back(begin);
    begins_.push_back(begin);
  }
}

std::vector<uint32_t> Subexpressions::operands_of(uint32_t last) const {
  const image::Op op = code_[last].op;
  const bool flat = op == image::Op::kAnd || op == image::Op::kOr;
  std::vector<uint32_t> operands;
  std::vector<uint32_t> open{last};  // ops whose operands are wanted
  while (!open.empty()) {
    const uint32_t parent = open.back();
    open.pop_back();
    uint32_t end = parent;
    for (uint32_t i = pops_of(code_[parent]); i-- > 0;) {
      const uint32_t operand = end - 1;
      end = begins_[operand];
      if (flat && code_[operand].op == op) {
        open.push_back(operand);
      } else {
        operands.push_back(operand);
      }
    }
  }
  std::sort(operands.begin(), operands.end());  // stretches follow each other, so ends order them
  return operands;
}

}  // namespace segue::codegen
