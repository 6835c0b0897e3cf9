#include "compiler/codegen/machine.h"

#include <llvm/ADT/SmallString.h>
#include <llvm/Config/llvm-config.h>
#include <llvm/IR/DiagnosticHandler.h>
#include <llvm/IR/DiagnosticInfo.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/TargetParser/Host.h>

#include <mutex>

#include "runtime/base/check.h"

namespace segue::codegen {
namespace {

constexpr llvm::StringLiteral kSelector = "sdagisel";  // the name under which FastISel complains

void initialize_target() {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
  });
}

/// Listens for what FastISel leaves to others.
class Listener : public llvm::DiagnosticHandler {
 public:
  Listener(uint32_t& count, std::string& first) : count_(count), first_(first) {}

  bool handleDiagnostics(const llvm::DiagnosticInfo& info) override {
    const auto* remark = llvm::dyn_cast<llvm::DiagnosticInfoOptimizationBase>(&info);
    if (remark == nullptr) return false;
    if (remark->getPassName() != kSelector) return true;
    if (count_++ == 0) first_ = remark->getMsg();
    return true;
  }
  bool isMissedOptRemarkEnabled(llvm::StringRef pass) const override { return pass == kSelector; }
  bool isAnyRemarkEnabled() const override { return true; }

 private:
  uint32_t& count_;
  std::string& first_;
};

}  // namespace

Machine::Machine() {
  initialize_target();
  const std::string triple = llvm::sys::getProcessTriple();
  std::string error;
  const llvm::Target* target = llvm::TargetRegistry::lookupTarget(triple, error);
  SEGUE_CHECK(target != nullptr, "LLVM knows the machine it was built for");
  // The baseline of the architecture, not this machine's best: cached objects then fit every
  // machine, and FastISel would use little of the rest.
  target_.reset(target->createTargetMachine(triple, "", "", {}, llvm::Reloc::PIC_,
                                            llvm::CodeModel::Small, llvm::CodeGenOptLevel::None,
                                            /*JIT=*/true));
  target_->setFastISel(true);
}

void Machine::prepare(llvm::Module& module) const {
  module.setTargetTriple(target_->getTargetTriple().str());
  module.setDataLayout(target_->createDataLayout());
}

std::string Machine::emit(llvm::Module& module, llvm::CodeGenFileType type) {
  module.getContext().setDiagnosticHandler(std::make_unique<Listener>(fallbacks_, first_fallback_),
                                           /*RespectFilters=*/false);
  llvm::SmallString<0> bytes;
  llvm::raw_svector_ostream out(bytes);
  llvm::legacy::PassManager passes;
  const bool refused =
      target_->addPassesToEmitFile(passes, out, nullptr, type, /*DisableVerify=*/true);
  SEGUE_CHECK(!refused, "the host's target emits objects and assembly");
  passes.run(module);
  if (listens_) module.getContext().setDiagnosticHandler(nullptr);
  return std::string(bytes);
}

std::string Machine::object_of(llvm::Module& module) {
  return emit(module, llvm::CodeGenFileType::ObjectFile);
}

std::string Machine::assembly_of(llvm::Module& module) {
  return emit(module, llvm::CodeGenFileType::AssemblyFile);
}

std::string Machine::identity() {
  return llvm::sys::getProcessTriple() + " llvm " LLVM_VERSION_STRING;
}

}  // namespace segue::codegen
