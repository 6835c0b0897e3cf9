#include "runtime/cells/log.h"

#include <algorithm>
#include <bitset>
#include <cmath>
#include <limits>
#include <vector>

#include "runtime/base/instant.h"
#include "runtime/image/limits.h"

namespace segue::cells {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

bool is_number(Scalar scalar) { return tag_of(scalar) == ScalarTag::kNumber; }

/// Lists and records are equal to nothing, so they are no distinct values either.
bool is_comparable(Scalar scalar) {
  const ScalarTag tag = tag_of(scalar);
  return tag != ScalarTag::kMissing && tag != ScalarTag::kOther;
}

double number_of(Scalar scalar) {
  double number;
  std::memcpy(&number, &scalar.lo, sizeof number);
  return number;
}

/// The least number inside by `before`, or missing.
template <class Before>
double extreme_of(const LogRead& read, const Before& before) {
  double found = kMissing;
  each_inside(read.entries, read.inside, read.zone, [&](uint32_t i) {
    const auto scalar = load<Scalar>(read.entries.payload(i));
    if (!is_number(scalar)) return;
    const double number = number_of(scalar);
    if (found != found || before(number, found)) found = number;
  });
  return found;
}

// Of what an entry of X keeps: the sum's bits of the high word, and the first number above them.
constexpr uint32_t kSumHighBits = 44;
constexpr uint64_t kCountOne = uint64_t{1} << 20;  // so many numbers count as none
constexpr Decimal kOneNumber{0, int64_t{1} << kSumHighBits};

struct SumAndCount {
  Decimal sum;
  uint64_t numbers = 0;
};

SumAndCount sum_of(const LogRead& read) {
  const auto count = uint64_t{read.inside.last} - read.inside.first;
  SumAndCount all;
  if (!read.inside.sift) {
    const RunningSum run = sum_between(read.entries, read.inside.first, read.inside.last);
    all.sum = run.sum;
    all.numbers = run.numbers;
    if (count < kCountOne) return all;
    all.numbers = 0;
  }
  each_inside(read.entries, read.inside, read.zone, [&](uint32_t i) {
    const RunningSum one = sum_between(read.entries, i, i + 1);
    if (read.inside.sift) all.sum = all.sum + one.sum;
    all.numbers += one.numbers;
  });
  return all;
}

/// Whether entries inside may be of days that do not ascend: where clocks go back over midnight,
/// or a user's zone is another.
bool days_mixed(const LogRead& read) {
  if (read.inside.sift || read.entries.keeps_day) return true;
  if (read.inside.first == read.inside.last) return false;
  return days_go_back(read.zone, read.entries.time_of(read.inside.first) - kDayMs,
                      read.entries.time_of(read.inside.last - 1) + kDayMs);
}

/// The begin of the period after that of `time_ms`.
int64_t period_end(ZoneView zone, CalendarUnit unit, int64_t time_ms) {
  const int64_t period = period_of(unit, zone.day_of(Instant{time_ms}));
  return zone.start_of(period_begin(unit, period + 1)).ms;
}

/// The first entry inside behind `i`, which is before `time_ms`, that is not; in steps that double,
/// since most periods are short.
uint32_t first_from(const Entries& entries, uint32_t i, uint32_t last, int64_t time_ms) {
  uint32_t step = 1;
  while (step < last - i && entries.time_of(i + step) < time_ms) {
    i += step;
    step *= 2;
  }
  uint32_t end = std::min(last, i + step);
  while (i + 1 < end) {
    const uint32_t middle = i + (end - i) / 2;
    (entries.time_of(middle) < time_ms ? i : end) = middle;
  }
  return end;
}

/// The days of a rolling window up to now where all have 24 hours.
LogDays days_of_one_offset(const Entries& entries, int64_t offset_ms,
                           const image::WindowRow& window, int64_t now_ms) {
  const uint32_t count = entries.count;
  uint32_t i = 0;
  if (window.from_ms != kForever.ms && count != 0 &&
      entries.time_of(0) <= now_ms - window.from_ms) {
    i = entries.lower_bound(now_ms - window.from_ms + 1);
  }
  if (window.cap != 0 && count - i > window.cap) i = count - window.cap;
  LogDays days;
  for (; i < count; ++days.count) {
    const int64_t time = entries.time_of(i);
    const int64_t past = (time + offset_ms) % kDayMs;
    i = first_from(entries, i, count, time - past + (past < 0 ? 0 : kDayMs));
    if (days.count == 0) days.deadline_ms = later_by(entries.time_of(i - 1), window.from_ms);
  }
  return days;
}

bool scalar_less(Scalar a, Scalar b) { return a.hi != b.hi ? a.hi < b.hi : a.lo < b.lo; }

}  // namespace

LogRead log_read(const CellView& cell, const image::WindowRow& window, int64_t now_ms) {
  const Entries entries = entries_of(cell);
  const ZoneView zone = zone_of(cell);
  return {entries, find_inside(entries, window, now_ms, zone), zone};
}

int64_t log_deadline(const LogRead& read, const image::WindowRow& window, int64_t now_ms) {
  return inside_deadline(read.entries, read.inside, window, now_ms, read.zone);
}

uint32_t log_count(const LogRead& read) {
  if (!read.inside.sift) return read.inside.last - read.inside.first;
  uint32_t count = 0;
  each_inside(read.entries, read.inside, read.zone, [&](uint32_t) { ++count; });
  return count;
}

uint32_t log_days(const LogRead& read, CalendarUnit counted) {
  if (days_mixed(read)) {
    DayCounter days;
    each_inside(read.entries, read.inside, read.zone, [&](uint32_t i) {
      days.add(
          static_cast<int32_t>(period_of(counted, LocalDay{read.entries.day_of(i, read.zone)})));
    });
    return days.count();
  }
  // Times ascend and days with them: what comes before the next turn is of the same period.
  uint32_t count = 0;
  for (uint32_t i = read.inside.first; i < read.inside.last; ++count) {
    i = first_from(read.entries, i, read.inside.last,
                   period_end(read.zone, counted, read.entries.time_of(i)));
  }
  return count;
}

int64_t log_days_deadline(const LogRead& read, const image::WindowRow& window, int64_t now_ms) {
  const bool ends_now = window.kind == image::WindowRow::Kind::kRolling && window.to_ms == 0;
  if (!ends_now || days_mixed(read)) return log_deadline(read, window, now_ms);
  if (read.inside.first == read.inside.last) return kNever.ms;
  const int64_t midnight =
      period_end(read.zone, window.counted, read.entries.time_of(read.inside.first));
  const uint32_t last = first_from(read.entries, read.inside.first, read.inside.last, midnight) - 1;
  return later_by(read.entries.time_of(last), window.from_ms);
}

LogDays log_days_read(const CellView& cell, const image::WindowRow& window, int64_t now_ms) {
  const bool by_day = window.counted == CalendarUnit::kDay && !keeps_day(cell.row);
  const bool up_to_now = window.kind == image::WindowRow::Kind::kRolling && window.to_ms == 0;
  if (by_day && up_to_now) {
    const ZoneView zone = zone_of(cell);
    if (zone.rows().size() == 1) {
      return days_of_one_offset(entries_of(cell), zone.rows()[0].offset_ms, window, now_ms);
    }
  }
  const LogRead read = log_read(cell, window, now_ms);
  return {log_days(read, window.counted), log_days_deadline(read, window, now_ms)};
}

uint32_t log_streak(const LogRead& read, const image::WindowRow& window) {
  const int64_t last = period_of(window.unit, LocalDay{read.inside.days.last});
  std::bitset<image::kDaysMax> active;  // by age: the window's last period is 0
  const bool mixed = days_mixed(read);
  int64_t midnight = std::numeric_limits<int64_t>::min();
  for (uint32_t i = read.inside.first; i < read.inside.last; ++i) {
    if (!is_inside(read.entries, read.inside, i, read.zone)) continue;
    const int64_t time = read.entries.time_of(i);
    if (!mixed && time < midnight) continue;
    if (!mixed) midnight = period_end(read.zone, window.unit, time);
    const int64_t period = period_of(window.unit, LocalDay{read.entries.day_of(i, read.zone)});
    active.set(static_cast<size_t>(last - period));
  }
  uint32_t begin = active[0] ? 0 : 1;
  uint32_t end = begin;
  while (end < window.periods && active[end]) ++end;
  return end - begin;
}

int64_t log_streak_deadline(const LogRead& read, const image::WindowRow& window, int64_t now_ms) {
  const int64_t moved = log_deadline(read, window, now_ms);
  if (read.inside.first == read.inside.last) return moved;
  // A run that is not continued ends with the turn of a period, though nothing leaves the window.
  return std::min(moved, period_turn(read.zone, window, now_ms));
}

RunningSum sum_between(const Entries& entries, uint32_t first, uint32_t last) {
  if (first >= last) return {};
  auto run = load<Decimal>(entries.payload(last - 1));
  if (first != 0 || entries.follows) {
    run = run - load<Decimal>(entries.payload(first) - entries.stride);
  }
  const auto high = static_cast<uint64_t>(run.hi) << (64 - kSumHighBits);
  const Decimal sum{run.lo, static_cast<int64_t>(high) >> (64 - kSumHighBits)};
  const auto numbers = static_cast<uint64_t>((run - sum).hi) >> kSumHighBits;
  return {sum, static_cast<uint32_t>(numbers)};
}

Decimal log_sum(const LogRead& read) { return sum_of(read).sum; }

double log_avg(const LogRead& read) {
  const SumAndCount all = sum_of(read);
  if (all.numbers == 0) return kMissing;
  return to_double(all.sum) / static_cast<double>(all.numbers);
}

double log_min(const LogRead& read) {
  return extreme_of(read, [](double a, double b) { return a < b; });
}

double log_max(const LogRead& read) {
  return extreme_of(read, [](double a, double b) { return a > b; });
}

uint32_t log_distinct(const LogRead& read) {
  // Kept between calls, so that reading allocates nothing in the long run.
  static thread_local std::vector<Scalar> values;
  values.clear();
  each_inside(read.entries, read.inside, read.zone, [&](uint32_t i) {
    const auto scalar = load<Scalar>(read.entries.payload(i));
    if (is_comparable(scalar)) values.push_back(scalar);
  });
  std::sort(values.begin(), values.end(), scalar_less);
  return static_cast<uint32_t>(std::unique(values.begin(), values.end()) - values.begin());
}

double log_percentile(const LogRead& read, double fraction) {
  static thread_local std::vector<double> numbers;
  numbers.clear();
  each_inside(read.entries, read.inside, read.zone, [&](uint32_t i) {
    const auto scalar = load<Scalar>(read.entries.payload(i));
    if (is_number(scalar)) numbers.push_back(number_of(scalar));
  });
  // A fraction is a constant between the two; code from outside may say anything.
  if (numbers.empty() || !(fraction >= 0 && fraction <= 1)) return kMissing;
  std::sort(numbers.begin(), numbers.end());
  const double place = fraction * static_cast<double>(numbers.size() - 1);
  const double below = std::floor(place);
  const auto low = static_cast<size_t>(below);
  const double least = numbers[low];
  const double greatest = numbers[std::min(low + 1, numbers.size() - 1)];
  return least + (greatest - least) * (place - below);
}

Scalar log_common(const LogRead& read) {
  struct Found {
    Scalar scalar;
    uint32_t entry;
  };
  static thread_local std::vector<Found> values;
  values.clear();
  each_inside(read.entries, read.inside, read.zone, [&](uint32_t i) {
    const auto scalar = load<Scalar>(read.entries.payload(i));
    if (is_comparable(scalar)) values.push_back({scalar, i});
  });
  std::sort(values.begin(), values.end(), [](const Found& a, const Found& b) {
    return a.scalar == b.scalar ? a.entry < b.entry : scalar_less(a.scalar, b.scalar);
  });
  Found best{};
  size_t most = 0;
  for (size_t begin = 0; begin < values.size();) {
    size_t end = begin;
    while (end < values.size() && values[end].scalar == values[begin].scalar) ++end;
    const Found& newest = values[end - 1];
    if (end - begin > most || (end - begin == most && newest.entry > best.entry)) best = newest;
    most = std::max(most, end - begin);
    begin = end;
  }
  return best.scalar;
}

Scalar log_first(const LogRead& read) {
  for (uint32_t i = read.inside.first; i < read.inside.last; ++i) {
    if (is_inside(read.entries, read.inside, i, read.zone)) {
      return load<Scalar>(read.entries.payload(i));
    }
  }
  return {};
}

Scalar log_last(const LogRead& read) {
  for (uint32_t i = read.inside.last; i > read.inside.first; --i) {
    if (is_inside(read.entries, read.inside, i - 1, read.zone)) {
      return load<Scalar>(read.entries.payload(i - 1));
    }
  }
  return {};
}

int64_t log_newest_time(const CellView& cell) {
  const Entries entries = entries_of(cell);
  return entries.count == 0 ? kLongAgo.ms : entries.time_of(entries.count - 1);
}

int64_t log_oldest_time(const CellView& cell) {
  const Entries entries = entries_of(cell);
  return entries.count == 0 ? kLongAgo.ms : entries.time_of(0);
}

void log_push(const CellRef& cell, int64_t now_ms) {
  append_entry(cell, now_ms);
  entry_written(cell);
}

void log_push_scalar(const CellRef& cell, int64_t now_ms, Scalar scalar) {
  store(append_entry(cell, now_ms) + 8, scalar);
  entry_written(cell);
}

void log_push_sum(const CellRef& cell, int64_t now_ms, Decimal sum) {
  std::byte* const payload = append_entry(cell, now_ms) + 8;
  const Entries entries = entries_of(cell);
  Decimal before;
  if (entries.count > 1 || entries.follows) before = load<Decimal>(payload - entries.stride);
  store(payload, sum.hi == kNoSum.hi ? before : before + sum + kOneNumber);
  entry_written(cell);
}

void Log::update(const CellRef& cell, const Occurrence& occurrence) {
  if (cell.row.value.count == 0) {
    log_push(cell, occurrence.at_ms);
  } else if (cell.row.value_type == image::Type::X) {
    log_push_sum(cell, occurrence.at_ms, occurrence.sum);
  } else {
    log_push_scalar(cell, occurrence.at_ms, occurrence.scalar);
  }
}

}  // namespace segue::cells
