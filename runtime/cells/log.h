#pragma once

#include <cstdint>

#include "runtime/cells/cell.h"
#include "runtime/cells/entries.h"

/// The times of the horizon's occurrences, each with a value (a scalar, or an exact number) or
/// without. It answers everything; smaller cells are compared with it.
///
/// Of exact numbers an entry keeps the sum of all before it and its own, so that the sum of a
/// window is a difference, whatever its length: modulo 2^108, with the number of numbers modulo
/// 2^20 in the bits above.
///
/// PROOF: sums of a window are less than 2^107 units of 10^-9 in size, which is 1.6 * 10^23: single
/// values are less than 10^18, so it takes 160,000 of the greatest to come so far, and windows look
/// at 65,536. (Numbers of more than that could only lie in lists or in calendar windows.)
///
/// Reads take any window up to now. All but days share one deadline: when an entry leaves or enters
/// the window.
namespace segue::cells {

/// What a read looks at: found once, shared by all reads of the same cell and window.
struct LogRead {
  Entries entries;
  Inside inside;
  ZoneView zone;
};
LogRead log_read(const CellView& cell, const image::WindowRow& window, int64_t now_ms);
int64_t log_deadline(const LogRead& read, const image::WindowRow& window, int64_t now_ms);

uint32_t log_count(const LogRead& read);
/// Distinct local days, weeks, ...
uint32_t log_days(const LogRead& read, CalendarUnit counted = CalendarUnit::kDay);
/// When their number can change: the last entry of the first one leaves, not any entry of it.
int64_t log_days_deadline(const LogRead& read, const image::WindowRow& window, int64_t now_ms);
/// Both at once.
struct LogDays {
  uint32_t count = 0;
  int64_t deadline_ms = kNever.ms;
};
LogDays log_days_read(const CellView& cell, const image::WindowRow& window, int64_t now_ms);
/// Consecutive periods with an entry that end with the window's last period or the one before.
uint32_t log_streak(const LogRead& read, const image::WindowRow& window);
int64_t log_streak_deadline(const LogRead& read, const image::WindowRow& window, int64_t now_ms);
/// Entries [first, last) of a log of X: the sum of the numbers among them, and how many they are,
/// modulo 2^20.
struct RunningSum {
  Decimal sum;
  uint32_t numbers = 0;
};
RunningSum sum_between(const Entries& entries, uint32_t first, uint32_t last);
/// The sums of all entries of a log of X from one on, each beside constants: a difference and a
/// comparison each. Both are moved up as far as there is room, so that what lies above a sum falls
/// out. `entries` is not empty.
class SumsFrom {
 public:
  /// Whether a constant, less than 2^107 in size, can be compared so.
  static constexpr bool fits(Decimal bound) { return lowered(raised(bound)) == bound; }
  static constexpr Decimal raised(Decimal sum) {
    return {sum.lo << kFree,
            static_cast<int64_t>(static_cast<uint64_t>(sum.hi) << kFree | sum.lo >> (64 - kFree))};
  }

  explicit SumsFrom(const Entries& entries)
      : before_(entries.payload(0) - entries.stride),
        stride_(entries.stride),
        first_kept_(entries.follows ? 0 : 1),
        all_(load<Decimal>(entries.payload(entries.count - 1))) {}

  /// 0: the sum of the entries from `first` on is less than the constant, 1: equal, 2: greater.
  uint32_t order(uint32_t first, Decimal raised_bound) const {
    const Decimal at = raised(all_ - through(first));
    return (at < raised_bound ? 0 : 1) + (at > raised_bound ? 1 : 0);
  }

  /// The sum of each of `count` entries, all of them, with those behind it, in units of 10^-9, into
  /// `units`: none is less than the next. False if an entry is negative or as great as `kUnitMax`,
  /// so that the sum of up to 128 is less than `kUnitsMax`. Cost: a difference an entry.
  static constexpr uint64_t kUnitMax = uint64_t{1} << 56;
  static constexpr uint64_t kUnitsMax = uint64_t{1} << 63;
  bool units_from(uint32_t count, uint64_t* units) const {
    Decimal behind = all_;
    uint64_t sum = 0;
    for (uint32_t i = count; i-- > 0;) {
      const Decimal before = through(i);
      const Decimal one = behind - before;
      if ((static_cast<uint64_t>(one.hi) << kFree | one.lo / kUnitMax) != 0) return false;
      sum += one.lo;
      units[i] = sum;
      behind = before;
    }
    return true;
  }

 private:
  static constexpr uint32_t kFree = 20;  // bits above a sum
  static constexpr Decimal lowered(Decimal sum) {
    return {sum.lo >> kFree | static_cast<uint64_t>(sum.hi) << (64 - kFree), sum.hi >> kFree};
  }
  /// What an entry before `first` keeps; of one that is not there nothing.
  Decimal through(uint32_t first) const {
    return first >= first_kept_ ? load<Decimal>(before_ + size_t{stride_} * first) : Decimal{};
  }

  const std::byte* before_;  // where the entry before the first keeps its sum
  uint32_t stride_;
  uint32_t first_kept_;
  Decimal all_;
};

Decimal log_sum(const LogRead& read);  // of a log of X; 0 of nothing
double log_avg(const LogRead& read);   // of a log of X; missing (a NaN) without a number
double log_min(const LogRead& read);   // of a log of S: of the numbers among them; or missing
double log_max(const LogRead& read);
uint32_t log_distinct(const LogRead& read);  // of a log of S: values but missing, lists and records
/// Of a log of S: the percentile of the numbers among them, between neighbours in proportion.
double log_percentile(const LogRead& read, double fraction);
Scalar log_common(const LogRead& read);  // of a log of S: the commonest; of several the newest
Scalar log_first(const LogRead& read);   // of a log of S; missing if there is none inside
Scalar log_last(const LogRead& read);

int64_t log_newest_time(const CellView& cell);  // `kLongAgo` if there is none
int64_t log_oldest_time(const CellView& cell);

void log_push(const CellRef& cell, int64_t now_ms);
void log_push_scalar(const CellRef& cell, int64_t now_ms, Scalar scalar);
void log_push_sum(const CellRef& cell, int64_t now_ms, Decimal sum);  // kNoSum: no number

struct Log {
  static constexpr image::CellKind kKind = image::CellKind::kLog;
  static uint32_t fixed_bytes(const image::CellRow&) { return sizeof(GrowingPart); }
  static void init(const image::CellRow&, std::byte* state) { store(state, GrowingPart{}); }
  static void update(const CellRef& cell, const Occurrence& occurrence);
};
static_assert(StreamCell<Log>);

}  // namespace segue::cells
