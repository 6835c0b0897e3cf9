#include "compiler/codegen/filter_families.h"

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <tuple>
#include <utility>

#include "runtime/base/value.h"
#include "runtime/image/op_info.h"

namespace segue::codegen {
namespace {

using image::Op;
using image::OpRow;
using image::Use;

/// A filter without its constant.
struct Shape {
  FilterFamily::Shape shape{};
  uint32_t slot = 0;
  Op op{};
  bool constant_first = false;

  auto order() const { return std::tie(shape, slot, op, constant_first); }
  friend bool operator<(const Shape& a, const Shape& b) { return a.order() < b.order(); }
};

struct Member {
  Shape shape;
  double number = 0;
  uint64_t key = 0;
};

bool asks_cells(const image::View& view) {
  const auto asks = [&](image::Range range) {
    const auto code = view.code(range);
    return std::any_of(code.begin(), code.end(), [](const OpRow& row) {
      const Use a = image::op_info(row.op).a;
      return a == Use::kCell || a == Use::kNode || a == Use::kNumberNode;
    });
  };
  return std::any_of(view.streams.begin(), view.streams.end(),
                     [&](const auto& row) { return asks(row.predicate); }) ||
         std::any_of(view.cells.begin(), view.cells.end(),
                     [&](const auto& row) { return asks(row.value); }) ||
         std::any_of(view.item_tests.begin(), view.item_tests.end(), asks);
}

bool feeds_fixed_cells(const image::View& view, const image::StreamRow& stream) {
  const auto cells = view.list(stream.cells);
  return stream.unions.count == 0 && stream.sequences.count == 0 &&
         std::all_of(cells.begin(), cells.end(), [&](uint32_t cell) {
           return !image::grows(view.cells[cell].kind) && view.cells[cell].feeds == image::kNone;
         });
}

/// A number of a slot beside a constant: `c < x`, `x < c`, or either with `<=`.
std::optional<Member> number_test(const image::View& view, std::span<const OpRow> code) {
  if (code.size() != 4) return {};
  const OpRow& last = code[3];
  if (last.op != Op::kLess && last.op != Op::kLessEqual) return {};
  const bool first = code[0].op == Op::kConstNumber;
  const auto read = first ? code.subspan(1, 2) : code.first(2);
  const OpRow& constant = first ? code[0] : code[2];
  if (constant.op != Op::kConstNumber || read[0].op != Op::kSlot ||
      read[1].op != Op::kValueNumber) {
    return {};
  }
  return Member{{FilterFamily::Shape::kNumbers, read[0].a, last.op, first},
                view.numbers[constant.a]};
}

/// `kind and test`, where the kind is that of the event.
std::optional<Member> member_of(const image::View& view, uint32_t kind, uint32_t stream) {
  const auto code = view.code(view.streams[stream].predicate);
  if (code.size() < 3 || code[0].op != Op::kKindIn || code.back().op != Op::kAnd ||
      code.back().a != 2) {
    return {};
  }
  const auto kinds = view.list(view.kind_sets[code[0].a]);
  if (!std::binary_search(kinds.begin(), kinds.end(), kind)) return {};
  const auto test = code.subspan(1, code.size() - 2);
  if (!feeds_fixed_cells(view, view.streams[stream])) return {};
  const bool text =
      test.size() == 2 && test[0].op == Op::kSlot && test[1].op == Op::kEqualText && test[1].b == 0;
  if (!text) return number_test(view, test);
  return Member{{FilterFamily::Shape::kTexts, test[0].a, test[1].op},
                0,
                scalar_of_text(view.text(test[1].a)).lo};
}

}  // namespace

std::vector<FilterFamily> filter_families(const image::View& view, KindId kind, size_t least) {
  std::map<Shape, std::vector<std::pair<Member, uint32_t>>> by_shape;
  for (const uint32_t stream : view.list(view.kinds[kind.index].streams)) {
    if (const auto member = member_of(view, kind.index, stream)) {
      by_shape[member->shape].emplace_back(*member, stream);
    }
  }
  std::erase_if(by_shape, [&](const auto& entry) { return entry.second.size() < least; });
  if (by_shape.empty() || asks_cells(view)) return {};
  std::vector<FilterFamily> families;
  for (auto& [shape, members] : by_shape) {
    std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) {
      const bool rises = a.first.shape.constant_first;  // the least constant matches most
      if (a.first.number != b.first.number) return (a.first.number < b.first.number) == rises;
      return std::tie(a.first.key, a.second) < std::tie(b.first.key, b.second);
    });
    FilterFamily family{shape.shape, shape.slot, {}, {}};
    for (const auto& [member, stream] : members) {
      family.streams.push_back(stream);
      if (shape.shape == FilterFamily::Shape::kTexts) family.keys.push_back(member.key);
    }
    families.push_back(std::move(family));
  }
  return families;
}

}  // namespace segue::codegen
