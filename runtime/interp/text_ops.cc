#include <algorithm>

#include "runtime/base/text.h"
#include "runtime/interp/machine.h"

/// Comparisons of values off the wire with texts, sets and expressions. A constant stands folded in
/// the image where case is ignored.
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
bool is_member(const Machine& machine, const Value& value, const MemberRow& member,
               bool ignoring_case) {
  if (value.tag == ValueTag::kText) {
    return member.text != image::kNone &&
           same_text(value.text, machine.view().text(member.text), ignoring_case);
  }
  const bool scalar = value.tag == ValueTag::kNumber || value.is_truth();
  return scalar && scalar_of(value) == member.scalar;
}

std::span<const MemberRow> members_of(const Machine& machine, uint32_t set) {
  const image::Range range = machine.view().sets[set];
  return machine.view().members.subspan(range.first, range.count);
}

bool in_set(const Machine& machine, const Value& value, uint32_t set, bool ignoring_case) {
  const std::span<const MemberRow> members = members_of(machine, set);
  if (members.size() <= kComparedMax) {
    return std::any_of(members.begin(), members.end(), [&](const MemberRow& member) {
      return is_member(machine, value, member, ignoring_case);
    });
  }
  const SetTable& table = machine.prepared().sets[set];
  if (value.tag == ValueTag::kText && ignoring_case) {
    return table.contains(scalar_of_text(fold_case(value.text)));
  }
  const bool scalar = value.tag == ValueTag::kText || value.tag == ValueTag::kNumber;
  return (scalar || value.is_truth()) && table.contains(scalar_of(value));
}

/// Pops two values and pushes `test` of their texts; false of anything else.
template <class Test>
void test_texts(Machine& machine, const Test& test) {
  const Value& part = machine.pop().value();
  const Value& text = machine.pop().value();
  const bool texts = text.tag == ValueTag::kText && part.tag == ValueTag::kText;
  machine.push(texts && test(text.text, part.text));
}

}  // namespace

template <>
void run<Op::kEqualValues>(Machine& machine, const OpRow& row) {
  const Value& right = machine.pop().value();
  const Value& left = machine.pop().value();
  const bool texts = left.tag == ValueTag::kText && right.tag == ValueTag::kText;
  machine.push(row.b != 0 && texts ? equal_ignoring_case(left.text, right.text)
                                   : equal(left, right));
}

template <>
void run<Op::kEqualText>(Machine& machine, const OpRow& row) {
  const Value& value = machine.pop().value();
  machine.push(value.tag == ValueTag::kText &&
               same_text(value.text, machine.view().text(row.a), row.b != 0));
}

template <>
void run<Op::kInTexts>(Machine& machine, const OpRow& row) {
  machine.push(in_set(machine, machine.pop().value(), row.a, row.b != 0));
}

template <>
void run<Op::kContains>(Machine& machine, const OpRow& row) {
  test_texts(machine, [&](std::string_view text, std::string_view part) {
    return row.b != 0 ? contains_ignoring_case(text, part)
                      : text.find(part) != std::string_view::npos;
  });
}

template <>
void run<Op::kStartsWith>(Machine& machine, const OpRow& row) {
  test_texts(machine, [&](std::string_view text, std::string_view part) {
    return row.b != 0 ? starts_with_ignoring_case(text, part) : text.starts_with(part);
  });
}

template <>
void run<Op::kEndsWith>(Machine& machine, const OpRow& row) {
  test_texts(machine, [&](std::string_view text, std::string_view part) {
    return row.b != 0 ? ends_with_ignoring_case(text, part) : text.ends_with(part);
  });
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
                 return in_set(machine, item, row.a, row.b != 0);
               }));
}

template <>
void run<Op::kHasAll>(Machine& machine, const OpRow& row) {
  const Value& list = machine.pop().value();
  const std::span<const MemberRow> members = members_of(machine, row.a);
  const auto found = [&](const MemberRow& member) {
    return std::any_of(list.items.begin(), list.items.end(), [&](const Value& item) {
      return is_member(machine, item, member, row.b != 0);
    });
  };
  machine.push(list.tag == ValueTag::kList && std::all_of(members.begin(), members.end(), found));
}

}  // namespace segue::interp
