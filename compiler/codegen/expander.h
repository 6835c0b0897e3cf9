#pragma once

#include <llvm/ADT/ArrayRef.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>

#include <array>
#include <memory>

#include "compiler/codegen/local_values.h"

namespace segue::codegen {

enum class Body : uint8_t {
#define BODY(id, symbol) id,
#include "compiler/codegen/bodies.def"
#undef BODY
};

enum class Host : uint8_t {
#define HOST(id, symbol) id,
#include "runtime/native/host.def"
#undef HOST
};

inline constexpr size_t kBodyCount = 0
#define BODY(id, symbol) +1
#include "compiler/codegen/bodies.def"
#undef BODY
    ;

inline constexpr size_t kHostCount = 0
#define HOST(id, symbol) +1
#include "runtime/native/host.def"
#undef HOST
    ;

/// Name under which linked code finds a host function.
const char* symbol_of(Host host);
const char* symbol_of(Body body);

/// Puts cell bodies in place: an inliner for functions of one basic block, without a pass pipeline.
///
/// The bodies are the bitcode of bodies.cc, read lazily into one context; a function is loaded when
/// it is first asked for. That Clang left one block of it is what bodies_test.cc asserts.
class Expander {
 public:
  explicit Expander(llvm::LLVMContext& context);

  /// A copy of the body's instructions at the builder's position, `arguments` for its parameters,
  /// constants folded, what `known` has already left out. Returns what the body returns, null if
  /// nothing.
  llvm::Value* expand(llvm::IRBuilder<>& builder, LocalValues& known, Body body,
                      llvm::ArrayRef<llvm::Value*> arguments);

  /// Calls a function of the host by its symbol, typed as bodies.cc sees it.
  llvm::Value* call(llvm::IRBuilder<>& builder, Host host, llvm::ArrayRef<llvm::Value*> arguments);

  /// The loaded function, for tests and for its type.
  llvm::Function& function(Body body);

 private:
  std::unique_ptr<llvm::Module> module_;
  std::array<llvm::Function*, kBodyCount> functions_{};
};

}  // namespace segue::codegen
