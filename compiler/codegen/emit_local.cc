#include "compiler/codegen/code_emitter.h"
#include "runtime/image/op_info.h"

/// Local time and values that are made: the interpreter does them, with the operand at hand.
namespace segue::codegen {

using image::Op;
using image::OpRow;

CodeEmitter::Result CodeEmitter::local(const OpRow& row) {
  const bool parts = row.op >= Op::kHour && row.op <= Op::kInPeriod;
  if (!parts) return {};
  llvm::Value* time = pop_low();
  const auto ask = [&](Host host) {
    return Entry{out_.host(host, {out_.frame(), out_.index(static_cast<uint32_t>(row.op)),
                                  out_.index(row.a), out_.index(row.b), time})};
  };
  switch (image::op_info(row.op).result) {
    case image::Type::B:
      return ask(Host::kTruthOfTime);
    case image::Type::N:
      return ask(Host::kNumberOfTime);
    default:
      return ask(Host::kTimeOfTime);
  }
}

CodeEmitter::Result CodeEmitter::made(const OpRow& row) {
  llvm::Value* op = out_.index(static_cast<uint32_t>(row.op));
  if (row.op == Op::kValueOfNumber) {
    return Entry{out_.host(Host::kValueOfNumber, {out_.frame(), op, pop_low()})};
  }
  if (row.op == Op::kValueOfTruth) {
    llvm::IRBuilder<>& builder = out_.builder();
    llvm::Value* truth = builder.CreateZExt(pop_low(), builder.getInt32Ty());
    return Entry{out_.host(Host::kValueOfTruth, {out_.frame(), op, truth})};
  }
  return {};
}

}  // namespace segue::codegen
