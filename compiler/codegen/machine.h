#pragma once

#include <llvm/IR/Module.h>
#include <llvm/Target/TargetMachine.h>

#include <memory>
#include <string>

namespace segue::codegen {

/// Turns modules into machine code of the host, without a pass pipeline: FastISel selects. One a
/// thread.
class Machine {
 public:
  Machine();

  /// Sets triple and layout of a new module.
  void prepare(llvm::Module& module) const;

  /// The bytes of a relocatable object.
  std::string object_of(llvm::Module& module);

  /// Its assembly, as a person reads it.
  std::string assembly_of(llvm::Module& module);

  /// Counts from now on how often FastISel gives up, and keeps why the first time: for tests, since
  /// a block that it leaves to the slower selector is ours to mend.
  void listen() { listens_ = true; }
  uint32_t fallbacks() const { return fallbacks_; }
  const std::string& first_fallback() const { return first_fallback_; }

  /// Target and version: part of the key of cached objects.
  static std::string identity();

 private:
  std::string emit(llvm::Module& module, llvm::CodeGenFileType type);

  std::unique_ptr<llvm::TargetMachine> target_;
  bool listens_ = false;
  uint32_t fallbacks_ = 0;
  std::string first_fallback_;
};

}  // namespace segue::codegen
