#include "naive/evaluator.h"

#include <algorithm>

#include "naive/aggregate.h"
#include "runtime/base/check.h"

namespace segue::naive {

using hir::Expr;
using hir::Op;

Evaluator::Evaluator(const hir::Rules& rules, std::span<const ZoneView> zones, const Past& past)
    : rules_(rules), zones_(zones), past_(past), ops_(zones), occurrences_(rules, past, ops_) {}

const Steps& Evaluator::of(const Expr& expr) {
  const auto known = made_.find(&expr);
  if (known != made_.end()) return known->second;
  return made_.emplace(&expr, make(expr)).first->second;
}

Steps Evaluator::make(const Expr& expr) {
  switch (expr.op) {
    case Op::kKnownSince:
      return constant(of_instant(past_.begin()));
    case Op::kUserIn:
      return constant(of_truth(user_in(expr, past_.user())));
    case Op::kTrait:
      return past_.trait(expr.slot);
    case Op::kCount:
    case Op::kAggregate:
    case Op::kDays:
      return is_sequence(expr.stream) ? over_matches(expr) : over_events(expr);
    case Op::kTimeOf:
      return time_of(expr);
    case Op::kMember:
      return segment(expr.segment);
    case Op::kScore:
      return score(expr.score);
    case Op::kHeld:
      return held(of(*expr.children[0]), expr.duration, past_.until());
    case Op::kProperty:
    case Op::kEventName:
    case Op::kEventIs:
      SEGUE_CHECK(false, "what belongs to an event stands in a filter or an aggregate");
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
  std::vector<const Steps*> children;
  for (const hir::ExprPtr& child : expr.children) children.push_back(&of(*child));
  return combine(expr, children, past_.begin(), past_.until(), ops_);
}

Steps Evaluator::constant(const Datum& datum) const {
  Steps steps;
  steps.append(past_.begin(), datum);
  return steps;
}

Steps Evaluator::over_events(const Expr& expr) {
  const std::vector<const Event*>& events = occurrences_.of(expr.stream);
  std::vector<Instant> times;
  std::vector<Datum> values;
  for (const Event* event : events) {
    times.push_back(event->at);
    if (expr.op == Op::kAggregate) {
      values.push_back(occurrences_.value(*expr.children[0], *event));
    }
  }
  const Aggregator aggregator(expr.aggregate, std::move(values));

  const auto value_at = [&](Instant now) {
    const WindowAt window(expr.window, now, zone(expr));
    // Of `distinct` the cap is a number of values, of all else one of occurrences.
    const bool distinct = expr.op == Op::kAggregate && expr.aggregate == hir::Aggregate::kDistinct;
    const std::vector<size_t> chosen = window.choose(times, distinct ? 0 : expr.cap);
    if (distinct) return aggregator.distinct(chosen, expr.cap);
    if (expr.op == Op::kAggregate) return aggregator.of(chosen);
    if (expr.op == Op::kDays) return count_days(times, chosen, zone(expr));
    return of_number(static_cast<double>(chosen.size()));
  };
  return sample(change_instants(expr.window, times, zone(expr), past_.begin(), past_.until()),
                past_.begin(), past_.until(), value_at);
}

/// Of a window over a sequence: the steps (and absences) inside it are matched afresh, as if
/// nothing else had happened; a match counts if its end, that of its wait included, lies inside
/// too. A cap lets the newest so many instants with a step or an absence be looked at.
Steps Evaluator::over_matches(const Expr& expr) {
  SEGUE_CHECK(expr.op != Op::kAggregate, "a value is one of an event");
  const Sequence& matches = sequence(expr.stream);

  const auto value_at = [&](Instant now) {
    const WindowAt window(expr.window, now, zone(expr));
    std::vector<Instant> ends;
    for (const Instant end : matches.ends(window.choose(matches.times(), expr.cap))) {
      if (window.contains(end)) ends.push_back(end);
    }
    if (expr.op == Op::kCount) return of_number(static_cast<double>(ends.size()));
    std::vector<size_t> all(ends.size());
    for (size_t i = 0; i < all.size(); ++i) all[i] = i;
    return count_days(ends, all, zone(expr));
  };
  // What is looked at changes with the steps, what lies inside with the ends of waits.
  std::vector<Instant> times(matches.times().begin(), matches.times().end());
  for (const Instant t : matches.times()) times.push_back(t + matches.wait());
  return sample(change_instants(expr.window, times, zone(expr), past_.begin(), past_.until()),
                past_.begin(), past_.until(), value_at);
}

Steps Evaluator::time_of(const Expr& expr) {
  std::vector<Instant> times;
  if (is_sequence(expr.stream)) {
    const Sequence& matches = sequence(expr.stream);
    std::vector<size_t> all(matches.times().size());
    for (size_t i = 0; i < all.size(); ++i) all[i] = i;
    times = matches.ends(all);
  } else {
    for (const Event* event : occurrences_.of(expr.stream)) times.push_back(event->at);
  }
  const bool first = expr.aggregate == hir::Aggregate::kFirst;
  return sample(times, past_.begin(), past_.until(), [&](Instant now) {
    const auto after = std::upper_bound(times.begin(), times.end(), now);
    if (after == times.begin()) return Datum{};
    return of_instant(first ? times.front() : *std::prev(after));
  });
}

const Sequence& Evaluator::sequence(hir::StreamId id) {
  const auto known = sequences_.find(id.index);
  if (known != sequences_.end()) return known->second;
  Sequence made(rules_.streams[id.index], occurrences_);
  return sequences_.emplace(id.index, std::move(made)).first->second;
}

ZoneView Evaluator::zone(const Expr& expr) const {
  const bool asked = expr.op == Op::kDays || expr.window.kind == hir::Window::Kind::kCalendar;
  return asked ? zones_[expr.zone.index] : ZoneView({});  // never looked at
}

}  // namespace segue::naive
