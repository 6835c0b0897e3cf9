#include <algorithm>

#include "compiler/codegen/code_emitter.h"
#include "compiler/codegen/frame_layout.h"
#include "runtime/image/op_info.h"
#include "runtime/interp/eval.h"
#include "runtime/interp/prepared.h"

/// Values of the event at hand, and scalars that cells keep of them.
namespace segue::codegen {

using image::Op;
using image::OpRow;

CodeEmitter::Result CodeEmitter::event_leaf(const OpRow& row) {
  const image::View& view = out_.view();
  switch (row.op) {
    case Op::kSlot:
      return slot(row.a);
    case Op::kSlotNamed: {
      const Entry value = slot(row.a);
      if (value.known != nullptr) return Entry{out_.truth(false)};
      return Entry{out_.body(Body::kValueNamed, {value.low})};
    }
    case Op::kKindIn: {
      const auto kinds = view.list(view.kind_sets[row.a]);
      return Entry{
          out_.truth(std::binary_search(kinds.begin(), kinds.end(), context_.kind->index))};
    }
    case Op::kAnyKind:
      return Entry{out_.truth(*context_.kind != kIdentifyKind)};
    case Op::kEventName: {
      if (event_name_.tag == ValueTag::kText) return Entry{.known = &event_name_};
      llvm::Value* room = out_.room(kValueBytes / 8);
      out_.host(Host::kEventName, {out_.frame(), room});
      return Entry{room};
    }
    case Op::kConstText:
      return Entry{.known = &out_.program().prepared().texts[row.a], .text = row.a};
    default:
      return {};
  }
}

/// Where the kind's events have a slot; a known value where they have it not.
Entry CodeEmitter::slot(uint32_t slot) {
  static constexpr Value kAbsent{};
  const auto slots = out_.view().list(out_.view().kinds[context_.kind->index].slots);
  const auto found = std::lower_bound(slots.begin(), slots.end(), slot);
  if (found == slots.end() || *found != slot) return {.known = &kAbsent};
  return {out_.at(out_.slots(), static_cast<uint64_t>(found - slots.begin()) * kValueBytes)};
}

/// A place of a value; one that is known is put there first.
llvm::Value* CodeEmitter::address_of(const Entry& value) {
  if (value.low != nullptr) return value.low;
  if (value.text != image::kNone) {
    return out_.host(Host::kText, {out_.frame(), out_.index(value.text)});
  }
  llvm::Value* room = out_.room(kValueBytes / 8);
  if (value.known == &event_name_) {
    out_.host(Host::kEventName, {out_.frame(), room});
    return room;
  }
  for (uint64_t offset = 0; offset < kValueBytes; offset += 8) {
    out_.builder().CreateStore(out_.word(0), out_.at(room, offset));
  }
  return room;
}

/// Of known values the interpreter says now what the op is; empty if some are not known.
CodeEmitter::Result CodeEmitter::folded(const OpRow& row, std::span<const Entry> values) {
  std::vector<interp::Entry> operands;
  for (const Entry& value : values) {
    if (value.known == nullptr) return {};
    operands.push_back(interp::Entry::of(value.known));
  }
  Frame frame;
  frame.view = &out_.view();
  frame.prepared = &out_.program().prepared();
  const interp::Entry answer = interp::run_op(frame, row, operands);
  switch (image::op_info(row.op).result) {
    case image::Type::B:
      return Entry{out_.truth(answer.truth())};
    case image::Type::N:
      return Entry{out_.number(answer.number())};
    case image::Type::T:
      return Entry{out_.time(answer.time_ms())};
    case image::Type::X:
    case image::Type::S:
      return Entry{out_.word(answer.lo), out_.word(answer.hi)};
    case image::Type::V:
      break;
  }
  return {};
}

CodeEmitter::Result CodeEmitter::value(const OpRow& row) {
  const std::string_view operands = image::op_info(row.op).operands;
  if (operands != "V" && operands != "VV") return {};
  const Entry right = pop();
  const Entry left = operands == "VV" ? pop() : right;
  const Entry values[] = {left, right};
  const bool in_user_zone = row.op == Op::kValueInstant && row.a == image::kUserZone;
  if (!in_user_zone) {
    if (Result answer = folded(row, {values, operands.size()})) return answer;
  }
  return operands == "VV" ? of_values(row, left, right) : of_value(row, right);
}

Entry CodeEmitter::of_value(const OpRow& row, const Entry& value) {
  llvm::Value* place = address_of(value);
  llvm::Value* ignoring_case = out_.truth(row.b != 0);
  switch (row.op) {
    case Op::kValueExists:
      return {out_.body(Body::kValueExists, {place})};
    case Op::kValueTrue:
      return {out_.body(Body::kValueTrue, {place})};
    case Op::kValueNumber:
      return {out_.body(Body::kValueNumber, {place})};
    case Op::kEqualText:
      return {out_.host(Host::kEqualText, {out_.frame(), place, out_.index(row.a), ignoring_case})};
    case Op::kInTexts:
      return {out_.host(Host::kInSet, {out_.frame(), place, out_.index(row.a), ignoring_case})};
    case Op::kLength:
    case Op::kZoneOf:
      return {out_.host(
          Host::kNumberOfValue,
          {out_.frame(), out_.index(static_cast<uint32_t>(row.op)), out_.index(row.a), place})};
    case Op::kTextOf:
    case Op::kNumberOf:
    case Op::kLower:
      return {out_.host(Host::kValueOfValue,
                        {out_.frame(), out_.index(static_cast<uint32_t>(row.op)), place})};
    case Op::kItemSum: {
      llvm::Value* words = out_.room(2);
      out_.host(Host::kWordsOfValue, {out_.frame(), out_.index(static_cast<uint32_t>(row.op)),
                                      out_.index(row.a), place, words});
      return words_of(words);
    }
    case Op::kScalarOf:
    case Op::kSumOf: {
      llvm::Value* words = out_.room(2);
      out_.host(row.op == Op::kSumOf ? Host::kSumOf : Host::kScalarOf, {place, words});
      return words_of(words);
    }
    case Op::kValueInstant:
      return {out_.host(
          Host::kTimeOfValue,
          {out_.frame(), out_.index(static_cast<uint32_t>(row.op)), out_.index(row.a), place})};
    default:
      return of_values(row, value, value);
  }
}

Entry CodeEmitter::of_values(const OpRow& row, const Entry& left, const Entry& right) {
  llvm::Value* first = address_of(left);
  llvm::Value* second = &left == &right ? first : address_of(right);
  llvm::Value* ignoring_case = out_.truth(row.b != 0);
  switch (row.op) {
    case Op::kContains:
      return {out_.host(Host::kContains, {first, second, ignoring_case})};
    case Op::kStartsWith:
      return {out_.host(Host::kStartsWith, {first, second, ignoring_case})};
    case Op::kEndsWith:
      return {out_.host(Host::kEndsWith, {first, second, ignoring_case})};
    default:
      return {out_.host(Host::kTestValues, {out_.frame(), out_.index(static_cast<uint32_t>(row.op)),
                                            out_.index(row.a), out_.index(row.b), first, second})};
  }
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
