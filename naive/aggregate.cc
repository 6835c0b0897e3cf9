#include "naive/aggregate.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "runtime/base/check.h"

namespace segue::naive {

using Kind = Datum::Kind;

Aggregator::Aggregator(hir::Aggregate aggregate, std::vector<Datum> values)
    : aggregate_(aggregate), values_(std::move(values)) {
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
    case hir::Aggregate::kMostCommon:
      break;
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

Datum count_days(std::span<const Instant> times, std::span<const size_t> chosen, ZoneView zone) {
  std::set<LocalDay> days;
  for (const size_t i : chosen) days.insert(zone.day_of(times[i]));
  return of_number(static_cast<double>(days.size()));
}

}  // namespace segue::naive
