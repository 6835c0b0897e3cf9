#include "runtime/interp/program.h"

#include <algorithm>
#include <utility>

#include "runtime/cells/bytes.h"
#include "runtime/cells/check_state.h"
#include "runtime/interp/arithmetic.h"
#include "runtime/interp/eval.h"
#include "runtime/interp/prepared.h"

namespace segue {

Program::Program(image::Image image)
    : image_(std::move(image)),
      schema_(image_.schema()),
      prepared_(std::make_unique<Prepared>(image_.view(), image_.identity())) {}

Program::~Program() = default;

void Program::install(NativeCode code) {
  if (native() != nullptr) return;
  code_ = std::move(code);
  native_.store(&code_, std::memory_order_release);
}

Status Program::check_state(std::span<const std::byte> bytes) const {
  const uint32_t slots = prepared_->tracking ? prepared_->tracking->slots() : 0;
  return cells::check_state(view(), prepared_->identity, slots, bytes);
}

bool member(const Program& program, const Blob& blob, uint32_t segment) {
  if (blob.empty()) return false;
  const image::View& view = program.view();
  const uint32_t place = view.nodes[view.segments[segment].node].place;
  const std::byte* word = blob.data() + sizeof(BlobHeader) + place / 64 * 8;
  return (cells::load<uint64_t>(word) >> (place % 64) & 1) != 0;
}

double score(const Program& program, const Blob& blob, uint32_t score) {
  if (blob.empty()) return 0;
  const image::View& view = program.view();
  return cells::load<double>(blob.data() + view.nodes[view.scores[score].node].place);
}

double score_at(const Program& program, const Blob& blob, uint32_t score, Instant at) {
  if (!program.prepared().score_moves[score]) return segue::score(program, blob, score);
  if (blob.empty()) return 0;
  Frame frame;
  // SAFETY: the code of a score reads and writes nothing.
  frame.blob = const_cast<std::byte*>(blob.data());
  frame.now_ms = std::max<int64_t>(at.ms, blob.header().last_ms);
  frame.view = &program.view();
  frame.prepared = &program.prepared();
  const image::NodeRow& node = program.view().nodes[program.view().scores[score].node];
  return interp::stored(interp::eval(frame, node.code).number());
}

}  // namespace segue
