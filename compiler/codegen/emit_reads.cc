#include "compiler/codegen/code_emitter.h"
#include "runtime/image/op_info.h"

/// Reads of cells. What fits one block stands in place; the rest asks the host, which notes its
/// deadlines in the frame itself.
namespace segue::codegen {

using image::CellRow;
using image::NthRow;
using image::Op;
using image::OpRow;

namespace {

constexpr uint32_t kNewestInPlaceMax = 8;

Body body_of(Body first, uint32_t k) {
  return static_cast<Body>(static_cast<uint32_t>(first) + k - 1);
}

}  // namespace

CodeEmitter::Result CodeEmitter::read(const OpRow& row) {
  if (image::op_info(row.op).a != image::Use::kCell) return {};
  if (row.op == Op::kLogPercentile) {
    return Entry{
        out_.host(Host::kNumberOfNumber, {out_.frame(), out_.index(static_cast<uint32_t>(row.op)),
                                          out_.index(row.a), out_.index(row.b), pop_low()})};
  }
  // Code of a node reads each thing once; code of an event reads between updates.
  const std::array<uint32_t, 3> key{static_cast<uint32_t>(row.op), row.a, row.b};
  const bool shares = !context_.kind && row.op != Op::kHeld;
  if (const auto known = shared_.find(key); shares && known != shared_.end()) return known->second;
  const Entry entry = read_anew(row);
  if (shares) shared_[key] = entry;
  return entry;
}

Entry CodeEmitter::read_anew(const OpRow& row) {
  llvm::Value* state = out_.state(row.a);
  switch (row.op) {
    case Op::kNthWithin:
      return nth(row);
    case Op::kNewestCount:
      return newest_count(row);
    case Op::kSeen:
      return {out_.body(Body::kSeenTest, {state})};
    case Op::kTotalCount:
      return {out_.builder().CreateSIToFP(out_.body(Body::kTotalCount, {state}),
                                          out_.builder().getDoubleTy())};
    case Op::kTotalSum:
      return {out_.body(Body::kTotalSumLow, {state}), out_.body(Body::kTotalSumHigh, {state})};
    case Op::kExtreme:
      return {out_.body(Body::kExtremeNumber, {state})};
    case Op::kValue:
      return kept(row.a);
    case Op::kHeld:
      return held(row);
    case Op::kNewestTime:
    case Op::kOldestTime:
      return first_or_last(row);
    default:
      return read_by_host(row);
  }
}

/// By the type of the answer.
Entry CodeEmitter::read_by_host(const OpRow& row) {
  llvm::Value* frame = out_.frame();
  llvm::Value* op = out_.index(static_cast<uint32_t>(row.op));
  llvm::Value* a = out_.index(row.a);
  llvm::Value* b = out_.index(row.b);
  switch (image::op_info(row.op).result) {
    case image::Type::N:
      return {out_.host(Host::kRunNumber, {frame, op, a, b})};
    case image::Type::T:
      return {out_.host(Host::kRunTime, {frame, op, a, b})};
    default:
      break;
  }
  llvm::Value* words = out_.room(2);
  out_.host(Host::kRunWords, {frame, op, a, b, words});
  return words_of(words);
}

Entry CodeEmitter::words_of(llvm::Value* room) {
  return {out_.load_word(room), out_.load_word(room, 8)};
}

llvm::Value* CodeEmitter::newest_nth(uint32_t cell, uint32_t k) {
  llvm::Value* state = out_.state(cell);
  if (!image::is_near(out_.view().cells[cell])) {
    return out_.body(Body::kNewestNth, {state, out_.index(k)});
  }
  return out_.body(Body::kNearNth, {state, out_.index(k), out_.near_base()});
}

Entry CodeEmitter::nth(const OpRow& row) {
  const NthRow& nth = out_.view().nths[row.b];
  llvm::Value* time = newest_nth(row.a, nth.k);
  llvm::Value* bound = out_.time(nth.bound_ms);
  out_.note_deadline(out_.body(Body::kWithinDeadline, {time, out_.now(), bound}));
  return {out_.body(Body::kWithinTest, {time, out_.now(), bound})};
}

Entry CodeEmitter::newest_count(const OpRow& row) {
  const CellRow& cell = out_.view().cells[row.a];
  if (cell.k > kNewestInPlaceMax) return read_by_host(row);
  llvm::IRBuilder<>& builder = out_.builder();
  llvm::Value* state = out_.state(row.a);
  llvm::Value* from = out_.time(out_.view().windows[row.b].from_ms);
  llvm::Value* count = image::is_near(cell) ? out_.body(body_of(Body::kNearCount1, cell.k),
                                                        {state, out_.near_base(), out_.now(), from})
                                            : out_.body(body_of(Body::kNewestCount1, cell.k),
                                                        {state, out_.now(), from});
  // The oldest inside leaves first: the least of what each says for itself, without a read at an
  // index that is not known yet.
  for (uint32_t k = 1; k <= cell.k; ++k) {
    llvm::Value* time = newest_nth(row.a, k);
    out_.note_deadline(out_.body(Body::kWithinDeadline, {time, out_.now(), from}));
  }
  // By way of a signed word: there is no instruction for an unsigned one.
  return {
      builder.CreateSIToFP(builder.CreateZExt(count, builder.getInt64Ty()), builder.getDoubleTy())};
}

Entry CodeEmitter::first_or_last(const OpRow& row) {
  const CellRow& cell = out_.view().cells[row.a];
  llvm::Value* state = out_.state(row.a);
  if (cell.kind == image::CellKind::kNewest) {
    return {out_.body(Body::kTimeOrMissing, {newest_nth(row.a, 1)})};
  }
  if (cell.kind == image::CellKind::kOldest) {
    return {out_.body(Body::kTimeOrMissing, {out_.body(Body::kOldestTime, {state})})};
  }
  return read_by_host(row);
}

Entry CodeEmitter::kept(uint32_t cell) {
  llvm::Value* state = out_.state(cell);
  if (out_.view().cells[cell].kind == image::CellKind::kLatest) {
    return {out_.body(Body::kLatestLow, {state}), out_.body(Body::kLatestHigh, {state})};
  }
  return {out_.body(Body::kEarliestLow, {state}), out_.body(Body::kEarliestHigh, {state})};
}

Entry CodeEmitter::held(const OpRow& row) {
  llvm::Value* since = out_.body(Body::kHeldSince, {out_.state(row.a)});
  llvm::Value* duration = out_.time(out_.view().cells[row.a].horizon_ms);
  out_.note_deadline(out_.body(Body::kHeldDeadline, {since, out_.now(), duration}));
  return {out_.body(Body::kHeldTest, {since, out_.now(), duration})};
}

}  // namespace segue::codegen
