#include <algorithm>

#include "compiler/codegen/code_emitter.h"
#include "compiler/codegen/frame_layout.h"
#include "runtime/image/op_info.h"

/// Values of the event at hand, and scalars that cells keep of them.
namespace segue::codegen {

using image::Op;
using image::OpRow;

CodeEmitter::Result CodeEmitter::event_leaf(const OpRow& row) {
  const image::View& view = out_.view();
  switch (row.op) {
    case Op::kSlot:
      return Entry{slot(row.a)};
    case Op::kSlotNamed:
      return Entry{out_.body(Body::kValueNamed, {slot(row.a)})};
    case Op::kKindIn: {
      const auto kinds = view.list(view.kind_sets[row.a]);
      return Entry{
          out_.truth(std::binary_search(kinds.begin(), kinds.end(), context_.kind->index))};
    }
    case Op::kAnyKind:
      return Entry{out_.truth(*context_.kind != kIdentifyKind)};
    case Op::kEventName: {
      llvm::Value* room = out_.room(kValueBytes / 8);
      out_.host(Host::kEventName, {out_.frame(), room});
      return Entry{room};
    }
    case Op::kConstText:
      return Entry{out_.host(Host::kText, {out_.frame(), out_.index(row.a)})};
    default:
      return {};
  }
}

/// Where the kind's events have a slot, or a value that is absent where they have it not.
llvm::Value* CodeEmitter::slot(uint32_t slot) {
  const auto slots = out_.view().list(out_.view().kinds[context_.kind->index].slots);
  const auto found = std::lower_bound(slots.begin(), slots.end(), slot);
  if (found == slots.end() || *found != slot) return absent();
  const uint64_t offset = static_cast<uint64_t>(found - slots.begin()) * kValueBytes;
  return out_.at(out_.slots(), offset);
}

llvm::Value* CodeEmitter::absent() {
  llvm::Value* room = out_.room(kValueBytes / 8);
  for (uint64_t offset = 0; offset < kValueBytes; offset += 8) {
    out_.builder().CreateStore(out_.word(0), out_.at(room, offset));
  }
  return room;
}

CodeEmitter::Result CodeEmitter::value(const OpRow& row) {
  const image::OpInfo& info = image::op_info(row.op);
  if (info.operands == "VV") {
    llvm::Value* right = pop_low();
    llvm::Value* left = pop_low();
    return test_value(row, left, right);
  }
  if (info.operands != "V") return {};
  llvm::Value* value = pop_low();
  llvm::Value* op = out_.index(static_cast<uint32_t>(row.op));
  switch (row.op) {
    case Op::kValueExists:
      return Entry{out_.body(Body::kValueExists, {value})};
    case Op::kValueTrue:
      return Entry{out_.body(Body::kValueTrue, {value})};
    case Op::kValueNumber:
      return Entry{out_.body(Body::kValueNumber, {value})};
    case Op::kValueInstant:
      return Entry{out_.host(Host::kTimeOfValue, {out_.frame(), op, out_.index(row.a), value})};
    case Op::kScalarOf:
    case Op::kSumOf: {
      llvm::Value* words = out_.room(2);
      out_.host(Host::kWordsOfValue, {out_.frame(), op, value, words});
      return words_of(words);
    }
    default:
      return test_value(row, value, value);
  }
}

Entry CodeEmitter::test_value(const OpRow& row, llvm::Value* left, llvm::Value* right) {
  return {out_.host(Host::kTestValues, {out_.frame(), out_.index(static_cast<uint32_t>(row.op)),
                                        out_.index(row.a), out_.index(row.b), left, right})};
}

CodeEmitter::Result CodeEmitter::scalar(const OpRow& row) {
  switch (row.op) {
    case Op::kScalarOfTruth: {
      llvm::Value* truth = pop_low();
      return Entry{out_.body(Body::kScalarLowOfTruth, {truth}),
                   out_.body(Body::kScalarHighOfTruth, {truth})};
    }
    case Op::kScalarOfNumber: {
      llvm::Value* number = pop_low();
      return Entry{out_.body(Body::kScalarLowOfNumber, {number}),
                   out_.body(Body::kScalarHighOfNumber, {number})};
    }
    case Op::kScalarOfTime: {
      llvm::Value* time = pop_low();
      return Entry{out_.body(Body::kScalarLowOfTime, {time}),
                   out_.body(Body::kScalarHighOfTime, {time})};
    }
    default:
      break;
  }
  const image::OpInfo& info = image::op_info(row.op);
  if (info.operands != "S" && info.operands != "SS") return {};
  const Entry right = pop();
  switch (row.op) {
    case Op::kEqualScalars: {
      const Entry left = pop();
      // The body asks the first whether it can equal anything: best of a constant.
      if (llvm::isa<llvm::Constant>(right.high)) {
        return Entry{out_.body(Body::kEqualScalars, {right.low, right.high, left.low, left.high})};
      }
      return Entry{out_.body(Body::kEqualScalars, {left.low, left.high, right.low, right.high})};
    }
    case Op::kInScalars:
      return Entry{
          out_.host(Host::kTestWords, {out_.frame(), out_.index(static_cast<uint32_t>(row.op)),
                                       out_.index(row.a), right.low, right.high})};
    case Op::kScalarExists:
      return Entry{out_.body(Body::kScalarExists, {right.low, right.high})};
    case Op::kScalarTrue:
      return Entry{out_.body(Body::kScalarTrue, {right.low, right.high})};
    case Op::kScalarNumber:
      return Entry{out_.body(Body::kScalarNumber, {right.low, right.high})};
    default:  // kScalarTime
      return Entry{out_.body(Body::kScalarTime, {right.low, right.high})};
  }
}

}  // namespace segue::codegen
