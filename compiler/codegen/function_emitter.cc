#include "compiler/codegen/function_emitter.h"

#include "compiler/codegen/frame_layout.h"

namespace segue::codegen {

FunctionEmitter::FunctionEmitter(Expander& expander, const Program& program,
                                 llvm::Function& function)
    : expander_(expander), program_(program), function_(function), builder_(function.getContext()) {
  builder_.SetInsertPoint(llvm::BasicBlock::Create(function.getContext(), "entry", &function));
}

llvm::Value* FunctionEmitter::cached(Cached& known, uint64_t offset, llvm::Type* type) {
  llvm::BasicBlock* block = builder_.GetInsertBlock();
  if (known.block != block) known = {builder_.CreateLoad(type, frame_at(offset)), block};
  return known.value;
}

llvm::Value* FunctionEmitter::blob() { return cached(blob_, kFrameBlobAt, builder_.getPtrTy()); }
llvm::Value* FunctionEmitter::now() { return cached(now_, kFrameNowAt, builder_.getInt64Ty()); }
llvm::Value* FunctionEmitter::slots() { return cached(slots_, kFrameSlotsAt, builder_.getPtrTy()); }
llvm::Value* FunctionEmitter::dirty() { return cached(dirty_, kFrameDirtyAt, builder_.getPtrTy()); }

llvm::Value* FunctionEmitter::at(llvm::Value* base, uint64_t offset) {
  if (offset == 0) return base;
  llvm::Instruction* place =
      llvm::GetElementPtrInst::Create(builder_.getInt8Ty(), base, {builder_.getInt64(offset)});
  builder_.Insert(place);
  llvm::Value* earlier = known_.earlier(*place);
  if (earlier == nullptr) return place;
  place->eraseFromParent();
  return earlier;
}

llvm::Value* FunctionEmitter::state(uint32_t cell) { return blob_at(view().cells[cell].offset); }
llvm::Value* FunctionEmitter::blob_at(uint64_t offset) { return at(blob(), offset); }
llvm::Value* FunctionEmitter::frame_at(uint64_t offset) { return at(frame(), offset); }

llvm::Value* FunctionEmitter::near_base() {
  return body(Body::kNearBase, {blob_at(view().layout[0].near_at)});
}

void FunctionEmitter::note_deadline(llvm::Value* deadline_ms) {
  if (deadline_ == nullptr) {
    deadline_ = deadline_ms;
    return;
  }
  llvm::Value* earlier = builder_.CreateICmpSLT(deadline_ms, deadline_);
  deadline_ = builder_.CreateSelect(earlier, deadline_ms, deadline_);
}

void FunctionEmitter::store_deadline() {
  if (deadline_ == nullptr) return;
  llvm::Value* place = frame_at(kFrameNextAt);
  note_deadline(builder_.CreateLoad(builder_.getInt64Ty(), place));
  builder_.CreateStore(deadline_, place);
}

llvm::Value* FunctionEmitter::body(Body body, std::initializer_list<llvm::Value*> arguments) {
  return expander_.expand(builder_, known_, body, arguments);
}

llvm::Value* FunctionEmitter::host(Host host, std::initializer_list<llvm::Value*> arguments) {
  return expander_.call(builder_, host, arguments);
}

llvm::Value* FunctionEmitter::room(uint32_t words) {
  // In the entry block, so that it is a place in the stack frame and not a moving stack.
  llvm::BasicBlock& entry = function_.getEntryBlock();
  llvm::IRBuilder<> at_begin(&entry, entry.begin());
  return at_begin.CreateAlloca(llvm::ArrayType::get(builder_.getInt64Ty(), words));
}

llvm::Value* FunctionEmitter::load_word(llvm::Value* address, uint64_t offset) {
  return builder_.CreateLoad(builder_.getInt64Ty(), at(address, offset));
}

llvm::BasicBlock* FunctionEmitter::new_block(const char* name) {
  return llvm::BasicBlock::Create(function_.getContext(), name, &function_);
}

}  // namespace segue::codegen
