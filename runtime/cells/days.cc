#include "runtime/cells/days.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "runtime/base/instant.h"

namespace segue::cells {
namespace {

/// The bits of a cell: bit i of the run of words stands for the day `newest - i`.
class Bits {
 public:
  explicit Bits(const CellView& cell)
      : state_(cell.state()),
        newest_(load<int32_t>(state_)),
        end_(64 * static_cast<int64_t>(days_words(cell.row))) {}

  bool empty() const { return newest_ == kNoDay; }
  int64_t newest() const { return newest_; }

  /// How many days of the range are set.
  uint32_t count(DayRange range) const {
    uint32_t count = 0;
    each_word(range, [&](int64_t, uint64_t word) {
      count += static_cast<uint32_t>(std::popcount(word));
      return true;
    });
    return count;
  }

  /// The oldest day of the range that is set, or `kNoDay`.
  int64_t oldest(DayRange range) const {
    int64_t day = kNoDay;
    each_word(range, [&](int64_t first_age, uint64_t word) {
      if (word == 0) return true;
      day = newest_ - (first_age + 63 - std::countl_zero(word));
      return false;
    });
    return day;
  }

 private:
  /// Calls `visit(age of bit 0, bits inside the range)` a word, the oldest first, while it is true.
  template <class Visit>
  void each_word(DayRange range, const Visit& visit) const {
    if (empty()) return;
    const int64_t low = std::max<int64_t>(newest_ - range.last, 0);
    const int64_t high = std::min(newest_ - range.first, end_ - 1);
    if (high < low) return;
    for (int64_t word = high / 64; word >= low / 64; --word) {
      uint64_t bits = load<uint64_t>(state_ + kDaysWordsAt + 8 * word);
      if (word == high / 64) bits &= ~uint64_t{0} >> (63 - high % 64);
      if (word == low / 64) bits &= ~uint64_t{0} << (low % 64);
      if (!visit(64 * word, bits)) return;
    }
  }

  const std::byte* state_;
  int64_t newest_;
  int64_t end_;
};

/// Makes each day `by` days older.
void shift_up(std::byte* words, uint32_t count, int64_t by) {
  const int64_t whole = by / 64;
  const auto part = static_cast<uint32_t>(by % 64);
  const auto word = [&](int64_t i) { return i < 0 ? uint64_t{0} : load<uint64_t>(words + 8 * i); };
  for (int64_t i = int64_t{count} - 1; i >= 0; --i) {
    const uint64_t low = part == 0 ? 0 : word(i - whole - 1) >> (64 - part);
    store(words + 8 * i, (word(i - whole) << part) | low);
  }
}

}  // namespace

bool days_push(std::byte* state, uint32_t words, int32_t day) {
  const int64_t newest = load<int32_t>(state);
  std::byte* bits = state + kDaysWordsAt;
  int64_t age = 0;
  if (newest == kNoDay || day > newest) {
    if (newest != kNoDay) shift_up(bits, words, day - newest);
    store(state, day);
  } else {
    age = newest - day;
  }
  if (age >= 64 * int64_t{words}) return false;
  std::byte* at = bits + 8 * (age / 64);
  const auto word = load<uint64_t>(at);
  const uint64_t bit = uint64_t{1} << (age % 64);
  store(at, word | bit);
  return (word & bit) == 0;
}

DaysAnswer days_answer(const CellView& cell, const image::WindowRow& window, int64_t now_ms) {
  if (Bits(cell).empty()) return {};
  DaysRead read(cell, now_ms);
  const uint32_t count = read.count(window);
  return {count, read.deadline_ms()};
}

uint32_t days_streak(const CellView& cell, const image::WindowRow& window, int64_t now_ms) {
  const ZoneView zone = zone_of(cell);
  const DayRange range = days_of(window, zone.day_of(Instant{now_ms}).number);
  const Bits bits(cell);
  const auto active = [&](int32_t day) { return bits.count({day, day}) != 0; };
  int32_t day = active(range.last) ? range.last : range.last - 1;
  uint32_t streak = 0;
  for (; day >= range.first && active(day); --day) ++streak;
  return streak;
}

int64_t days_streak_deadline(const CellView& cell, const image::WindowRow& window, int64_t now_ms) {
  const DaysAnswer moved = days_answer(cell, window, now_ms);
  if (moved.count == 0) return moved.deadline_ms;
  return std::min(moved.deadline_ms, period_turn(zone_of(cell), window, now_ms));
}

DaysRead::DaysRead(const CellView& cell, int64_t now_ms)
    : cell_(cell),
      zone_(zone_of(cell)),
      now_ms_(now_ms),
      today_(zone_.day_of(Instant{now_ms}).number),
      newest_(load<int32_t>(cell.state())),
      word_(load<uint64_t>(cell.state() + kDaysWordsAt)),
      left_(word_) {}

/// How many days of the window have an occurrence; the next that leaves or enters changes that.
uint32_t DaysRead::count(const image::WindowRow& window) {
  if (newest_ == kNoDay) return 0;
  if (window.unit != CalendarUnit::kDay || !only_leaves(window)) return count_any(window);
  const int64_t leaves_after = int64_t{window.periods} + window.full;
  const uint64_t inside = inside_of(oldest_age(leaves_after));
  if (inside != 0) {
    next_day_ = std::min(next_day_, newest_ - (63 - std::countl_zero(inside)) + leaves_after);
  }
  return static_cast<uint32_t>(std::popcount(inside));
}

/// Any window of days; what leaves or enters first may turn its test.
uint32_t DaysRead::count_any(const image::WindowRow& window) {
  const Bits bits(cell_);
  const DayRange range = days_of(window, today_);
  const int64_t leaves = bits.oldest(range);
  if (leaves != kNoDay) next_day_ = std::min(next_day_, leaves + window.periods + window.full);
  const int64_t enters = bits.oldest({range.last + 1, static_cast<int32_t>(newest_)});
  if (enters != kNoDay) next_day_ = std::min(next_day_, enters + window.full);
  comes_back_ = comes_back_ || bits.count({range.first - 1, range.first - 1}) != 0;
  return bits.count(range);
}

int64_t DaysRead::deadline_ms() const {
  int64_t deadline = kNever.ms;
  // Of two days the earlier is reached first.
  if (next_day_ != INT64_MAX) {
    deadline = day_reached(zone_, now_ms_, static_cast<int32_t>(next_day_));
  }
  if (comes_back_) deadline = std::min(deadline, day_goes_back(zone_, now_ms_, today_));
  return deadline;
}

void Days::init(const image::CellRow& row, std::byte* state) {
  std::memset(state, 0, fixed_bytes(row));
  store(state, static_cast<int32_t>(kNoDay));
}

bool days_update(const CellRef& cell, int64_t now_ms) {
  const ZoneView zone = zone_of(cell);
  return days_push(cell.state(), days_words(cell.row), zone.day_of(Instant{now_ms}).number);
}

void Days::update(const CellRef& cell, const Occurrence& occurrence) {
  days_update(cell, occurrence.at_ms);
}

}  // namespace segue::cells
