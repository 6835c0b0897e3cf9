#pragma once

#include <llvm/IR/Instructions.h>

#include <array>
#include <cstdint>
#include <unordered_map>

namespace segue::codegen {

/// The values of one basic block by what computes them, so that nothing is computed twice: tests
/// and deadlines of the same cell begin alike. Only of instructions that read no memory.
class LocalValues {
 public:
  /// An earlier equal of `instruction`, which is in its block; without one it is remembered and
  /// null is returned.
  llvm::Value* earlier(llvm::Instruction& instruction);

 private:
  /// Opcode, predicate and type, then the operands.
  using Key = std::array<uintptr_t, 6>;
  struct HashKey {
    size_t operator()(const Key& key) const;
  };

  llvm::BasicBlock* block_ = nullptr;
  std::unordered_map<Key, llvm::Value*, HashKey> known_;
};

}  // namespace segue::codegen
