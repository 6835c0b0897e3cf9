#include "runtime/cells/steps.h"

#include <algorithm>

#include "runtime/base/instant.h"
#include "runtime/cells/calendar.h"

namespace segue::cells {
namespace {

using image::WindowRow;

/// Where the entries of one read stand.
struct Run {
  const Entries& entries;
  const Inside& inside;
  const WindowRow& window;
  int64_t now_ms;
  ZoneView zone;
};

/// Whether a wait that ends at `end_ms` is over and its end inside the window.
bool end_inside(const Run& run, int64_t end_ms) {
  switch (run.window.kind) {
    case WindowRow::Kind::kEver:
      return end_ms <= run.now_ms;
    case WindowRow::Kind::kRolling:
      return end_ms <= run.now_ms - run.window.to_ms;
    case WindowRow::Kind::kAbsolute:
      return end_ms <= run.now_ms && end_ms < run.window.to_ms;
    case WindowRow::Kind::kCalendar:
      return end_ms <= run.now_ms &&
             run.inside.days.contains(run.zone.day_of(Instant{end_ms}).number);
    case WindowRow::Kind::kAnchored:  // read as the absolute window that it is
      break;
  }
  return false;
}

/// When an end that is not yet inside may come in.
int64_t end_deadline(const Run& run, int64_t end_ms) {
  switch (run.window.kind) {
    case WindowRow::Kind::kEver:
      return end_ms;
    case WindowRow::Kind::kRolling:
      return later_by(end_ms, run.window.to_ms);
    case WindowRow::Kind::kAbsolute:
      return end_ms < run.window.to_ms ? end_ms : kNever.ms;
    case WindowRow::Kind::kCalendar:
    case WindowRow::Kind::kAnchored:
      break;
  }
  if (end_ms > run.now_ms) return end_ms;
  const int32_t today = run.zone.day_of(Instant{run.now_ms}).number;
  return day_reached(run.zone, run.now_ms, today + 1);
}

/// Finds, for ascending positions, whether the absence comes in time.
class Absences {
 public:
  Absences(const Run& run, int64_t wait_ms)
      : run_(run), wait_ms_(wait_ms), next_(run.inside.first) {}

  /// Whether it comes after entry `i`, up to the end of the wait.
  bool cancel(uint32_t i) {
    next_ = std::max(next_, i + 1);
    while (next_ < run_.inside.last && !is_absence(next_)) ++next_;
    if (next_ >= run_.inside.last) return false;
    return run_.entries.time_of(next_) - run_.entries.time_of(i) <= wait_ms_;
  }

 private:
  bool is_absence(uint32_t i) const {
    return load<Possible>(run_.entries.payload(i)).absence() &&
           is_inside(run_.entries, run_.inside, i, run_.zone);
  }

  const Run& run_;
  int64_t wait_ms_;
  uint32_t next_;
};

}  // namespace

StepsAnswer steps_read(const CellView& cell, const WindowRow& window, int64_t now_ms) {
  const Sequence sequence = sequence_of(cell.view, cell.row.source);
  const ZoneView zone = zone_of(cell);
  const Entries entries = entries_of(cell);
  const Inside inside = find_inside(entries, window, now_ms, zone);
  const Run run{entries, inside, window, now_ms, zone};
  StepsAnswer answer;
  answer.deadline_ms = inside_deadline(entries, inside, window, now_ms, zone);
  DayCounter days;
  PartialMatch partial;
  Absences absences(run, sequence.row.absence_ms);
  each_inside(entries, inside, zone, [&](uint32_t i) {
    const auto possible = load<Possible>(entries.payload(i));
    const StepsTaken taken = take_steps(sequence, partial.latest_ms, entries.time_of(i), possible);
    if (!taken.matched) return;
    int64_t end_ms = entries.time_of(i);
    if (sequence.has_absence()) {
      if (!taken.clean || absences.cancel(i)) return;
      end_ms += sequence.row.absence_ms;
      if (!end_inside(run, end_ms)) {
        answer.deadline_ms = std::min(answer.deadline_ms, end_deadline(run, end_ms));
        return;
      }
    }
    if (answer.count++ == 0) answer.first_ms = end_ms;
    answer.last_ms = end_ms;
    const int32_t day =
        sequence.has_absence() ? zone.day_of(Instant{end_ms}).number : entries.day_of(i, zone);
    days.add(static_cast<int32_t>(period_of(window.counted, LocalDay{day})));
  });
  answer.days = days.count();
  return answer;
}

void steps_push(const CellRef& cell, int64_t now_ms, Possible possible) {
  store(append_entry(cell, now_ms) + 8, possible);
}

}  // namespace segue::cells
