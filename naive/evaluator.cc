#include "naive/evaluator.h"

#include <algorithm>

#include "naive/aggregate.h"
#include "naive/families.h"
#include "runtime/base/check.h"

namespace segue::naive {

using hir::Expr;
using hir::Op;

namespace {

LocalZones zones_of(const hir::Rules& rules, std::span<const ZoneView> zones, const Past& past) {
  if (!rules.user_zone) return LocalZones(zones);
  return {zones, zone_of_trait(past.trait(*rules.user_zone))};
}

bool reads_item(const Expr& expr) {
  if (expr.op == Op::kItem) return true;
  return std::any_of(expr.children.begin(), expr.children.end(),
                     [](const hir::ExprPtr& child) { return reads_item(*child); });
}

}  // namespace

Evaluator::Evaluator(const hir::Rules& rules, std::span<const ZoneView> zones, const Past& past)
    : rules_(rules),
      past_(past),
      zones_(zones_of(rules, zones, past)),
      ops_(zones_),
      values_(past, ops_),
      occurrences_(rules, past, values_,
                   [this](const Expr& expr) -> const Steps& { return of(expr); }) {}

const Steps& Evaluator::of(const Expr& expr) {
  const auto known = made_.find(&expr);
  if (known != made_.end()) return known->second;
  Steps made = make(expr);
  return made_.emplace(&expr, std::move(made)).first->second;
}

Steps Evaluator::make(const Expr& expr) {
  const Family family = family_of(expr.op);
  SEGUE_CHECK(family != Family::kOccurrence, "what an event has stands in a filter or aggregate");
  if (family == Family::kHistory) return over_history(expr);
  if (expr.op == Op::kAnyItem) return any_item(expr);
  std::vector<const Steps*> children;
  for (const hir::ExprPtr& child : expr.children) children.push_back(&of(*child));
  return combine(expr, children, past_.begin(), past_.until(), ops_);
}

Steps Evaluator::over_history(const Expr& expr) {
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
    case Op::kStreak:
      return over_window(expr);
    case Op::kTimeOf:
      return time_of(expr);
    case Op::kDecayed:
      return decayed(times_of(expr.stream), expr.cap, expr.duration, past_.begin(), past_.until());
    case Op::kMember:
      return segment(expr.segment);
    case Op::kScore:
      return score(expr.score);
    case Op::kHeld:
      return held(of(*expr.children[0]), expr.duration, past_.until());
    case Op::kLatched:
      return latched(of(*expr.children[0]), of(*expr.children[1]), expr.duration, expr.cooldown,
                     past_.until());
    default:
      break;
  }
  SEGUE_CHECK(false, "a leaf over history has its case");
}

Steps Evaluator::constant(const Datum& datum) const {
  Steps steps;
  steps.append(past_.begin(), datum);
  return steps;
}

/// A sequence is matched afresh in its window; every other signal is one of all history.
Steps Evaluator::over_window(const Expr& expr) {
  const bool afresh = rules_.streams[expr.stream.index].kind == hir::Stream::Kind::kSequence &&
                      expr.window.kind != hir::Window::Kind::kEver;
  return afresh ? over_matches(expr) : over_occurrences(expr);
}

Steps Evaluator::over_occurrences(const Expr& expr) {
  const std::vector<Occurrence>& occurrences = occurrences_.of(expr.stream);
  std::vector<Instant> times;
  std::vector<Datum> values;
  for (const Occurrence& occurrence : occurrences) {
    times.push_back(occurrence.at);
    if (expr.op != Op::kAggregate) continue;
    SEGUE_CHECK(occurrence.event != nullptr, "a value is one of an event");
    values.push_back(values_.of(*expr.children[0], *occurrence.event));
  }
  const Aggregator aggregator(expr.aggregate, std::move(values), expr.fraction);

  return sampled(expr, times, [&](Instant now) {
    // Of `distinct` the cap is a number of values, of all else one of occurrences.
    const bool distinct = expr.op == Op::kAggregate && expr.aggregate == hir::Aggregate::kDistinct;
    const std::vector<size_t> chosen = window(expr, now).choose(times, distinct ? 0 : expr.cap);
    if (distinct) return aggregator.distinct(chosen, expr.cap);
    if (expr.op == Op::kAggregate) return aggregator.of(chosen);
    std::vector<Instant> inside;
    for (const size_t i : chosen) inside.push_back(times[i]);
    return of_times(expr, inside, now);
  });
}

/// Of a window over a sequence: the steps (and absences) inside it are matched afresh, as if
/// nothing else had happened; a match counts if its end, that of its wait included, lies inside
/// too. A cap lets the newest so many instants at which the sequence sees anything be looked at.
Steps Evaluator::over_matches(const Expr& expr) {
  SEGUE_CHECK(expr.op != Op::kAggregate, "a value is one of an event");
  const Sequence& matches = sequence(expr.stream);
  // What is looked at changes with the steps, what lies inside with the ends of waits.
  std::vector<Instant> times(matches.times().begin(), matches.times().end());
  for (const Instant t : matches.times()) times.push_back(t + matches.wait());

  return sampled(expr, times, [&](Instant now) {
    const WindowAt at = window(expr, now);
    std::vector<Instant> ends;
    for (const Sequence::Match& match : matches.matches(at.choose(matches.times(), expr.cap))) {
      if (at.contains(match.end)) ends.push_back(match.end);
    }
    return of_times(expr, ends, now);
  });
}

/// kCount, kDays or kStreak of what lies in the window.
Datum Evaluator::of_times(const Expr& expr, std::span<const Instant> times, Instant now) {
  if (expr.op == Op::kDays) return count_periods(times, zone(expr), expr.unit);
  if (expr.op == Op::kStreak) {
    return streak(times, zone(expr), expr.window.unit, window(expr, now).last_period());
  }
  return of_number(static_cast<double>(times.size()));
}

Steps Evaluator::sampled(const Expr& expr, std::span<const Instant> times,
                         const std::function<Datum(Instant)>& value_at) {
  const Steps* anchor = expr.window.anchor == nullptr ? nullptr : &of(*expr.window.anchor);
  return sample(
      change_instants(expr.window, times, zone(expr), anchor, past_.begin(), past_.until()),
      past_.begin(), past_.until(), value_at);
}

WindowAt Evaluator::window(const Expr& leaf, Instant now) {
  Datum anchor;
  if (leaf.window.anchor != nullptr) anchor = of(*leaf.window.anchor).at(now);
  return {leaf.window, now, zone(leaf), anchor};
}

std::vector<Instant> Evaluator::times_of(hir::StreamId id) {
  std::vector<Instant> times;
  for (const Occurrence& occurrence : occurrences_.of(id)) times.push_back(occurrence.at);
  return times;
}

Steps Evaluator::time_of(const Expr& expr) {
  const std::vector<Instant> times = times_of(expr.stream);
  const bool first = expr.aggregate == hir::Aggregate::kFirst;
  return sample(times, past_.begin(), past_.until(), [&](Instant now) {
    const auto after = std::upper_bound(times.begin(), times.end(), now);
    if (after == times.begin()) return Datum{};
    return of_instant(first ? times.front() : *std::prev(after));
  });
}

/// While child 0 is a list: whether child 1 holds of an item, made over time for each.
Steps Evaluator::any_item(const Expr& expr) {
  const Steps& lists = of(*expr.children[0]);
  Steps steps;
  for (size_t i = 0; i < lists.pieces().size(); ++i) {
    const Steps::Piece& piece = lists.pieces()[i];
    const Instant end =
        i + 1 < lists.pieces().size() ? lists.pieces()[i + 1].from : Instant{past_.until().ms + 1};
    std::vector<Steps> of_items;
    if (piece.value.list != nullptr) {
      for (const Value& item : piece.value.list->items) {
        of_items.push_back(of_item(*expr.children[1], item));
      }
    }
    std::vector<Instant> borders = {piece.from};
    for (const Steps& item : of_items) {
      for (const Steps::Piece& part : item.pieces()) {
        if (part.from > piece.from && part.from < end) borders.push_back(part.from);
      }
    }
    std::sort(borders.begin(), borders.end());
    for (const Instant t : borders) {
      steps.append(t, of_truth(std::any_of(of_items.begin(), of_items.end(),
                                           [&](const Steps& item) { return item.at(t).holds(); })));
    }
  }
  return steps;
}

Steps Evaluator::of_item(const Expr& expr, const Value& item) {
  if (!reads_item(expr)) return of(expr);
  if (expr.op == Op::kItem) return constant(ops_.item(expr, item));
  SEGUE_CHECK(expr.op != Op::kAnyItem, "one item is at hand");
  std::vector<Steps> made;
  for (const hir::ExprPtr& child : expr.children) made.push_back(of_item(*child, item));
  std::vector<const Steps*> children;
  for (const Steps& child : made) children.push_back(&child);
  return combine(expr, children, past_.begin(), past_.until(), ops_);
}

const Sequence& Evaluator::sequence(hir::StreamId id) {
  const auto known = sequences_.find(id.index);
  if (known != sequences_.end()) return known->second;
  Sequence made(rules_.streams[id.index], occurrences_);
  return sequences_.emplace(id.index, std::move(made)).first->second;
}

const LocalZone& Evaluator::zone(const Expr& expr) const {
  static const LocalZone never_asked{ZoneView({})};
  const bool asked = expr.op == Op::kDays || expr.op == Op::kStreak ||
                     expr.window.kind == hir::Window::Kind::kCalendar;
  return asked ? zones_.of(expr.zone) : never_asked;
}

}  // namespace segue::naive
