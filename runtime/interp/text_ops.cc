#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/interp/machine.h"
#include "runtime/interp/value_tests.h"

/// Comparisons of values off the wire with texts, sets and expressions.
namespace segue::interp {

using image::MemberRow;
using image::Op;
using image::OpRow;

namespace {

/// Up to this many members are compared one by one; more are looked up by hash.
constexpr uint32_t kComparedMax = 8;

bool same_text(std::string_view a, std::string_view b, bool ignoring_case) {
  return ignoring_case ? equal_ignoring_case(a, b) : a == b;
}

/// Whether `value` equals a member of a set.
bool is_member(const image::View& view, const Value& value, const MemberRow& member,
               bool ignoring_case) {
  if (value.tag == ValueTag::kText) {
    return member.text != image::kNone &&
           same_text(value.text, view.text(member.text), ignoring_case);
  }
  const bool scalar = value.tag == ValueTag::kNumber || value.is_truth();
  return scalar && scalar_of(value) == member.scalar;
}

std::span<const MemberRow> members_of(const image::View& view, uint32_t set) {
  const image::Range range = view.sets[set];
  return view.members.subspan(range.first, range.count);
}

bool are_texts(const Value& a, const Value& b) {
  return a.tag == ValueTag::kText && b.tag == ValueTag::kText;
}

/// Pops two values and pushes `test` of them.
template <class Test>
void test_two(Machine& machine, const OpRow& row, const Test& test) {
  const Value& right = machine.pop().value();
  const Value& left = machine.pop().value();
  machine.push(test(left, right, row.b != 0));
}

}  // namespace

bool equal_values(const Value& left, const Value& right, bool ignoring_case) {
  return ignoring_case && are_texts(left, right) ? equal_ignoring_case(left.text, right.text)
                                                 : equal(left, right);
}

bool equal_text(const Value& value, std::string_view text, bool ignoring_case) {
  return value.tag == ValueTag::kText && same_text(value.text, text, ignoring_case);
}

bool in_set(const Prepared& prepared, const Value& value, uint32_t set, bool ignoring_case) {
  const std::span<const MemberRow> members = members_of(prepared.view, set);
  if (members.size() <= kComparedMax) {
    return std::any_of(members.begin(), members.end(), [&](const MemberRow& member) {
      return is_member(prepared.view, value, member, ignoring_case);
    });
  }
  const SetTable& table = prepared.sets[set];
  if (value.tag == ValueTag::kText && ignoring_case) {
    return table.contains(scalar_of_text(fold_case(value.text)));
  }
  const bool scalar = value.tag == ValueTag::kText || value.tag == ValueTag::kNumber;
  return (scalar || value.is_truth()) && table.contains(scalar_of(value));
}

bool contains(const Value& text, const Value& part, bool ignoring_case) {
  if (!are_texts(text, part)) return false;
  return ignoring_case ? contains_ignoring_case(text.text, part.text)
                       : text.text.find(part.text) != std::string_view::npos;
}

bool starts_with(const Value& text, const Value& part, bool ignoring_case) {
  if (!are_texts(text, part)) return false;
  return ignoring_case ? starts_with_ignoring_case(text.text, part.text)
                       : text.text.starts_with(part.text);
}

bool ends_with(const Value& text, const Value& part, bool ignoring_case) {
  if (!are_texts(text, part)) return false;
  return ignoring_case ? ends_with_ignoring_case(text.text, part.text)
                       : text.text.ends_with(part.text);
}

template <>
void run<Op::kEqualValues>(Machine& machine, const OpRow& row) {
  test_two(machine, row, equal_values);
}

template <>
void run<Op::kEqualText>(Machine& machine, const OpRow& row) {
  machine.push(equal_text(machine.pop().value(), machine.view().text(row.a), row.b != 0));
}

template <>
void run<Op::kInTexts>(Machine& machine, const OpRow& row) {
  machine.push(in_set(machine.prepared(), machine.pop().value(), row.a, row.b != 0));
}

template <>
void run<Op::kContains>(Machine& machine, const OpRow& row) {
  test_two(machine, row, contains);
}

template <>
void run<Op::kStartsWith>(Machine& machine, const OpRow& row) {
  test_two(machine, row, starts_with);
}

template <>
void run<Op::kEndsWith>(Machine& machine, const OpRow& row) {
  test_two(machine, row, ends_with);
}

template <>
void run<Op::kMatches>(Machine& machine, const OpRow& row) {
  const Value& value = machine.pop().value();
  const RE2& regex = machine.prepared().regex(row.a, row.b != 0);
  machine.push(value.tag == ValueTag::kText &&
               RE2::FullMatch(re2::StringPiece(value.text.data(), value.text.size()), regex));
}

template <>
void run<Op::kHasAny>(Machine& machine, const OpRow& row) {
  const Value& list = machine.pop().value();
  machine.push(list.tag == ValueTag::kList &&
               std::any_of(list.items.begin(), list.items.end(), [&](const Value& item) {
                 return in_set(machine.prepared(), item, row.a, row.b != 0);
               }));
}

template <>
void run<Op::kHasAll>(Machine& machine, const OpRow& row) {
  const Value& list = machine.pop().value();
  const std::span<const MemberRow> members = members_of(machine.view(), row.a);
  const auto found = [&](const MemberRow& member) {
    return std::any_of(list.items.begin(), list.items.end(), [&](const Value& item) {
      return is_member(machine.view(), item, member, row.b != 0);
    });
  };
  machine.push(list.tag == ValueTag::kList && std::all_of(members.begin(), members.end(), found));
}

}  // namespace segue::interp
