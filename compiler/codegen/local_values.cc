#include "compiler/codegen/local_values.h"

namespace segue::codegen {
namespace {

bool is_pure(const llvm::Instruction& instruction) {
  return llvm::isa<llvm::BinaryOperator, llvm::CmpInst, llvm::SelectInst, llvm::CastInst,
                   llvm::GetElementPtrInst>(instruction);
}

uintptr_t word_of(const void* pointer) { return reinterpret_cast<uintptr_t>(pointer); }

}  // namespace

size_t LocalValues::HashKey::operator()(const Key& key) const {
  uint64_t hash = 0;
  for (const uintptr_t word : key) {
    hash = (hash ^ word) * 0x9E37'79B9'7F4A'7C15;
    hash ^= hash >> 32;
  }
  return hash;
}

llvm::Value* LocalValues::earlier(llvm::Instruction& instruction) {
  constexpr unsigned kOperandsMax = 3;
  if (!is_pure(instruction) || instruction.getNumOperands() > kOperandsMax) return nullptr;
  if (block_ != instruction.getParent()) {
    block_ = instruction.getParent();
    known_.clear();
  }
  Key key{};
  key[0] = instruction.getOpcode();
  key[1] = word_of(instruction.getType());
  if (const auto* test = llvm::dyn_cast<llvm::CmpInst>(&instruction)) key[2] = test->getPredicate();
  if (const auto* place = llvm::dyn_cast<llvm::GetElementPtrInst>(&instruction)) {
    key[2] = word_of(place->getSourceElementType());
  }
  for (unsigned i = 0; i < instruction.getNumOperands(); ++i) {
    key[3 + i] = word_of(instruction.getOperand(i));
  }
  const auto [place, added] = known_.try_emplace(key, &instruction);
  return added ? nullptr : place->second;
}

}  // namespace segue::codegen
