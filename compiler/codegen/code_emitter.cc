#include "compiler/codegen/code_emitter.h"

#include "compiler/codegen/frame_layout.h"
#include "runtime/base/check.h"
#include "runtime/image/op_info.h"

namespace segue::codegen {

using image::Op;
using image::OpRow;

CodeEmitter::CodeEmitter(FunctionEmitter& out, Context context) : out_(out), context_(context) {
  if (!context.kind || context.kind->index < kFirstNamedKind) return;
  const image::View& view = out.view();
  event_name_.tag = ValueTag::kText;
  event_name_.text = view.text(view.kinds[context.kind->index].name);
}

Entry CodeEmitter::run(std::span<const OpRow> code) {
  for (const OpRow& row : code) stack_.push_back(emit(row));
  return pop();
}

Entry CodeEmitter::pop() {
  const Entry entry = stack_.back();
  stack_.pop_back();
  return entry;
}

Entry CodeEmitter::emit(const OpRow& row) {
  constexpr Result (CodeEmitter::* kGroups[])(const OpRow&) = {
      &CodeEmitter::leaf,  &CodeEmitter::event_leaf, &CodeEmitter::read,   &CodeEmitter::truth,
      &CodeEmitter::local, &CodeEmitter::made,       &CodeEmitter::value,  &CodeEmitter::scalar,
      &CodeEmitter::sum,   &CodeEmitter::time,       &CodeEmitter::number,
  };
  for (const auto group : kGroups) {
    if (const Result entry = (this->*group)(row)) return *entry;
  }
  SEGUE_CHECK(false, "every op is of one group");
  return {};
}

CodeEmitter::Result CodeEmitter::leaf(const OpRow& row) {
  const image::View& view = out_.view();
  switch (row.op) {
    case Op::kConstTruth:
      return Entry{out_.truth(row.a != 0)};
    case Op::kConstNumber:
      return Entry{out_.number(view.numbers[row.a])};
    case Op::kConstTime:
      return Entry{out_.time(view.times[row.a])};
    case Op::kConstScalar: {
      const Scalar scalar = view.members[row.a].scalar;
      return Entry{out_.word(scalar.lo), out_.word(scalar.hi)};
    }
    case Op::kNow:
      return Entry{out_.now()};
    case Op::kKnownSince:
      return Entry{first_instant()};
    case Op::kUserIn:
      return Entry{
          out_.host(Host::kRunTruth, {out_.frame(), out_.index(static_cast<uint32_t>(row.op)),
                                      out_.index(row.a), out_.index(0)})};
    case Op::kNodeTruth:
    case Op::kNodeNumber:
      return node(row.a);
    default:
      return {};
  }
}

/// The lower six bytes of a word of the head.
llvm::Value* CodeEmitter::first_instant() {
  llvm::IRBuilder<>& builder = out_.builder();
  llvm::Value* place = out_.blob_at(kHeaderFirstAt);
  llvm::Value* word =
      builder.CreateAlignedLoad(builder.getInt64Ty(), place, llvm::Align(alignof(uint16_t)));
  return builder.CreateAShr(builder.CreateShl(word, 16), 16);
}

/// A node of the same function is a value at hand; others are in the blob.
Entry CodeEmitter::node(uint32_t node) {
  if (const auto found = nodes_.find(node); found != nodes_.end()) return {found->second};
  const image::NodeRow& row = out_.view().nodes[node];
  llvm::IRBuilder<>& builder = out_.builder();
  if (row.type == image::Type::N) {
    return {builder.CreateLoad(builder.getDoubleTy(), out_.blob_at(row.place))};
  }
  llvm::Value* word = out_.load_word(out_.blob_at(kTruthWordsAt + row.place / 64 * 8));
  llvm::Value* bit = builder.CreateAnd(word, out_.word(uint64_t{1} << (row.place % 64)));
  return {builder.CreateICmpNE(bit, out_.word(0))};
}

CodeEmitter::Result CodeEmitter::truth(const OpRow& row) {
  llvm::IRBuilder<>& builder = out_.builder();
  switch (row.op) {
    case Op::kAnd:
    case Op::kOr: {
      llvm::Value* all = pop_low();
      for (uint32_t i = 1; i < row.a; ++i) {
        llvm::Value* operand = pop_low();
        all = row.op == Op::kAnd ? builder.CreateAnd(operand, all) : builder.CreateOr(operand, all);
      }
      return Entry{all};
    }
    case Op::kNot:
      return Entry{builder.CreateNot(pop_low())};
    case Op::kAtLeast:
      return at_least(row);
    default:
      return {};
  }
}

Entry CodeEmitter::at_least(const OpRow& row) {
  llvm::IRBuilder<>& builder = out_.builder();
  llvm::Value* count = out_.index(0);
  for (uint32_t i = 0; i < row.a; ++i) {
    count = builder.CreateAdd(count, builder.CreateZExt(pop_low(), builder.getInt32Ty()));
  }
  return {builder.CreateICmpUGE(count, out_.index(row.b))};
}

CodeEmitter::Result CodeEmitter::number(const OpRow& row) {
  llvm::IRBuilder<>& builder = out_.builder();
  if (row.op == Op::kNumberExists) {
    llvm::Value* number = pop_low();
    return Entry{builder.CreateFCmpORD(number, number)};
  }
  if (row.op == Op::kRound || row.op == Op::kAbs) {
    return Entry{
        out_.host(Host::kNumberOfNumber, {out_.frame(), out_.index(static_cast<uint32_t>(row.op)),
                                          out_.index(0), out_.index(0), pop_low()})};
  }
  const image::OpInfo& info = image::op_info(row.op);
  if (info.operands != "NN" && info.operands != "BNN") return {};
  llvm::Value* right = pop_low();
  llvm::Value* left = pop_low();
  switch (row.op) {
    case Op::kAdd:
      return Entry{builder.CreateFAdd(left, right)};
    case Op::kSubtract:
      return Entry{builder.CreateFSub(left, right)};
    case Op::kMultiply:
      return Entry{builder.CreateFMul(left, right)};
    case Op::kDivide:
      return Entry{out_.body(Body::kDivide, {left, right})};
    case Op::kMin:
      return Entry{out_.body(Body::kMin, {left, right})};
    case Op::kMax:
      return Entry{out_.body(Body::kMax, {left, right})};
    case Op::kSelect:
      return Entry{builder.CreateSelect(pop_low(), left, right)};
    case Op::kEqual:
      return Entry{builder.CreateFCmpOEQ(left, right)};
    case Op::kLess:
      return Entry{builder.CreateFCmpOLT(left, right)};
    default:  // kLessEqual, the only one left of these types
      return Entry{builder.CreateFCmpOLE(left, right)};
  }
}

CodeEmitter::Result CodeEmitter::sum(const OpRow& row) {
  if (image::op_info(row.op).operands != "X") return {};
  const Entry sum = pop();
  if (row.op == Op::kSumNumber) {
    return Entry{
        out_.host(Host::kNumberOfWords,
                  {out_.frame(), out_.index(static_cast<uint32_t>(row.op)), sum.low, sum.high})};
  }
  const Decimal decimal = out_.view().decimals[row.a];
  llvm::Value* low = out_.word(decimal.lo);
  llvm::Value* high = out_.word(static_cast<uint64_t>(decimal.hi));
  switch (row.op) {
    case Op::kSumEqual:
      return Entry{out_.body(Body::kSumEqual, {sum.low, sum.high, low, high})};
    case Op::kSumLess:
      return Entry{out_.body(Body::kSumLess, {sum.low, sum.high, low, high})};
    default:  // kSumLessEqual
      return Entry{out_.body(Body::kSumLessEqual, {sum.low, sum.high, low, high})};
  }
}

CodeEmitter::Result CodeEmitter::time(const OpRow& row) {
  switch (row.op) {
    case Op::kTimeScale: {
      const int64_t factor = out_.view().times[row.a];
      return Entry{out_.body(Body::kTimeScale, {pop_low(), out_.time(factor)})};
    }
    case Op::kTimeExists:
      return Entry{out_.body(Body::kTimeExists, {pop_low()})};
    case Op::kTimeAdd:
    case Op::kTimeSubtract: {
      llvm::Value* right = pop_low();
      llvm::Value* left = pop_low();
      return Entry{
          out_.body(row.op == Op::kTimeAdd ? Body::kTimeAdd : Body::kTimeSubtract, {left, right})};
    }
    case Op::kTimeEqual:
      return compare_times(row, Body::kTimeEqual, Body::kTimeEqualTurn);
    case Op::kTimeLess:
      return compare_times(row, Body::kTimeLess, Body::kTimeLessTurn);
    case Op::kTimeLessEqual:
      return compare_times(row, Body::kTimeLessEqual, Body::kTimeLessEqualTurn);
    default:
      return {};
  }
}

/// What moves with now turns at an instant that is solved for; a filter is never asked again.
Entry CodeEmitter::compare_times(const OpRow& row, Body test, Body turn) {
  llvm::Value* right = pop_low();
  llvm::Value* left = pop_low();
  const int64_t slope = int64_t{row.b} - image::kSlopeBias;
  if (slope != 0 && !context_.kind) {
    out_.note_deadline(out_.body(turn, {left, right, out_.time(slope), out_.now()}));
  }
  return {out_.body(test, {left, right})};
}

}  // namespace segue::codegen
