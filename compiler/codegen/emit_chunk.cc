#include <map>

#include "compiler/codegen/code_emitter.h"
#include "compiler/codegen/emit_functions.h"
#include "compiler/codegen/frame_layout.h"

namespace segue::codegen {
namespace {

/// Truths that share a word of the blob: put together by shifts, stored by one write.
class TruthWords {
 public:
  explicit TruthWords(FunctionEmitter& out) : out_(out) {}

  void set(uint32_t place, llvm::Value* truth) {
    llvm::IRBuilder<>& builder = out_.builder();
    Word& word = words_[place / 64];
    const uint32_t bit = place % 64;
    word.mask |= uint64_t{1} << bit;
    llvm::Value* moved = builder.CreateZExt(truth, builder.getInt64Ty());
    if (bit != 0) moved = builder.CreateShl(moved, bit);
    word.bits = word.bits == nullptr ? moved : builder.CreateOr(word.bits, moved);
  }

  void store() {
    llvm::IRBuilder<>& builder = out_.builder();
    for (const auto& [index, word] : words_) {
      llvm::Value* place = out_.blob_at(kTruthWordsAt + uint64_t{index} * 8);
      llvm::Value* bits = word.bits;
      if (~word.mask != 0) {
        llvm::Value* others = builder.CreateAnd(out_.load_word(place), out_.word(~word.mask));
        bits = builder.CreateOr(others, bits);
      }
      builder.CreateStore(bits, place);
    }
  }

 private:
  struct Word {
    uint64_t mask = 0;
    llvm::Value* bits = nullptr;
  };

  FunctionEmitter& out_;
  std::map<uint32_t, Word> words_;
};

}  // namespace

void emit_chunk(FunctionEmitter& out, uint32_t chunk) {
  const image::View& view = out.view();
  const image::ChunkRow& row = view.chunks[chunk];
  CodeEmitter code(out, Context{});
  TruthWords words(out);
  for (uint32_t i = 0; i < row.node_count; ++i) {
    const uint32_t node = row.first_node + i;
    const image::NodeRow& node_row = view.nodes[node];
    llvm::Value* value = code.run(view.code(node_row.code)).low;
    code.define_node(node, value);
    if (node_row.type == image::Type::N) {
      llvm::Value* stored = out.body(Body::kNumberStored, {value});
      out.builder().CreateStore(stored, out.blob_at(node_row.place));
      continue;
    }
    if (node_row.type == image::Type::T) {
      // Stored at once: reads of windows that it anchors come by way of the host.
      out.builder().CreateStore(value, out.blob_at(node_row.place));
      continue;
    }
    words.set(node_row.place, value);
    for (const uint32_t cell : view.list(node_row.held)) {
      out.body(Body::kHeldMove, {out.state(cell), value, out.now()});
    }
  }
  words.store();
  out.store_deadline();
  out.builder().CreateRetVoid();
}

}  // namespace segue::codegen
