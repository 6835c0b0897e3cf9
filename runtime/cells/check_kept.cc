#include "runtime/cells/check_kept.h"

#include <cmath>
#include <cstring>
#include <string>
#include <string_view>

#include "runtime/cells/attempts.h"
#include "runtime/cells/bytes.h"
#include "runtime/cells/change.h"
#include "runtime/cells/days.h"
#include "runtime/cells/decayed.h"
#include "runtime/cells/distinct.h"
#include "runtime/cells/entries.h"
#include "runtime/cells/latch.h"
#include "runtime/cells/links.h"
#include "runtime/cells/newest.h"
#include "runtime/cells/sequence.h"
#include "runtime/image/op_info.h"

namespace segue::cells {
namespace {

using image::CellKind;

Error corrupt(std::string_view what) { return {Errc::kCorrupt, "state: " + std::string(what)}; }

/// A score that half-lives keep is no greater: as many occurrences as a count can tell apart.
constexpr double kDecayedMax = 1e16;

class Kept {
 public:
  Kept(const image::View& view, const image::CellRow& row, std::span<const std::byte> bytes,
       int64_t last_ms)
      : view_(view),
        row_(row),
        bytes_(bytes),
        state_(bytes.data() + row.offset),
        entries_(image::grows(row.kind) ? entries_of(CellView{bytes.data(), view, row})
                                        : Entries()),
        last_ms_(last_ms) {}

  Status check() const {
    switch (row_.kind) {
      case CellKind::kNewest:
        return newest();
      case CellKind::kOldest:
      case CellKind::kHeld:
      case CellKind::kSessions:
      case CellKind::kChange:
        return instant(load_instant(state_));
      case CellKind::kLatch:
        return instant(latch_since(state_));
      case CellKind::kDays:
        return day(load<int32_t>(state_), last_ms_, kNoDay);
      case CellKind::kDecayed:
        return decayed();
      case CellKind::kLog:
        return log();
      case CellKind::kDistinct:
        return distinct();
      case CellKind::kSteps:
        return row_.k == 0 ? links() : moments();
      case CellKind::kSequence:
        return row_.k == 0 ? attempts() : waits();
      case CellKind::kSeen:
      case CellKind::kTotal:
      case CellKind::kExtreme:
      case CellKind::kLatest:
      case CellKind::kEarliest:
      case CellKind::kCrossing:
        return {};
    }
    return {};
  }

 private:
  bool is_past(int64_t ms) const { return ms >= kInstantMin.ms && ms <= last_ms_; }

  Status instant(int64_t ms) const {
    if (is_past(ms) || ms == kLongAgo.ms) return {};
    return corrupt("a time of a cell is not before its last instant");
  }

  /// No zone is two days from UTC.
  static Status day(int64_t number, int64_t about_ms, int64_t none) {
    const int64_t least = none == kNoDay ? -2 : about_ms / kDayMs - 2;
    if (number == none || (number >= least && number <= about_ms / kDayMs + 2)) return {};
    return corrupt("a day of a cell is not one of its time");
  }

  Status newest() const {
    int64_t before_ms = last_ms_;
    for (uint32_t i = 0; i < row_.k; ++i) {
      const int64_t ms = newest_nth(CellView{bytes_.data(), view_, row_}, i + 1);
      SEGUE_TRY_STATUS(instant(ms));
      if (ms > before_ms) return corrupt("times of a cell are out of order");
      before_ms = ms;
    }
    return {};
  }

  Status decayed() const {
    SEGUE_TRY_STATUS(instant(load_time(state_ + kDecayedAtAt)));
    const double value = decayed_at_last(state_);
    if (value >= 0 && value <= kDecayedMax && load<double>(state_) >= 0) return {};
    return corrupt("a number that decays is none");
  }

  /// Entries in order of time; those of a ring that lie twice are alike.
  Status in_order() const {
    int64_t before_ms = kInstantMin.ms;
    for (uint32_t i = 0; i < entries_.count; ++i) {
      const int64_t ms = entries_.time_of(i);
      if (ms < before_ms || ms > last_ms_) return corrupt("entries of a cell are out of order");
      before_ms = ms;
      if (!entries_.keeps_day) continue;
      const auto number = load<int64_t>(entries_.at(i) + entries_.stride - 8);
      SEGUE_TRY_STATUS(day(number, ms, INT64_MIN));
    }
    const auto part = load<GrowingPart>(state_);
    const uint32_t period = ring_period(row_, part);
    if (period == 0) return {};
    for (uint32_t i = part.first < period ? period - part.first : 0; i < part.count; ++i) {
      const std::byte* entry = entries_.at(i);
      if (std::memcmp(entry, entry - size_t{period} * entries_.stride, entries_.stride) != 0) {
        return corrupt("a ring's entry that lies twice is not the same");
      }
    }
    return {};
  }

  Status log() const {
    SEGUE_TRY_STATUS(in_order());
    if (row_.value.count == 0 || row_.value_type != image::Type::S) return {};
    // Numbers are sorted, so that each must be one.
    for (uint32_t i = 0; i < entries_.count; ++i) {
      const auto scalar = load<Scalar>(entries_.payload(i));
      if (tag_of(scalar) != ScalarTag::kNumber) continue;
      double number = 0;
      std::memcpy(&number, &scalar.lo, sizeof number);
      if (std::isnan(number)) return corrupt("a number of a log is none");
    }
    return {};
  }

  Status distinct() const {
    for (uint32_t i = 0; i < entries_.count; ++i) {
      if (!is_past(load_time(entries_.at(i) + kDistinctTimeAt))) {
        return corrupt("a time of a cell is not before its last instant");
      }
    }
    return {};
  }

  /// Each leads to another entry or to the end; those without one are the newest.
  Status links() const {
    SEGUE_TRY_STATUS(in_order());
    bool open = false;
    for (uint32_t i = 0; i < entries_.count; ++i) {
      const uint32_t ahead = Link::of(load<uint64_t>(entries_.at(i) + kStepsLinkAt)).ahead;
      if (ahead > entries_.count - i) return corrupt("a link of an entry leads out of its cell");
      if (open && ahead != 0) return corrupt("an entry with a link follows one without");
      open = ahead == 0;
    }
    return {};
  }

  Status moments() const {
    SEGUE_TRY_STATUS(in_order());
    for (uint32_t i = 0; i < entries_.count; ++i) {
      SEGUE_TRY_STATUS(instant(load<int64_t>(entries_.at(i) + offsetof(Moment, start_ms))));
    }
    return {};
  }

  /// The steps that partial matches of any sequence have reached. With an absence the whole match
  /// waits for it, at a step behind the last.
  Status attempts() const {
    const image::SequenceRow& sequence = view_.sequences[row_.source];
    const uint64_t steps = sequence.steps.count;
    const bool waits = sequence.absence_stream != image::kNone;
    for (uint32_t i = 0; i < entries_.count; ++i) {
      const auto attempt = load<Attempt>(entries_.at(i));
      const bool partial = attempt.step < steps && attempt.step + 1 < steps;
      if (!partial && !(waits && attempt.step == steps)) {
        return corrupt("a partial match has reached a step that is none");
      }
      SEGUE_TRY_STATUS(instant(attempt.at_ms));
      SEGUE_TRY_STATUS(instant(attempt.start_ms));
    }
    if (load_time(state_ + kSequenceLatestAt) <= last_ms_) {
      return corrupt("a wait of a cell is over before its last instant");
    }
    return {};
  }

  Status waits() const {
    SEGUE_TRY_STATUS(in_order());
    for (uint32_t i = 1; i < row_.k; ++i) {
      const std::byte* at = state_ + kSequenceLatestAt + size_t{kInstantBytes} * (i - 1);
      SEGUE_TRY_STATUS(instant(load_instant(at)));
    }
    return {};
  }

  const image::View& view_;
  const image::CellRow& row_;
  std::span<const std::byte> bytes_;
  const std::byte* state_;
  const Entries entries_;
  int64_t last_ms_;
};

}  // namespace

Status check_kept(const image::View& view, const image::CellRow& row,
                  std::span<const std::byte> bytes, int64_t last_ms) {
  return Kept(view, row, bytes, last_ms).check();
}

}  // namespace segue::cells
