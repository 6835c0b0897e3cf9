#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>

#include "runtime/base/zone.h"
#include "runtime/cells/bytes.h"
#include "runtime/cells/calendar.h"
#include "runtime/cells/cell.h"

/// On which of the last k local days there was an occurrence: the newest of them, and a bit a day
/// before it. An occurrence keeps the local day it had.
namespace segue::cells {

/// In place of the newest day, where there is none.
inline constexpr int64_t kNoDay = std::numeric_limits<int32_t>::min();
inline constexpr uint32_t kDaysWordsAt = 4;  // behind the newest day

/// Room for a day more than k, so that `full` windows, which leave today out, reach back k days.
inline uint32_t days_words(const image::CellRow& row) { return row.k / 64 + 1; }

/// How many days of the window have an occurrence, as of `now_ms`, and the first instant after it
/// at which that may change by itself: a midnight, or clocks set back over one.
struct DaysAnswer {
  uint32_t count = 0;
  int64_t deadline_ms = kNever.ms;
};
DaysAnswer days_answer(const CellView& cell, const image::WindowRow& window, int64_t now_ms);

inline uint32_t days_count(const CellView& cell, const image::WindowRow& window, int64_t now_ms) {
  return days_answer(cell, window, now_ms).count;
}

/// How many days in a row, each with an occurrence, end with the window's last or the one before.
uint32_t days_streak(const CellView& cell, const image::WindowRow& window, int64_t now_ms);
int64_t days_streak_deadline(const CellView& cell, const image::WindowRow& window, int64_t now_ms);

/// The state of a cell at one instant, for many windows of days: what they share is worked out
/// once.
class DaysRead {
 public:
  DaysRead(const CellView& cell, int64_t now_ms);

  /// Whether `holds` of how many days of the window, one of days, have an occurrence.
  template <class Holds>
  bool test(const image::WindowRow& window, const Holds& holds);

  /// Whether at least `days` days of the window, one of days, have an occurrence. Cost: a
  /// comparison; days are looked for once for all windows.
  bool at_least(const image::WindowRow& window, uint32_t days);

  uint32_t count(const image::WindowRow& window);

  /// When one of the tests so far may turn: not before it by time alone.
  int64_t deadline_ms() const;

 private:
  /// Whether nothing is to enter the window: what turns a test is that days leave, the oldest
  /// first.
  bool only_leaves(const image::WindowRow& window) const {
    return days_words(cell_.row) == 1 && newest_ <= today_ - window.full;
  }
  /// The age, beside the newest day, of the first day of the window.
  int64_t oldest_age(int64_t leaves_after) const { return newest_ - (today_ - leaves_after + 1); }
  /// The days up to that age, of a cell of one word. The one that has just left may come back.
  uint64_t inside_of(int64_t oldest) {
    comes_back_ = comes_back_ || (oldest >= -1 && oldest < 63 && (word_ >> (oldest + 1) & 1) != 0);
    return oldest < 0 ? 0 : oldest >= 63 ? word_ : word_ & ((uint64_t{2} << oldest) - 1);
  }
  uint32_t count_any(const image::WindowRow& window);
  int64_t age_of(uint32_t days);

  CellView cell_;
  ZoneView zone_;
  int64_t now_ms_;
  int32_t today_;
  bool comes_back_ = false;       // a day that has just left may
  int64_t next_day_ = INT64_MAX;  // the first on which a test may turn
  int64_t newest_;
  uint64_t word_;  // of a cell of one word: bit i: the day `newest_ - i`
  uint64_t left_;  // of these, days whose ages are not among the first
  uint32_t found_ = 0;
  uint8_t ages_[64];  // the newest day first
};

/// Takes in an occurrence on a local day; days older than what is kept are left out. False if that
/// changes nothing.
bool days_push(std::byte* state, uint32_t words, int32_t day);
bool days_update(const CellRef& cell, int64_t now_ms);

/// Calls `visit` with each day that is kept and has an occurrence, the newest first.
template <class Visit>
void days_each(const std::byte* state, uint32_t words, const Visit& visit) {
  const auto newest = load<int32_t>(state);
  if (newest == kNoDay) return;
  for (int64_t age = 0; age < 64 * int64_t{words}; ++age) {
    const auto word = load<uint64_t>(state + kDaysWordsAt + 8 * (age / 64));
    if ((word >> (age % 64) & 1) != 0) visit(static_cast<int32_t>(newest - age));
  }
}

struct Days {
  static constexpr image::CellKind kKind = image::CellKind::kDays;
  static uint32_t fixed_bytes(const image::CellRow& row) {
    return kDaysWordsAt + 8 * days_words(row);
  }
  static void init(const image::CellRow& row, std::byte* state);
  static void update(const CellRef& cell, const Occurrence& occurrence);
};
static_assert(StreamCell<Days>);

template <class Holds>
bool DaysRead::test(const image::WindowRow& window, const Holds& holds) {
  if (newest_ == kNoDay) return holds(0);
  const int64_t leaves_after = int64_t{window.periods} + window.full;
  const int64_t oldest = oldest_age(leaves_after);
  if (!only_leaves(window)) return holds(count_any(window));
  uint64_t inside = inside_of(oldest);
  auto days = static_cast<uint32_t>(std::popcount(inside));
  const bool truth = holds(days);
  while (inside != 0) {
    const int age = 63 - std::countl_zero(inside);
    if (holds(--days) != truth) {
      next_day_ = std::min(next_day_, newest_ - age + leaves_after);
      break;
    }
    inside &= ~(uint64_t{1} << age);
  }
  return truth;
}

inline bool DaysRead::at_least(const image::WindowRow& window, uint32_t days) {
  if (newest_ == kNoDay || days == 0 || !only_leaves(window)) {
    return test(window, [&](uint32_t count) { return count >= days; });
  }
  const int64_t leaves_after = int64_t{window.periods} + window.full;
  const int64_t oldest = oldest_age(leaves_after);
  comes_back_ = comes_back_ || (oldest >= -1 && oldest < 63 && (word_ >> (oldest + 1) & 1) != 0);
  const int64_t age = age_of(days);
  if (age > oldest) return false;
  // It holds until the last of so many days leaves.
  next_day_ = std::min(next_day_, newest_ - age + leaves_after);
  return true;
}

/// The age of the oldest of the newest `days` days; no window reaches it if there are fewer.
inline int64_t DaysRead::age_of(uint32_t days) {
  while (found_ < days && left_ != 0) {
    ages_[found_++] = static_cast<uint8_t>(std::countr_zero(left_));
    left_ &= left_ - 1;
  }
  return days <= found_ ? int64_t{ages_[days - 1]} : INT64_MAX;
}

}  // namespace segue::cells
