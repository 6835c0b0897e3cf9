#include "runtime/cells/steps.h"

#include <algorithm>
#include <span>
#include <vector>

#include "runtime/base/instant.h"
#include "runtime/cells/calendar.h"
#include "runtime/cells/links.h"

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
    return possible_of(run_.entries, i).absence() &&
           is_inside(run_.entries, run_.inside, i, run_.zone);
  }

  const Run& run_;
  int64_t wait_ms_;
  uint32_t next_;
};

using Moments = std::span<const Moment>;

/// The ends of the matches among moments in order of time, also those of waits not yet over.
void match(const Sequence& sequence, Moments moments, std::vector<int64_t>& ends) {
  Attempts attempts(sequence);
  for (size_t i = 0; i < moments.size(); ++i) {
    const int64_t at_ms = moments[i].at_ms;
    if (i == 0 || moments[i - 1].at_ms != at_ms) attempts.end_waits(at_ms - 1);
    attempts.take(moments[i]);
    if (i + 1 == moments.size() || moments[i + 1].at_ms != at_ms) attempts.end_instant(at_ms);
  }
  attempts.end_waits(kNever.ms);
  for (const Ended& ended : attempts.ended()) ends.push_back(ended.at_ms);
}

/// Values do not touch each other, so each is matched alone; but for more of them than may be under
/// way at a time, where the oldest give way.
void match_by_key(const Sequence& sequence, std::vector<Moment>& moments,
                  std::vector<int64_t>& ends) {
  std::vector<Moment> sorted(moments);
  std::sort(sorted.begin(), sorted.end(), [](const Moment& a, const Moment& b) {
    return a.key == b.key ? a.at_ms < b.at_ms : scalar_less(a.key, b.key);
  });
  std::vector<size_t> begins;
  for (size_t i = 0; i < sorted.size(); ++i) {
    if (i == 0 || !(sorted[i].key == sorted[i - 1].key)) begins.push_back(i);
  }
  if (begins.size() > image::kSequenceKeysMax) return match(sequence, moments, ends);
  begins.push_back(sorted.size());
  for (size_t i = 0; i + 1 < begins.size(); ++i) {
    match(sequence, Moments(sorted).subspan(begins[i], begins[i + 1] - begins[i]), ends);
  }
}

/// Counts the ends that lie inside the window, and finds when others may come in.
void count_ends(const Run& run, bool waits, std::vector<int64_t>& ends, StepsAnswer& answer) {
  std::sort(ends.begin(), ends.end());
  DayCounter days;
  for (const int64_t end_ms : ends) {
    if (waits && !end_inside(run, end_ms)) {
      answer.deadline_ms = std::min(answer.deadline_ms, end_deadline(run, end_ms));
      continue;
    }
    if (answer.count++ == 0) answer.first_ms = end_ms;
    answer.last_ms = end_ms;
    const int32_t day = waits ? run.zone.day_of(Instant{end_ms}).number
                              : run.entries.day_of(run.entries.lower_bound(end_ms), run.zone);
    days.add(static_cast<int32_t>(period_of(run.window.counted, LocalDay{day})));
  }
  answer.days = days.count();
}

}  // namespace

StepsAnswer steps_read(const CellView& cell, const WindowRow& window, int64_t now_ms) {
  const Sequence sequence = sequence_of(cell.view, cell.row.source);
  const ZoneView zone = zone_of(cell);
  const Entries entries = entries_of(cell);
  const Inside inside = find_inside(entries, window, now_ms, zone);
  const Run run{entries, inside, window, now_ms, zone};
  StepsAnswer answer;
  answer.deadline_ms = inside_deadline(entries, inside, window, now_ms, zone);
  if (cell.row.k != 0) {
    std::vector<Moment> moments;
    each_inside(entries, inside, zone,
                [&](uint32_t i) { moments.push_back(load<Moment>(entries.at(i))); });
    std::vector<int64_t> ends;
    if (sequence.row.by == image::kNone) {
      match(sequence, moments, ends);
    } else {
      match_by_key(sequence, moments, ends);
    }
    count_ends(run, sequence.has_absence(), ends, answer);
    return answer;
  }
  DayCounter days;
  PartialMatch partial;
  Absences absences(run, sequence.row.absence_ms);
  each_inside(entries, inside, zone, [&](uint32_t i) {
    const Possible possible = possible_of(entries, i);
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

StepsAnswer steps_count(const CellView& cell, const WindowRow& window, int64_t now_ms,
                        bool shorten) {
  const bool up_to_now = window.kind == WindowRow::Kind::kEver ||
                         (window.kind == WindowRow::Kind::kRolling && window.to_ms == 0);
  if (cell.row.k != 0 || !up_to_now) return steps_read(cell, window, now_ms);
  const Entries entries = entries_of(cell);
  if (entries.count == 0) return {};  // as of most users
  const ZoneView zone = zone_of(cell);
  const Inside inside = find_inside(entries, window, now_ms, zone);
  const LinkedCount linked = count_linked(cell, inside.first, now_ms, shorten);
  StepsAnswer answer;
  answer.count = linked.count;
  answer.deadline_ms =
      std::min(linked.deadline_ms, inside_deadline(entries, inside, window, now_ms, zone));
  return answer;
}

void steps_push(const CellRef& cell, int64_t now_ms, Possible possible) {
  std::byte* payload = append_entry(cell, now_ms) + 8;
  store(payload, possible.runs);
  store(payload + 8, Link{.clean = static_cast<uint32_t>(possible.clean)}.word());
  entry_written(cell);
  link_newest(cell);
}

void steps_push(const CellRef& cell, const Moment& moment) {
  store(append_entry(cell, moment.at_ms), moment);
  entry_written(cell);
}

}  // namespace segue::cells
