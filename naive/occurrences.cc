#include "naive/occurrences.h"

#include <algorithm>
#include <tuple>

#include "runtime/base/check.h"
#include "runtime/base/text.h"

namespace segue::naive {

using hir::Expr;
using hir::Op;

const std::vector<const Event*>& Occurrences::of(hir::StreamId stream) {
  const auto [place, is_new] = streams_.try_emplace(stream.index);
  std::vector<const Event*>& events = place->second;
  if (!is_new) return events;
  const hir::ExprPtr& predicate = rules_.streams[stream.index].predicate;
  SEGUE_CHECK(predicate != nullptr, "steps of sequences and values are of events");
  for (const Event* event : past_.events()) {
    if (value(*predicate, *event).holds()) events.push_back(event);
  }
  std::sort(events.begin(), events.end(), [](const Event* a, const Event* b) {
    return std::tie(a->at, a->tie, a) < std::tie(b->at, b->tie, b);
  });
  return events;
}

Datum Occurrences::value(const Expr& expr, const Event& event) {
  Datum datum = raw_value(expr, event);
  datum.ms = datum.ms_at(event.at);
  datum.slope = 0;
  return datum;
}

Datum Occurrences::raw_value(const Expr& expr, const Event& event) {
  switch (expr.op) {
    case Op::kProperty:
      return past_.property(event, expr.slot);
    case Op::kEventName:
      return of_text(event.name);
    case Op::kEventIs: {
      if (expr.kinds.empty()) return of_truth(event.kind != kIdentifyKind);
      return of_truth(std::find(expr.kinds.begin(), expr.kinds.end(), event.kind) !=
                      expr.kinds.end());
    }
    case Op::kTrait: {
      auto place = traits_.find(expr.slot.index);
      if (place == traits_.end()) {
        place = traits_.emplace(expr.slot.index, past_.trait(expr.slot)).first;
      }
      return place->second.at(event.at);
    }
    case Op::kKnownSince:
      return of_instant(past_.begin());
    case Op::kUserIn:
      return of_truth(user_in(expr, past_.user()));
    case Op::kCount:
    case Op::kAggregate:
    case Op::kDays:
    case Op::kTimeOf:
    case Op::kMember:
    case Op::kScore:
    case Op::kHeld:
      SEGUE_CHECK(false, "a filter looks at one event");
    case Op::kLiteral:
    case Op::kNow:
    case Op::kAnd:
    case Op::kOr:
    case Op::kNot:
    case Op::kAtLeast:
    case Op::kEqual:
    case Op::kLess:
    case Op::kLessEqual:
    case Op::kIsTrue:
    case Op::kExists:
    case Op::kInSet:
    case Op::kHasAny:
    case Op::kHasAll:
    case Op::kContains:
    case Op::kStartsWith:
    case Op::kEndsWith:
    case Op::kMatches:
    case Op::kToInstant:
    case Op::kAdd:
    case Op::kSubtract:
    case Op::kMultiply:
    case Op::kDivide:
    case Op::kMin:
    case Op::kMax:
    case Op::kSelect:
    case Op::kStreak:
    case Op::kDecayed:
    case Op::kLatched:
    case Op::kItem:
    case Op::kAnyItem:
    case Op::kInPeriod:
    case Op::kScale:
    case Op::kHour:
    case Op::kWeekday:
    case Op::kDayNumber:
    case Op::kDate:
    case Op::kAnniversary:
    case Op::kTextOf:
    case Op::kNumberOf:
    case Op::kLower:
    case Op::kLength:
    case Op::kRound:
    case Op::kAbs:
    case Op::kItemSum:
      break;
  }
  std::vector<Datum> children;
  for (const hir::ExprPtr& child : expr.children) children.push_back(raw_value(*child, event));
  return ops_.apply(expr, children, event.at);
}

bool user_in(const Expr& expr, std::string_view user) {
  return std::any_of(expr.literals.begin(), expr.literals.end(), [&](const hir::Literal& literal) {
    return expr.ignoring_case ? equal_ignoring_case(literal.text, user) : literal.text == user;
  });
}

}  // namespace segue::naive
