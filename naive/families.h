#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "compiler/sema/hir.h"

/// Each op's home: the one file that says what it means.
namespace segue::naive {

enum class Family {
  kHistory,     // leaves over the user's history: evaluator.cc
  kOccurrence,  // leaves of an event expression: event_values.cc
  kTruth,       // ops.cc
  kComparison,  // comparisons.cc
  kText,        // text_ops.cc
  kTime,        // time_ops.cc
  kNumber,      // number_ops.cc
  kItems,       // items.cc
};

namespace families {
using hir::Op;
inline constexpr std::array kHistory = {
    Op::kKnownSince, Op::kTrait,  Op::kCount,  Op::kAggregate, Op::kDays, Op::kStreak, Op::kTimeOf,
    Op::kDecayed,    Op::kMember, Op::kUserIn, Op::kScore,     Op::kHeld, Op::kLatched};
inline constexpr std::array kOccurrence = {Op::kProperty, Op::kEventName, Op::kEventIs, Op::kItem};
inline constexpr std::array kTruth = {Op::kLiteral, Op::kAnd,    Op::kOr,     Op::kNot,
                                      Op::kAtLeast, Op::kIsTrue, Op::kExists, Op::kSelect};
inline constexpr std::array kComparison = {Op::kEqual, Op::kLess, Op::kLessEqual, Op::kInSet};
inline constexpr std::array kText = {Op::kContains, Op::kStartsWith, Op::kEndsWith, Op::kMatches,
                                     Op::kTextOf,   Op::kNumberOf,   Op::kLower,    Op::kLength};
inline constexpr std::array kTime = {Op::kNow,       Op::kInPeriod, Op::kToInstant,
                                     Op::kScale,     Op::kHour,     Op::kWeekday,
                                     Op::kDayNumber, Op::kDate,     Op::kAnniversary};
inline constexpr std::array kNumber = {Op::kAdd, Op::kSubtract, Op::kMultiply, Op::kDivide,
                                       Op::kMin, Op::kMax,      Op::kRound,    Op::kAbs};
inline constexpr std::array kItems = {Op::kHasAny, Op::kHasAll, Op::kAnyItem, Op::kItemSum};

constexpr bool has(const auto& ops, Op op) {
  return std::find(ops.begin(), ops.end(), op) != ops.end();
}

constexpr int homes(Op op) {
  return has(kHistory, op) + has(kOccurrence, op) + has(kTruth, op) + has(kComparison, op) +
         has(kText, op) + has(kTime, op) + has(kNumber, op) + has(kItems, op);
}
#define HIR_OP(id, name, children) \
  static_assert(homes(Op::id) == 1, "the op " name " needs a home, and one only");
#include "compiler/sema/hir_ops.def"
#undef HIR_OP
}  // namespace families

constexpr Family family_of(hir::Op op) {
  if (families::has(families::kHistory, op)) return Family::kHistory;
  if (families::has(families::kOccurrence, op)) return Family::kOccurrence;
  if (families::has(families::kTruth, op)) return Family::kTruth;
  if (families::has(families::kComparison, op)) return Family::kComparison;
  if (families::has(families::kText, op)) return Family::kText;
  if (families::has(families::kTime, op)) return Family::kTime;
  if (families::has(families::kNumber, op)) return Family::kNumber;
  return Family::kItems;
}

}  // namespace segue::naive
