#include <algorithm>
#include <array>

#include "runtime/base/text.h"
#include "runtime/image/limits.h"
#include "runtime/image/verify.h"

/// Codes: a walk with a stack of types, and what an immediate may name.
namespace segue::image {
namespace {

/// A stack of types that refuses what does not fit. Of each entry it knows the op that its code
/// begins with.
class Stack {
 public:
  bool push(Type type, uint32_t begin) {
    if (depth_ == types_.size()) return false;
    begins_[depth_] = begin;
    types_[depth_++] = type;
    return true;
  }

  bool pop(char type) { return depth_ != 0 && letter(types_[--depth_]) == type; }

  uint32_t depth() const { return depth_; }
  /// Where the code begins of the entry popped last, or of an op that popped none.
  uint32_t begin(uint32_t op, bool popped) const { return popped ? begins_[depth_] : op; }

 private:
  std::array<Type, kStackDepthMax> types_{};
  std::array<uint32_t, kStackDepthMax> begins_{};
  uint32_t depth_ = 0;
};

bool pop_operands(Stack& stack, const OpInfo& info, const OpRow& row) {
  if (info.pops < 0) {
    for (uint32_t i = 0; i < row.a; ++i) {
      if (!stack.pop(info.operands[0])) return false;
    }
    return row.a != 0;
  }
  for (size_t i = info.operands.size(); i-- > 0;) {
    if (!stack.pop(info.operands[i])) return false;
  }
  return true;
}

Status verify_index(const View& view, Use use, uint32_t index, uint32_t node, uint32_t item) {
  const auto below = [&](size_t size) {
    return index < size ? Status() : Status(corrupt("{} of {} rows", index, size));
  };
  switch (use) {
    case Use::kNone:
      return index == 0 ? Status() : Status(corrupt("an immediate that means nothing"));
    case Use::kFlag:
      return below(2);
    case Use::kCount:
      return {};
    case Use::kSlope:
      return below(2 * size_t{kSlopeBias} + 1);
    case Use::kSlot:
      return below(view.slots.size());
    case Use::kKindSet:
      return below(view.kind_sets.size());
    case Use::kSet:
      return below(view.sets.size());
    case Use::kMember:
      return below(view.members.size());
    case Use::kText:
      return below(view.texts.size());
    case Use::kNumber:
      return below(view.numbers.size());
    case Use::kTime:
      return below(view.times.size());
    case Use::kDecimal:
      return below(view.decimals.size());
    case Use::kNode:
    case Use::kNumberNode: {
      if (index >= node) return corrupt("node {} is not earlier", index);
      const Type wanted = use == Use::kNode ? Type::B : Type::N;
      return view.nodes[index].type == wanted
                 ? Status()
                 : Status(corrupt("node {} is of another type", index));
    }
    case Use::kCell:
      return below(view.cells.size());
    case Use::kWindow:
      return below(view.windows.size());
    case Use::kNth:
      return below(view.nths.size());
    case Use::kZone:
      return index == kNone || index == kUserZone ? Status() : below(view.zones.size());
    case Use::kPeriod:
      return below(view.periods.size());
    case Use::kPath:
      return below(view.paths.size());
    case Use::kItemTest:
      return below(item == kNone ? view.item_tests.size() : item);
    case Use::kBack:
      return {};  // verify_op
  }
  return corrupt("an immediate of no use");
}

/// Where case is ignored the constant is folded already, so that only the value at hand has to be.
Status verify_folded(const View& view, const OpRow& row) {
  if (row.b == 0) return {};
  const auto folded = [&](uint32_t text) {
    return text == kNone || fold_case(view.text(text)) == view.text(text);
  };
  if (row.op == Op::kEqualText && !folded(row.a)) return corrupt("text {} is not folded", row.a);
  if (row.op != Op::kInTexts && row.op != Op::kHasAny && row.op != Op::kHasAll) return {};
  const Range set = view.sets[row.a];
  const auto members = view.members.subspan(set.first, set.count);
  const auto is_folded = [&](const MemberRow& member) { return folded(member.text); };
  return std::all_of(members.begin(), members.end(), is_folded)
             ? Status()
             : Status(corrupt("set {} is not folded", row.a));
}

Status verify_op(const View& view, const OpRow& row, uint32_t i, uint32_t node, uint32_t item,
                 Stack& stack) {
  const OpInfo& info = op_info(row.op);
  const Place wrong = node == kNone ? Place::kCondition : Place::kEvent;
  if (info.place == wrong) return corrupt("it stands in code of the other kind");
  SEGUE_TRY_STATUS(verify_index(view, info.a, row.a, node, item));
  SEGUE_TRY_STATUS(verify_index(view, info.b, row.b, node, item));
  if (row.op == Op::kItem && item == kNone) return corrupt("no item is at hand");
  if (row.op == Op::kAtLeast && (row.b == 0 || row.b > row.a)) {
    return corrupt("at least {} of {}", row.b, row.a);
  }
  SEGUE_TRY_STATUS(verify_folded(view, row));
  if (info.a == Use::kCell) SEGUE_TRY_STATUS(verify_read(view, row, node));
  if (!pop_operands(stack, info, row)) return corrupt("its operands are not on the stack");
  const uint32_t begin = stack.begin(i, info.pops != 0);
  if (info.b == Use::kBack && row.b != 0 && (node == kNone || row.b != i - begin)) {
    return corrupt("its operands do not begin {} ops back", row.b);
  }
  if (!stack.push(info.result, begin)) return corrupt("more than {} entries", kStackDepthMax);
  return {};
}

Status verify_owner(const View& view, std::string_view table, size_t row, Range range, Type result,
                    uint32_t node) {
  const Status status = verify_code(view, range, result, node);
  return status.ok() ? status : Status(in_row(table, row, status.error()));
}

}  // namespace

Status verify_code(const View& view, Range range, Type result, uint32_t node, uint32_t item) {
  if (!inside(range, view.ops.size())) return corrupt("code outside the ops");
  Stack stack;
  for (uint32_t i = 0; i < range.count; ++i) {
    const OpRow& row = view.ops[range.first + i];
    if (static_cast<uint32_t>(row.op) >= kOpCount || row.reserved[0] != 0 || row.reserved[1] != 0 ||
        row.reserved[2] != 0) {
      return corrupt("op {} is unknown", i);
    }
    const Status status = verify_op(view, row, i, node, item, stack);
    if (!status.ok()) {
      return in_row(fmt::format("`{}` at", op_info(row.op).name), i, status.error());
    }
  }
  if (stack.depth() != 1 || !stack.pop(letter(result))) {
    return corrupt("code that does not leave one {}", letter(result));
  }
  return {};
}

Status verify_codes(const View& view) {
  for (uint32_t i = 0; i < view.item_tests.size(); ++i) {
    const Status status = verify_code(view, view.item_tests[i], Type::B, kNone, i);
    if (!status.ok()) return in_row("item test", i, status.error());
  }
  for (size_t i = 0; i < view.streams.size(); ++i) {
    const Range code = view.streams[i].predicate;
    if (code.count == 0) continue;
    SEGUE_TRY_STATUS(verify_owner(view, "stream", i, code, Type::B, kNone));
  }
  for (size_t i = 0; i < view.cells.size(); ++i) {
    const CellRow& cell = view.cells[i];
    if (cell.value.count == 0) continue;
    SEGUE_TRY_STATUS(verify_owner(view, "cell", i, cell.value, cell.value_type, kNone));
  }
  for (uint32_t i = 0; i < view.nodes.size(); ++i) {
    const NodeRow& node = view.nodes[i];
    SEGUE_TRY_STATUS(verify_owner(view, "node", i, node.code, node.type, i));
  }
  return {};
}

}  // namespace segue::image
