#pragma once

#include <llvm/IR/IRBuilder.h>

#include <cstdint>
#include <initializer_list>

#include "compiler/codegen/expander.h"
#include "runtime/base/instant.h"
#include "runtime/base/value.h"
#include "runtime/interp/program.h"

namespace segue::codegen {

/// One generated function under construction: `void (Frame*)`, with what every part of it needs.
///
/// Loads of the frame are shared inside a basic block and made anew in the next; after a call that
/// may move the blob `forget_blob` says so.
class FunctionEmitter {
 public:
  FunctionEmitter(Expander& expander, const Program& program, llvm::Function& function);

  const Program& program() const { return program_; }
  const image::View& view() const { return program_.view(); }
  llvm::IRBuilder<>& builder() { return builder_; }
  llvm::Function& function() { return function_; }

  llvm::Value* frame() { return function_.getArg(0); }
  llvm::Value* blob();
  llvm::Value* now();
  llvm::Value* slots();
  llvm::Value* dirty();
  void forget_blob() { blob_ = {}; }

  /// The bytes of a cell, or any others of the blob or the frame.
  llvm::Value* state(uint32_t cell);
  llvm::Value* blob_at(uint64_t offset);
  llvm::Value* frame_at(uint64_t offset);

  /// What near cells count from.
  llvm::Value* near_base();

  /// Lowers what `store_deadline` will store.
  void note_deadline(llvm::Value* deadline_ms);

  /// Lowers the frame's next deadline to those noted: those that host functions note themselves are
  /// there already.
  void store_deadline();

  llvm::Value* body(Body body, std::initializer_list<llvm::Value*> arguments);
  llvm::Value* host(Host host, std::initializer_list<llvm::Value*> arguments);

  llvm::Value* truth(bool value) { return builder_.getInt1(value); }
  llvm::Value* index(uint32_t value) { return builder_.getInt32(value); }
  llvm::Value* word(uint64_t value) { return builder_.getInt64(value); }
  llvm::Value* time(int64_t ms) { return builder_.getInt64(static_cast<uint64_t>(ms)); }
  llvm::Value* number(double value) { return llvm::ConstantFP::get(builder_.getDoubleTy(), value); }

  /// Room of `words` words on the stack of the function.
  llvm::Value* room(uint32_t words);
  llvm::Value* load_word(llvm::Value* address, uint64_t offset = 0);
  llvm::Value* at(llvm::Value* base, uint64_t offset);

  /// Starts a new block; what follows is emitted there.
  llvm::BasicBlock* new_block(const char* name);
  void continue_in(llvm::BasicBlock* block) { builder_.SetInsertPoint(block); }

 private:
  /// A load that is good inside one block.
  struct Cached {
    llvm::Value* value = nullptr;
    llvm::BasicBlock* block = nullptr;
  };
  llvm::Value* cached(Cached& known, uint64_t offset, llvm::Type* type);

  Expander& expander_;
  const Program& program_;
  llvm::Function& function_;
  llvm::IRBuilder<> builder_;
  Cached blob_;
  Cached now_;
  Cached slots_;
  Cached dirty_;
  LocalValues known_;
  llvm::Value* deadline_ = nullptr;
};

}  // namespace segue::codegen
