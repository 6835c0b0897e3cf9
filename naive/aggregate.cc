#include "naive/aggregate.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "runtime/base/check.h"
#include "runtime/base/civil.h"

namespace segue::naive {

using Kind = Datum::Kind;

Aggregator::Aggregator(hir::Aggregate aggregate, std::vector<Datum> values, double fraction)
    : aggregate_(aggregate), fraction_(fraction), values_(std::move(values)) {
  // -0 and 0 are found equal, as everywhere.
  std::map<std::tuple<Kind, bool, double, std::string_view, int64_t>, int> numbers;
  for (const Datum& value : values_) {
    exact_.push_back(exact_of(value));
    if (value.missing() || value.kind == Kind::kOther) {
      same_.push_back(-1);
      continue;
    }
    const auto key = std::make_tuple(value.kind, value.truth, value.number, value.text, value.ms);
    same_.push_back(numbers.emplace(key, static_cast<int>(numbers.size())).first->second);
  }
}

Datum Aggregator::of(std::span<const size_t> chosen) const {
  switch (aggregate_) {
    case hir::Aggregate::kSum:
    case hir::Aggregate::kAvg:
      return sum_or_average(chosen);
    case hir::Aggregate::kMin:
    case hir::Aggregate::kMax:
      return extreme(chosen);
    case hir::Aggregate::kDistinct:
      return distinct(chosen, 0);
    case hir::Aggregate::kFirst:
      return chosen.empty() ? Datum{} : values_[chosen.front()];
    case hir::Aggregate::kLast:
      return chosen.empty() ? Datum{} : values_[chosen.back()];
    case hir::Aggregate::kPercentile:
      return percentile(chosen);
    case hir::Aggregate::kMostCommon:
      return most_common(chosen);
  }
  SEGUE_CHECK(false, "every aggregate has its case");
}

Datum Aggregator::sum_or_average(std::span<const size_t> chosen) const {
  Decimal sum;
  int64_t numbers = 0;
  for (const size_t i : chosen) {
    if (!exact_[i]) continue;
    sum = sum + *exact_[i];
    ++numbers;
  }
  if (aggregate_ == hir::Aggregate::kSum) return of_sum(sum);
  return numbers == 0 ? Datum{} : of_number(to_double(sum) / static_cast<double>(numbers));
}

Datum Aggregator::extreme(std::span<const size_t> chosen) const {
  Datum best;
  for (const size_t i : chosen) {
    const Datum& value = values_[i];
    if (value.kind != Kind::kNumber) continue;
    const bool better = aggregate_ == hir::Aggregate::kMin ? value.number < best.number
                                                           : value.number > best.number;
    if (best.missing() || better) best = of_number(value.number);
  }
  return best;
}

Datum Aggregator::distinct(std::span<const size_t> chosen, uint32_t cap) const {
  std::vector<bool> seen(values_.size());
  int count = 0;
  for (const size_t i : chosen) {
    if (same_[i] < 0 || seen[static_cast<size_t>(same_[i])]) continue;
    seen[static_cast<size_t>(same_[i])] = true;
    ++count;
  }
  if (cap != 0) count = std::min(count, static_cast<int>(cap));
  return of_number(count);
}

/// Between the two neighbours of the place that the fraction points at, in proportion.
Datum Aggregator::percentile(std::span<const size_t> chosen) const {
  std::vector<double> numbers;
  for (const size_t i : chosen) {
    if (values_[i].kind == Kind::kNumber) numbers.push_back(values_[i].number);
  }
  if (numbers.empty()) return {};
  std::sort(numbers.begin(), numbers.end());
  const double place = fraction_ * static_cast<double>(numbers.size() - 1);
  const double whole = std::floor(place);
  const auto low = static_cast<size_t>(whole);
  const size_t high = std::min(low + 1, numbers.size() - 1);
  return of_number(numbers[low] + (numbers[high] - numbers[low]) * (place - whole));
}

Datum Aggregator::most_common(std::span<const size_t> chosen) const {
  std::vector<size_t> often(values_.size());
  for (const size_t i : chosen) {
    if (same_[i] >= 0) ++often[static_cast<size_t>(same_[i])];
  }
  // From the newest back: of values found equally often the first met wins.
  Datum best;
  size_t most = 0;
  for (size_t i = chosen.size(); i-- > 0;) {
    const int value = same_[chosen[i]];
    if (value < 0 || often[static_cast<size_t>(value)] <= most) continue;
    most = often[static_cast<size_t>(value)];
    best = values_[chosen[i]];
  }
  return best;
}

namespace {

std::set<int64_t> periods_of(std::span<const Instant> times, const LocalZone& zone,
                             CalendarUnit unit) {
  std::set<int64_t> periods;
  for (const Instant t : times) periods.insert(period_of(unit, zone.day_of(t)));
  return periods;
}

}  // namespace

Datum count_periods(std::span<const Instant> times, const LocalZone& zone, CalendarUnit unit) {
  return of_number(static_cast<double>(periods_of(times, zone, unit).size()));
}

Datum streak(std::span<const Instant> times, const LocalZone& zone, CalendarUnit unit,
             int64_t last) {
  const std::set<int64_t> active = periods_of(times, zone, unit);
  int64_t period = active.contains(last) ? last : last - 1;
  int length = 0;
  while (active.contains(period)) {
    ++length;
    --period;
  }
  return of_number(length);
}

}  // namespace segue::naive
