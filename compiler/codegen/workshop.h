#pragma once

#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>

#include <memory>

#include "compiler/codegen/expander.h"
#include "compiler/codegen/machine.h"
#include "compiler/codegen/units.h"

namespace segue::codegen {

/// Everything that one thread compiles with: nothing of LLVM is shared between threads.
struct Workshop {
  llvm::LLVMContext context;
  Expander expander{context};
  Machine machine;

  std::unique_ptr<llvm::Module> module_of(const Program& program, const Unit& unit) {
    auto module = std::make_unique<llvm::Module>("segue", context);
    machine.prepare(*module);
    build(program, unit, expander, *module);
    return module;
  }
};

}  // namespace segue::codegen
