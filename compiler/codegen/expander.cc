#include "compiler/codegen/expander.h"

#include <llvm/ADT/DenseMap.h>
#include <llvm/Analysis/ConstantFolding.h>
#include <llvm/Analysis/InstructionSimplify.h>
#include <llvm/Bitcode/BitcodeReader.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/Support/Error.h>
#include <llvm/Support/MemoryBuffer.h>

#include <cstddef>

#include "runtime/base/check.h"

extern const unsigned char segue_bodies_bitcode[];
extern const size_t segue_bodies_bitcode_size;

namespace segue::codegen {
namespace {

constexpr const char* kBodySymbols[] = {
#define BODY(id, symbol) #symbol,
#include "compiler/codegen/bodies.def"
#undef BODY
};

constexpr const char* kHostSymbols[] = {
#define HOST(id, symbol) #symbol,
#include "runtime/native/host.def"
#undef HOST
};

llvm::MemoryBufferRef bitcode() {
  // SAFETY: any object may be looked at as chars.
  const auto* bytes = reinterpret_cast<const char*>(segue_bodies_bitcode);
  return {llvm::StringRef(bytes, segue_bodies_bitcode_size), "bodies"};
}

/// What is not worth copying: notes to an optimiser that will not run.
bool is_note(const llvm::Instruction& instruction) {
  const auto* call = llvm::dyn_cast<llvm::IntrinsicInst>(&instruction);
  if (call == nullptr) return false;
  switch (call->getIntrinsicID()) {
    case llvm::Intrinsic::lifetime_start:
    case llvm::Intrinsic::lifetime_end:
    case llvm::Intrinsic::assume:
    case llvm::Intrinsic::experimental_noalias_scope_decl:
      return true;
    default:
      return false;
  }
}

/// FastISel knows no minimum, maximum, absolute value or select of truths, and leaves the rest of
/// the block to a slower selector when it meets one. All have an equal that it knows.
llvm::Value* plain(llvm::IRBuilder<>& builder, llvm::Instruction& copy) {
  if (auto* minmax = llvm::dyn_cast<llvm::MinMaxIntrinsic>(&copy)) {
    llvm::Value* left = minmax->getLHS();
    llvm::Value* right = minmax->getRHS();
    return builder.CreateSelect(builder.CreateICmp(minmax->getPredicate(), left, right), left,
                                right);
  }
  auto* call = llvm::dyn_cast<llvm::IntrinsicInst>(&copy);
  if (call != nullptr && call->getIntrinsicID() == llvm::Intrinsic::abs) {
    llvm::Value* number = call->getArgOperand(0);
    return builder.CreateSelect(builder.CreateIsNeg(number), builder.CreateNeg(number), number);
  }
  auto* select = llvm::dyn_cast<llvm::SelectInst>(&copy);
  if (select == nullptr || !select->getType()->isIntegerTy(1)) return nullptr;
  llvm::Value* chosen = builder.CreateAnd(select->getCondition(), select->getTrueValue());
  llvm::Value* other =
      builder.CreateAnd(builder.CreateNot(select->getCondition()), select->getFalseValue());
  return builder.CreateOr(chosen, other);
}

/// A place relative to a place relative to the blob is one relative to the blob.
void join_offsets(llvm::Instruction& copy) {
  auto* outer = llvm::dyn_cast<llvm::GetElementPtrInst>(&copy);
  if (outer == nullptr || !outer->getSourceElementType()->isIntegerTy(8)) return;
  auto* inner = llvm::dyn_cast<llvm::GetElementPtrInst>(outer->getPointerOperand());
  if (inner == nullptr || !inner->getSourceElementType()->isIntegerTy(8)) return;
  const auto* more = llvm::dyn_cast<llvm::ConstantInt>(outer->getOperand(1));
  const auto* offset = llvm::dyn_cast<llvm::ConstantInt>(inner->getOperand(1));
  if (more == nullptr || offset == nullptr) return;
  const int64_t sum = more->getSExtValue() + offset->getSExtValue();
  outer->setOperand(0, inner->getPointerOperand());
  outer->setOperand(1, llvm::ConstantInt::getSigned(more->getType(), sum));
}

}  // namespace

const char* symbol_of(Host host) { return kHostSymbols[static_cast<size_t>(host)]; }
const char* symbol_of(Body body) { return kBodySymbols[static_cast<size_t>(body)]; }

Expander::Expander(llvm::LLVMContext& context) {
  auto module = llvm::getLazyBitcodeModule(bitcode(), context);
  SEGUE_CHECK(static_cast<bool>(module), "the bitcode of the bodies is part of this program");
  module_ = std::move(*module);
}

llvm::Function& Expander::function(Body body) {
  llvm::Function*& known = functions_[static_cast<size_t>(body)];
  if (known != nullptr) return *known;
  known = module_->getFunction(symbol_of(body));
  SEGUE_CHECK(known != nullptr, "bodies.def names functions of bodies.cc");
  llvm::cantFail(known->materialize());
  return *known;
}

llvm::Value* Expander::expand(llvm::IRBuilder<>& builder, LocalValues& known, Body body,
                              llvm::ArrayRef<llvm::Value*> arguments) {
  llvm::Function& source = function(body);
  SEGUE_CHECK(source.size() == 1 && source.arg_size() == arguments.size(),
              "a body is one block, its arguments are as many as its parameters");
  const llvm::SimplifyQuery query(builder.GetInsertBlock()->getDataLayout());
  llvm::SmallDenseMap<const llvm::Value*, llvm::Value*, 32> values;
  for (size_t i = 0; i < arguments.size(); ++i) values[source.getArg(i)] = arguments[i];
  const auto here = [&](llvm::Value* value) {
    const auto found = values.find(value);
    return found == values.end() ? value : found->second;  // the rest are constants
  };
  for (llvm::Instruction& instruction : source.front()) {
    if (is_note(instruction)) continue;
    if (auto* end = llvm::dyn_cast<llvm::ReturnInst>(&instruction)) {
      llvm::Value* result = end->getReturnValue();
      return result == nullptr ? nullptr : here(result);
    }
    llvm::Instruction* copy = instruction.clone();
    for (llvm::Use& operand : copy->operands()) operand.set(here(operand.get()));
    copy->dropUnknownNonDebugMetadata();
    if (copy->hasPoisonGeneratingFlags()) copy->dropPoisonGeneratingFlags();
    join_offsets(*copy);
    builder.Insert(copy);
    llvm::Value* value = llvm::simplifyInstruction(copy, query);
    if (value == nullptr) value = plain(builder, *copy);
    if (value == nullptr) value = known.earlier(*copy);  // last: what it remembers stays
    if (value != nullptr) copy->eraseFromParent();
    values[&instruction] = value == nullptr ? copy : value;
  }
  SEGUE_CHECK(false, "a body returns");
  return nullptr;
}

llvm::Value* Expander::call(llvm::IRBuilder<>& builder, Host host,
                            llvm::ArrayRef<llvm::Value*> arguments) {
  llvm::Module& module = *builder.GetInsertBlock()->getModule();
  llvm::Function* callee = module.getFunction(symbol_of(host));
  if (callee == nullptr) {
    const llvm::Function* seen = module_->getFunction(symbol_of(host));
    SEGUE_CHECK(seen != nullptr, "host.def names functions of host.h");
    callee = llvm::Function::Create(seen->getFunctionType(), llvm::Function::ExternalLinkage,
                                    symbol_of(host), module);
    // How small integers are passed stands on parameters and result; the rest is about the machine
    // that built the bitcode.
    callee->setAttributes(seen->getAttributes().removeFnAttributes(module.getContext()));
  }
  llvm::CallInst* call = builder.CreateCall(callee, arguments);
  call->setAttributes(callee->getAttributes());
  return call;
}

}  // namespace segue::codegen
