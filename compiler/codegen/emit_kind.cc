#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <set>
#include <utility>

#include "compiler/codegen/code_emitter.h"
#include "compiler/codegen/emit_functions.h"
#include "compiler/codegen/filter_families.h"
#include "compiler/codegen/frame_layout.h"
#include "compiler/codegen/subexpressions.h"
#include "runtime/image/op_info.h"
#include "runtime/interp/prepared.h"

namespace segue::codegen {
namespace {

using image::CellKind;
using image::CellRow;
using image::Op;
using image::OpRow;

/// Deeper nests of `and` and `or` are evaluated as a whole.
constexpr uint32_t kBranchDepthMax = 8;
constexpr uint32_t kNewestInPlaceMax = 8;
constexpr size_t kTextInPlaceMax = 32;
constexpr uint32_t kTestsMin = 6;  // a key of a text costs about as much as five comparisons

/// Whether an op of a filter calls the host: hashing, comparing, matching.
bool is_costly(const OpRow& row) {
  switch (row.op) {
    case Op::kValueExists:
    case Op::kValueTrue:
    case Op::kValueNumber:
      return false;
    case Op::kUserIn:
    case Op::kInScalars:
      return true;
    default:
      return image::op_info(row.op).operands.find('V') != std::string_view::npos;
  }
}

/// Keys of the texts in slots that many filters compare with constants: made once an event, so that
/// each of those comparisons is one of two words, and only a match looks at the text.
class TextKeys {
 public:
  TextKeys(FunctionEmitter& out, KindId kind) {
    const image::View& view = out.view();
    const auto slots = view.list(view.kinds[kind.index].slots);
    std::map<uint32_t, uint32_t> tests;
    for (const uint32_t stream : view.list(view.kinds[kind.index].streams)) {
      const auto code = view.code(view.streams[stream].predicate);
      for (size_t i = 1; i < code.size(); ++i) {
        if (is_keyed(code, i)) ++tests[code[i - 1].a];
      }
    }
    for (size_t i = 0; i < slots.size(); ++i) {
      if (tests[slots[i]] < kTestsMin) continue;
      llvm::Value* value = out.at(out.slots(), i * kValueBytes);
      keys_[slots[i]] = out.host(Host::kTextKey, {value});
    }
  }

  /// Whether op `last` compares the text of a slot with a constant.
  static bool is_keyed(std::span<const OpRow> code, size_t last) {
    return last != 0 && code[last].op == Op::kEqualText && code[last].b == 0 &&
           code[last - 1].op == Op::kSlot;
  }

  /// The key of a slot, null if there is none.
  llvm::Value* key_of(uint32_t slot) const {
    const auto found = keys_.find(slot);
    return found == keys_.end() ? nullptr : found->second;
  }

 private:
  std::map<uint32_t, llvm::Value*> keys_;
};

/// A filter as branches: what is cheap first and together, then one costly test after the other,
/// each only if the answer still depends on it. Filters have no effects, so the order is free.
class Filter {
 public:
  Filter(FunctionEmitter& out, KindId kind, const TextKeys& keys, std::span<const OpRow> code)
      : out_(out), emitter_(out, Context{kind}), keys_(keys), code_(code), parts_(code) {
    uint32_t costly = 0;
    costs_.push_back(0);
    for (const OpRow& row : code) costs_.push_back(costly += is_costly(row) ? 1 : 0);
  }

  bool is_cheap() const { return cost(parts_.root()) == 0; }

  /// Its value, without a branch.
  llvm::Value* value() { return value(parts_.root()); }

  void branch(llvm::BasicBlock* yes, llvm::BasicBlock* no) { branch(parts_.root(), yes, no, 0); }

 private:
  uint32_t cost(uint32_t last) const { return costs_[last + 1] - costs_[parts_.begin_of(last)]; }

  llvm::Value* value(uint32_t last) {
    const uint32_t begin = parts_.begin_of(last);
    return emitter_.run(code_.subspan(begin, last + 1 - begin)).low;
  }

  void branch(uint32_t last, llvm::BasicBlock* yes, llvm::BasicBlock* no, uint32_t depth) {
    const Op op = code_[last].op;
    if (cost(last) == 0 || depth == kBranchDepthMax) return test(last, yes, no);
    if (op == Op::kNot) return branch(last - 1, no, yes, depth + 1);
    if (op != Op::kAnd && op != Op::kOr) return test(last, yes, no);
    std::vector<uint32_t> operands = parts_.operands_of(last);
    std::sort(operands.begin(), operands.end(), [&](uint32_t a, uint32_t b) {
      return std::pair(cost(a), a) < std::pair(cost(b), b);
    });
    const auto costly = std::find_if(operands.begin(), operands.end(),
                                     [&](uint32_t operand) { return cost(operand) != 0; });
    if (costly != operands.begin()) {
      llvm::Value* cheap = value(operands.front());
      for (auto operand = operands.begin() + 1; operand != costly; ++operand) {
        llvm::Value* next = value(*operand);
        cheap = op == Op::kAnd ? out_.builder().CreateAnd(cheap, next)
                               : out_.builder().CreateOr(cheap, next);
      }
      go_on(op, cheap, yes, no);
    }
    for (auto operand = costly; operand + 1 != operands.end(); ++operand) {
      llvm::BasicBlock* next = out_.new_block("next");
      branch(*operand, op == Op::kAnd ? next : yes, op == Op::kAnd ? no : next, depth + 1);
      out_.continue_in(next);
    }
    branch(operands.back(), yes, no, depth + 1);
  }

  /// Evaluates what is not split further. A comparison by key looks at the text only on a match.
  void test(uint32_t last, llvm::BasicBlock* yes, llvm::BasicBlock* no) {
    llvm::Value* key = nullptr;
    if (TextKeys::is_keyed(code_, last)) key = keys_.key_of(code_[last - 1].a);
    if (key != nullptr) {
      const Scalar wanted = scalar_of_text(out_.view().text(code_[last].a));
      go_on(Op::kAnd, out_.builder().CreateICmpEQ(key, out_.word(wanted.lo)), yes, no);
    }
    if (test_in_place(last, yes, no)) return;
    out_.builder().CreateCondBr(value(last), yes, no);
  }

  /// Compares the text of a slot, or its begin, with a short constant, without a call.
  bool test_in_place(uint32_t last, llvm::BasicBlock* yes, llvm::BasicBlock* no) {
    const OpRow& row = code_[last];
    const bool begins = row.op == Op::kStartsWith && row.b == 0 && last >= 2 &&
                        code_[last - 1].op == Op::kConstText && code_[last - 2].op == Op::kSlot;
    if (!begins && !TextKeys::is_keyed(code_, last)) return false;
    const std::string_view text = out_.view().text(begins ? code_[last - 1].a : row.a);
    llvm::Value* place = emitter_.run(code_.subspan(last - (begins ? 2 : 1), 1)).low;
    if (text.size() > kTextInPlaceMax || place == nullptr) return false;
    llvm::IRBuilder<>& builder = out_.builder();
    llvm::Value* tag = builder.CreateLoad(builder.getInt8Ty(), place);
    llvm::Value* is_text =
        builder.CreateICmpEQ(tag, builder.getInt8(static_cast<uint8_t>(ValueTag::kText)));
    llvm::Value* size = out_.load_word(place, kValueTextSizeAt);
    llvm::Value* wanted = out_.word(text.size());
    llvm::Value* fits =
        begins ? builder.CreateICmpUGE(size, wanted) : builder.CreateICmpEQ(size, wanted);
    go_on(Op::kAnd, builder.CreateAnd(is_text, fits), yes, no);
    builder.CreateCondBr(same_bytes(place, text), yes, no);
    return true;
  }

  /// Whether the bytes of a text that is long enough begin with `text`: by words, of which the last
  /// overlaps the one before.
  llvm::Value* same_bytes(llvm::Value* place, std::string_view text) {
    llvm::IRBuilder<>& builder = out_.builder();
    llvm::Value* same = out_.truth(true);
    llvm::Value* bytes = builder.CreateLoad(builder.getPtrTy(), out_.at(place, kValueTextBytesAt));
    const size_t width = std::bit_floor(std::min<size_t>(text.size(), 8));
    for (size_t at = 0; at < text.size(); at += width) {
      const size_t begin = std::min(at, text.size() - width);
      uint64_t wanted = 0;
      std::memcpy(&wanted, text.data() + begin, width);
      llvm::Type* type = builder.getIntNTy(static_cast<unsigned>(8 * width));
      llvm::Value* word = builder.CreateAlignedLoad(type, out_.at(bytes, begin), llvm::Align(1));
      llvm::Value* equal = builder.CreateICmpEQ(word, llvm::ConstantInt::get(type, wanted));
      same = at == 0 ? equal : builder.CreateAnd(same, equal);
    }
    return same;
  }

  /// Goes on behind a test that has not decided yet.
  void go_on(Op op, llvm::Value* test, llvm::BasicBlock* yes, llvm::BasicBlock* no) {
    const auto* known = llvm::dyn_cast<llvm::ConstantInt>(test);
    if (known != nullptr && known->isOne() == (op == Op::kAnd)) return;
    llvm::BasicBlock* next = out_.new_block("next");
    out_.builder().CreateCondBr(test, op == Op::kAnd ? next : yes, op == Op::kAnd ? no : next);
    out_.continue_in(next);
  }

  FunctionEmitter& out_;
  CodeEmitter emitter_;
  const TextKeys& keys_;
  std::span<const OpRow> code_;
  Subexpressions parts_;
  std::vector<uint32_t> costs_;  // costly ops before each
};

Body body_of(Body first, uint32_t k) {
  return static_cast<Body>(static_cast<uint32_t>(first) + k - 1);
}

class Updates {
 public:
  Updates(FunctionEmitter& out, KindId kind, HitNotes& hits)
      : out_(out), kind_(kind), hits_(hits) {}

  void apply(uint32_t stream) {
    const image::StreamRow& row = out_.view().streams[stream];
    mark_readers(stream);
    for (const uint32_t cell : out_.view().list(row.cells)) update(cell);
    if (row.sequences.count != 0) hits_.note(stream);
    if (row.unions.count == 0) return;
    out_.host(Host::kFeedUnions, {out_.frame(), out_.index(stream)});
    out_.forget_blob();
  }

 private:
  /// Of a tracked program: the chunks that read what the stream feeds are to be looked at.
  void mark_readers(uint32_t stream) {
    const auto& tracking = out_.program().prepared().tracking;
    if (!tracking) return;
    for (const interp::Mark& mark : tracking->readers_of_stream(stream)) {
      llvm::Value* place = out_.at(out_.dirty(), uint64_t{mark.word} * 8);
      llvm::Value* marked = out_.builder().CreateOr(out_.load_word(place), out_.word(mark.mask));
      out_.builder().CreateStore(marked, place);
    }
  }

  void update(uint32_t cell) {
    const CellRow& row = out_.view().cells[cell];
    Entry value;
    if (row.value.count != 0) {
      value = CodeEmitter(out_, Context{kind_}).run(out_.view().code(row.value));
    }
    if (!in_place(cell, row, value)) by_host(cell, row, value);
  }

  bool in_place(uint32_t cell, const CellRow& row, Entry value) {
    llvm::Value* state = out_.state(cell);
    switch (row.kind) {
      case CellKind::kNewest:
        if (row.k > kNewestInPlaceMax || row.zone != image::kNone) return false;
        if (image::is_near(row)) {
          out_.body(body_of(Body::kNearPush1, row.k), {state, out_.near_base(), out_.now()});
        } else {
          out_.body(body_of(Body::kNewestPush1, row.k), {state, out_.now()});
        }
        return true;
      case CellKind::kOldest:
        out_.body(Body::kOldestPush, {state, out_.now()});
        return true;
      case CellKind::kSeen:
        out_.body(Body::kSeenPush, {state});
        return true;
      case CellKind::kTotal:
        if (value.low == nullptr) {
          out_.body(Body::kTotalPush, {state});
        } else {
          out_.body(Body::kTotalPushSum, {state, value.low, value.high});
        }
        return true;
      case CellKind::kExtreme:
        out_.body(row.k == 0 ? Body::kExtremePushLeast : Body::kExtremePushGreatest,
                  {state, value.low});
        return true;
      case CellKind::kLatest:
        out_.body(Body::kLatestPush, {state, value.low, value.high});
        return true;
      case CellKind::kEarliest:
        out_.body(Body::kEarliestPush, {state, value.low, value.high});
        return true;
      case CellKind::kDays:
      case CellKind::kLog:
      case CellKind::kDistinct:
      case CellKind::kSteps:
      case CellKind::kSequence:
      case CellKind::kHeld:
      case CellKind::kSessions:
      case CellKind::kCrossing:
      case CellKind::kChange:
      case CellKind::kLatch:
      case CellKind::kDecayed:
        return false;
    }
    return false;
  }

  void by_host(uint32_t cell, const CellRow& row, Entry value) {
    llvm::Value* index = out_.index(cell);
    if (value.low == nullptr) {
      out_.host(Host::kPush, {out_.frame(), index});
    } else {
      out_.host(row.value_type == image::Type::X ? Host::kPushSum : Host::kPushScalar,
                {out_.frame(), index, value.low, value.high});
    }
    if (image::grows(row.kind) || row.feeds != image::kNone) out_.forget_blob();
  }

  FunctionEmitter& out_;
  KindId kind_;
  HitNotes& hits_;
};

/// Hits of an instant that others settle.
class HitsOfHost : public HitNotes {
 public:
  explicit HitsOfHost(FunctionEmitter& out) : out_(out) {}
  void note(uint32_t stream) override { out_.host(Host::kHit, {out_.frame(), out_.index(stream)}); }

 private:
  FunctionEmitter& out_;
};

/// The streams of a kind, one after the other; those of a family only as far as they can match.
class Streams {
 public:
  Streams(FunctionEmitter& out, KindId kind, HitNotes& hits)
      : out_(out),
        kind_(kind),
        keys_(out, kind),
        updates_(out, kind, hits),
        families_(filter_families(out.view(), kind, kTestsMin)) {}

  void emit() {
    std::map<uint32_t, const FilterFamily*> family_of;
    for (const FilterFamily& family : families_) {
      for (const uint32_t stream : family.streams) family_of[stream] = &family;
    }
    std::set<const FilterFamily*> emitted;
    for (const uint32_t stream : out_.view().list(out_.view().kinds[kind_.index].streams)) {
      const auto found = family_of.find(stream);
      if (found == family_of.end()) {
        one(stream);
      } else if (emitted.insert(found->second).second) {
        all(*found->second);
      }
    }
  }

 private:
  Filter filter_of(uint32_t stream) {
    return {out_, kind_, keys_, out_.view().code(out_.view().streams[stream].predicate)};
  }

  void one(uint32_t stream) {
    Filter filter = filter_of(stream);
    llvm::Value* known = filter.is_cheap() ? filter.value() : nullptr;
    if (const auto* constant = llvm::dyn_cast_or_null<llvm::ConstantInt>(known)) {
      if (constant->isOne()) updates_.apply(stream);
      return;
    }
    llvm::BasicBlock* yes = out_.new_block("holds");
    llvm::BasicBlock* done = out_.new_block("done");
    if (known != nullptr) {
      out_.builder().CreateCondBr(known, yes, done);
    } else {
      filter.branch(yes, done);
    }
    out_.continue_in(yes);
    updates_.apply(stream);
    out_.builder().CreateBr(done);
    out_.continue_in(done);
  }

  void all(const FilterFamily& family) {
    llvm::BasicBlock* done = out_.new_block("done");
    if (family.shape == FilterFamily::Shape::kTexts) {
      among(family, 0, family.streams.size(), done);
    } else {
      for (const uint32_t stream : family.streams) {
        llvm::BasicBlock* yes = out_.new_block("holds");
        filter_of(stream).branch(yes, done);
        out_.continue_in(yes);
        updates_.apply(stream);
      }
      out_.builder().CreateBr(done);
    }
    out_.continue_in(done);
  }

  /// A search among the texts [begin, end) by their keys.
  void among(const FilterFamily& family, size_t begin, size_t end, llvm::BasicBlock* done) {
    const auto keys = family.keys.begin();
    const size_t middle = static_cast<size_t>(
        std::lower_bound(keys + begin, keys + end, family.keys[begin + (end - begin) / 2]) - keys);
    llvm::Value* key = keys_.key_of(family.slot);
    if (end - begin < kTestsMin || middle == begin || key == nullptr) {
      for (size_t i = begin; i < end; ++i) {
        llvm::BasicBlock* yes = out_.new_block("holds");
        llvm::BasicBlock* next = i + 1 == end ? done : out_.new_block("next");
        filter_of(family.streams[i]).branch(yes, next);
        out_.continue_in(yes);
        updates_.apply(family.streams[i]);
        // Of the same text where filters were not shared.
        const bool again = i + 1 != end && family.keys[i + 1] == family.keys[i];
        out_.builder().CreateBr(again ? next : done);
        if (next != done) out_.continue_in(next);
      }
      return;
    }
    llvm::BasicBlock* low = out_.new_block("low");
    llvm::BasicBlock* high = out_.new_block("high");
    llvm::Value* is_low = out_.builder().CreateICmpULT(key, out_.word(family.keys[middle]));
    out_.builder().CreateCondBr(is_low, low, high);
    out_.continue_in(low);
    among(family, begin, middle, done);
    out_.continue_in(high);
    among(family, middle, end, done);
  }

  FunctionEmitter& out_;
  KindId kind_;
  TextKeys keys_;
  Updates updates_;
  std::vector<FilterFamily> families_;
};

}  // namespace

void emit_kind(FunctionEmitter& out, KindId kind) {
  HitsOfHost hits(out);
  emit_streams(out, kind, hits);
  out.builder().CreateRetVoid();
}

void emit_streams(FunctionEmitter& out, KindId kind, HitNotes& hits) {
  Streams(out, kind, hits).emit();
}

}  // namespace segue::codegen
