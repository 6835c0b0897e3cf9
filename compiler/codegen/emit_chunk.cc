#include <map>

#include "compiler/codegen/code_emitter.h"
#include "compiler/codegen/emit_functions.h"
#include "compiler/codegen/frame_layout.h"
#include "runtime/interp/prepared.h"

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

/// The constant table that begins at the node, or none.
const interp::Band* band_at(const FunctionEmitter& out, uint32_t chunk, uint32_t node) {
  const auto& bands = out.program().prepared().bands;
  if (!bands) return nullptr;
  for (const interp::Band& band : bands->of_chunk(chunk)) {
    if (band.first_node == node) return &band;
  }
  return nullptr;
}

void emit_nodes(FunctionEmitter& out, uint32_t index, CodeEmitter& code, TruthWords& words) {
  const image::View& view = out.view();
  const image::ChunkRow& chunk = view.chunks[index];
  for (uint32_t node = chunk.first_node; node < chunk.first_node + chunk.node_count; ++node) {
    if (const interp::Band* band = band_at(out, index, node)) {
      const auto number =
          static_cast<uint32_t>(band - out.program().prepared().bands->all().data());
      out.host(Host::kRunBand, {out.frame(), out.index(number)});
      node += band->count - 1;
      continue;
    }
    const image::NodeRow& row = view.nodes[node];
    llvm::Value* value = code.run(view.code(row.code)).low;
    code.define_node(node, value);
    if (row.type == image::Type::N) {
      llvm::Value* stored = out.body(Body::kNumberStored, {value});
      out.builder().CreateStore(stored, out.blob_at(row.place));
      continue;
    }
    if (row.type == image::Type::T) {
      // Stored at once: reads of windows that it anchors come by way of the host.
      out.builder().CreateStore(value, out.blob_at(row.place));
      continue;
    }
    words.set(row.place, value);
    for (const uint32_t cell : view.list(row.held)) {
      out.body(Body::kHeldMove, {out.state(cell), value, out.now()});
    }
  }
}

}  // namespace

void emit_conditions(FunctionEmitter& out, std::span<const uint32_t> chunks) {
  CodeEmitter code(out, Context{});
  TruthWords words(out);
  for (const uint32_t chunk : chunks) emit_nodes(out, chunk, code, words);
  words.store();
  out.store_deadline();
}

void emit_chunk(FunctionEmitter& out, uint32_t chunk) {
  emit_conditions(out, {&chunk, 1});
  out.builder().CreateRetVoid();
}

}  // namespace segue::codegen
