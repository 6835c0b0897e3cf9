#include <map>
#include <vector>

#include "compiler/codegen/emit_functions.h"
#include "compiler/codegen/frame_layout.h"
#include "compiler/codegen/instants.h"
#include "runtime/interp/prepared.h"
#include "runtime/interp/sequences.h"

namespace segue::codegen {
namespace {

/// The sequences of an instant. What the one event allows each of them is put together in words on
/// the stack, stream by stream; a sequence that nothing touched costs one test of them.
class Advance : public HitNotes {
 public:
  Advance(FunctionEmitter& out, const Instant& instant) : out_(out), instant_(instant) {
    if (instant.by_hits || instant.has_unions) out.host(Host::kBeginHits, {out.frame()});
    if (instant.by_hits) return;
    for (const uint32_t sequence : instant.sequences) {
      llvm::Value* words = out.room(2);
      out.builder().CreateStore(out.word(0), words);
      out.builder().CreateStore(out.word(0), out.at(words, 8));
      allowed_[sequence] = words;
    }
  }

  void note(uint32_t stream) override {
    if (instant_.by_hits) {
      out_.host(Host::kHit, {out_.frame(), out_.index(stream)});
      return;
    }
    for (const uint32_t sequence : out_.view().list(out_.view().streams[stream].sequences)) {
      const cells::Possible more = interp::possible_alone(out_.view(), sequence, stream);
      add(allowed_.at(sequence), 0, more.runs);
      add(allowed_.at(sequence), 8, more.clean);
    }
  }

  /// After all the streams of the event.
  void finish() {
    if (instant_.by_hits) {
      out_.host(Host::kAdvanceSequences, {out_.frame(), out_.truth(false)});
      out_.forget_blob();
      return;
    }
    for (const auto& [sequence, words] : allowed_) {
      llvm::Value* runs = out_.load_word(words);
      llvm::BasicBlock* touched = out_.new_block("touched");
      llvm::BasicBlock* done = out_.new_block("done");
      out_.builder().CreateCondBr(out_.builder().CreateICmpEQ(runs, out_.word(0)), done, touched);
      out_.continue_in(touched);
      out_.host(Host::kAdvanceSequence, {out_.frame(), out_.index(sequence), out_.load_word(words),
                                         out_.load_word(words, 8)});
      out_.builder().CreateBr(done);
      out_.continue_in(done);
    }
  }

 private:
  void add(llvm::Value* words, uint64_t offset, uint64_t bits) {
    if (bits == 0) return;
    llvm::Value* all = out_.builder().CreateOr(out_.load_word(words, offset), out_.word(bits));
    out_.builder().CreateStore(all, out_.at(words, offset));
  }

  FunctionEmitter& out_;
  const Instant& instant_;
  std::map<uint32_t, llvm::Value*> allowed_;
};

/// A plain sequence of which a wait may be over: asks the host if one is.
void end_waits(FunctionEmitter& out, uint32_t sequence) {
  llvm::IRBuilder<>& builder = out.builder();
  llvm::Value* wait = out.time(out.view().sequences[sequence].absence_ms);
  llvm::Value* due = out.truth(false);
  std::vector<llvm::Value*> ends;
  for (const uint32_t cell : out.program().prepared().cells_of_sequence[sequence]) {
    if (out.view().cells[cell].kind != image::CellKind::kSequence) continue;
    ends.push_back(out.body(Body::kFirstEnd, {out.blob(), out.state(cell), wait}));
    due = builder.CreateOr(due, builder.CreateICmpSLE(ends.back(), out.now()));
  }
  llvm::BasicBlock* over = out.new_block("over");
  llvm::BasicBlock* done = out.new_block("done");
  builder.CreateCondBr(due, over, done);
  out.continue_in(over);
  out.host(Host::kAdvanceSequence, {out.frame(), out.index(sequence), out.word(0), out.word(0)});
  builder.CreateBr(done);
  out.continue_in(done);
  // The host has noted what is due next itself.
  for (llvm::Value* end : ends) {
    out.note_deadline(builder.CreateSelect(due, out.time(kNever.ms), end));
  }
}

}  // namespace

void emit_instant(FunctionEmitter& out, KindId kind) {
  const std::optional<Instant> instant = instant_of(out.program(), kind);
  Advance advance(out, *instant);
  emit_streams(out, kind, advance);
  // What follows is no code of the event.
  llvm::Value* nothing = llvm::ConstantPointerNull::get(out.builder().getPtrTy());
  out.builder().CreateStore(nothing, out.frame_at(kFrameEventAt));
  if (instant->feeds_changes) {
    out.host(Host::kFeedChanges, {out.frame()});
    out.forget_blob();
  }
  advance.finish();
  emit_conditions(out, instant->chunks);
  out.builder().CreateRetVoid();
}

void emit_time(FunctionEmitter& out) {
  const std::optional<Instant> instant = instant_of_time(out.program());
  if (instant->by_hits || instant->has_unions) out.host(Host::kBeginHits, {out.frame()});
  if (instant->by_hits) out.host(Host::kAdvanceSequences, {out.frame(), out.truth(true)});
  out.forget_blob();
  for (const uint32_t sequence : instant->sequences) end_waits(out, sequence);
  emit_conditions(out, instant->chunks);
  out.builder().CreateRetVoid();
}

}  // namespace segue::codegen
