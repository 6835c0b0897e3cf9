#include <algorithm>

#include "runtime/cells/days.h"
#include "runtime/cells/decayed.h"
#include "runtime/cells/distinct.h"
#include "runtime/cells/earliest.h"
#include "runtime/cells/extreme.h"
#include "runtime/cells/held.h"
#include "runtime/cells/latch.h"
#include "runtime/cells/latest.h"
#include "runtime/cells/log.h"
#include "runtime/cells/newest.h"
#include "runtime/cells/oldest.h"
#include "runtime/cells/seen.h"
#include "runtime/cells/steps.h"
#include "runtime/cells/total.h"
#include "runtime/interp/machine.h"
#include "runtime/interp/moving.h"

/// Reads of cells: the answer is pushed, the first instant at which it may change is noted.
namespace segue::interp {

using image::CellKind;
using image::Op;
using image::OpRow;
using image::WindowRow;

namespace {

cells::CellView cell_of(const Machine& machine, const OpRow& row) {
  return {machine.frame.blob, machine.view(), machine.view().cells[row.a]};
}

/// No time was ever kept: a missing time.
void push_time(Machine& machine, int64_t time_ms) {
  machine.push(time_ms == kLongAgo.ms ? kMissingTime.ms : time_ms);
}

/// The window of a read; an anchored one is the absolute one that its anchor makes it now, put into
/// `found`.
const WindowRow& window_of(const Machine& machine, const OpRow& row, WindowRow& found) {
  const WindowRow& window = machine.view().windows[row.b];
  if (window.kind != WindowRow::Kind::kAnchored) return window;
  const int64_t anchor_ms =
      cells::load_time(machine.frame.blob + machine.view().nodes[window.anchor].place);
  found = {.kind = WindowRow::Kind::kAbsolute, .counted = window.counted, .cap = window.cap};
  if (!time_exists(anchor_ms)) return found;  // from 0 to 0: nothing lies inside
  found.from_ms = window.from_ms == INT64_MIN ? INT64_MIN : wrapped_sum(anchor_ms, window.from_ms);
  found.to_ms = window.to_ms == INT64_MAX ? INT64_MAX : wrapped_sum(anchor_ms, window.to_ms);
  return found;
}

/// Of most users a growing cell keeps nothing: then no window has anything inside, and time alone
/// brings nothing in.
bool is_empty(const cells::CellView& cell) {
  return cells::load<GrowingPart>(cell.state()).count == 0;
}

template <class Read>
void read_log(Machine& machine, const OpRow& row, const Read& read) {
  const cells::CellView cell = cell_of(machine, row);
  if (is_empty(cell))
    return machine.push(read(cells::LogRead{{}, {}, ZoneView(std::span<const ZoneTransition>())}));
  WindowRow anchored;
  const WindowRow& window = window_of(machine, row, anchored);
  const int64_t now_ms = machine.frame.now_ms;
  const cells::LogRead log = cells::log_read(cell, window, now_ms);
  note_deadline(machine.frame, cells::log_deadline(log, window, now_ms));
  machine.push(read(log));
}

cells::StepsAnswer read_steps(Machine& machine, const OpRow& row, const WindowRow& window) {
  const cells::StepsAnswer answer =
      cells::steps_read(cell_of(machine, row), window, machine.frame.now_ms);
  note_deadline(machine.frame, answer.deadline_ms);
  return answer;
}

}  // namespace

template <>
void run<Op::kNthWithin>(Machine& machine, const OpRow& row) {
  const image::NthRow& nth = machine.view().nths[row.b];
  const int64_t now_ms = machine.frame.now_ms;
  const int64_t time_ms = cells::newest_nth(cell_of(machine, row), nth.k);
  note_deadline(machine.frame, cells::within_deadline(time_ms, now_ms, nth.bound_ms));
  machine.push(cells::within_test(time_ms, now_ms, nth.bound_ms));
}

template <>
void run<Op::kNewestCount>(Machine& machine, const OpRow& row) {
  const cells::CellView cell = cell_of(machine, row);
  const int64_t from_ms = machine.view().windows[row.b].from_ms;
  const uint32_t count = cells::newest_count(cell, machine.frame.now_ms, from_ms);
  note_deadline(machine.frame, cells::newest_count_deadline(cell, count, from_ms));
  machine.push(static_cast<double>(count));
}

template <>
void run<Op::kNewestTime>(Machine& machine, const OpRow& row) {
  const cells::CellView cell = cell_of(machine, row);
  push_time(machine, cell.row.kind == CellKind::kLog ? cells::log_newest_time(cell)
                                                     : cells::newest_nth(cell, 1));
}

template <>
void run<Op::kOldestTime>(Machine& machine, const OpRow& row) {
  const cells::CellView cell = cell_of(machine, row);
  push_time(machine, cell.row.kind == CellKind::kLog ? cells::log_oldest_time(cell)
                                                     : cells::oldest_time(cell.state()));
}

template <>
void run<Op::kSeen>(Machine& machine, const OpRow& row) {
  machine.push(cells::seen_test(cell_of(machine, row).state()));
}

template <>
void run<Op::kTotalCount>(Machine& machine, const OpRow& row) {
  machine.push(static_cast<double>(cells::total_count(cell_of(machine, row).state())));
}

template <>
void run<Op::kTotalSum>(Machine& machine, const OpRow& row) {
  machine.push(cells::total_sum(cell_of(machine, row).state()));
}

template <>
void run<Op::kTotalAvg>(Machine& machine, const OpRow& row) {
  machine.push(cells::total_avg(cell_of(machine, row).state()));
}

template <>
void run<Op::kExtreme>(Machine& machine, const OpRow& row) {
  machine.push(cells::extreme_number(cell_of(machine, row).state()));
}

template <>
void run<Op::kDaysCount>(Machine& machine, const OpRow& row) {
  const cells::CellView cell = cell_of(machine, row);
  const WindowRow& window = machine.view().windows[row.b];
  const cells::DaysAnswer answer = cells::days_answer(cell, window, machine.frame.now_ms);
  note_deadline(machine.frame, answer.deadline_ms);
  machine.push(static_cast<double>(answer.count));
}

template <>
void run<Op::kDaysStreak>(Machine& machine, const OpRow& row) {
  const cells::CellView cell = cell_of(machine, row);
  const WindowRow& window = machine.view().windows[row.b];
  note_deadline(machine.frame, cells::days_streak_deadline(cell, window, machine.frame.now_ms));
  machine.push(static_cast<double>(cells::days_streak(cell, window, machine.frame.now_ms)));
}

template <>
void run<Op::kLogCount>(Machine& machine, const OpRow& row) {
  read_log(machine, row,
           [](const cells::LogRead& log) { return static_cast<double>(cells::log_count(log)); });
}

template <>
void run<Op::kLogSum>(Machine& machine, const OpRow& row) {
  read_log(machine, row, cells::log_sum);
}

template <>
void run<Op::kLogAvg>(Machine& machine, const OpRow& row) {
  read_log(machine, row, cells::log_avg);
}

template <>
void run<Op::kLogMin>(Machine& machine, const OpRow& row) {
  read_log(machine, row, cells::log_min);
}

template <>
void run<Op::kLogMax>(Machine& machine, const OpRow& row) {
  read_log(machine, row, cells::log_max);
}

template <>
void run<Op::kLogDistinct>(Machine& machine, const OpRow& row) {
  read_log(machine, row,
           [](const cells::LogRead& log) { return static_cast<double>(cells::log_distinct(log)); });
}

template <>
void run<Op::kLogFirst>(Machine& machine, const OpRow& row) {
  read_log(machine, row, cells::log_first);
}

template <>
void run<Op::kLogLast>(Machine& machine, const OpRow& row) {
  read_log(machine, row, cells::log_last);
}

template <>
void run<Op::kLogPercentile>(Machine& machine, const OpRow& row) {
  const double fraction = machine.pop().number();
  read_log(machine, row,
           [&](const cells::LogRead& log) { return cells::log_percentile(log, fraction); });
}

template <>
void run<Op::kLogCommon>(Machine& machine, const OpRow& row) {
  read_log(machine, row, cells::log_common);
}

template <>
void run<Op::kLogDays>(Machine& machine, const OpRow& row) {
  WindowRow anchored;
  const cells::LogDays days = cells::log_days_read(
      cell_of(machine, row), window_of(machine, row, anchored), machine.frame.now_ms);
  note_deadline(machine.frame, days.deadline_ms);
  machine.push(static_cast<double>(days.count));
}

template <>
void run<Op::kLogStreak>(Machine& machine, const OpRow& row) {
  const WindowRow& window = machine.view().windows[row.b];
  const int64_t now_ms = machine.frame.now_ms;
  const cells::LogRead log = cells::log_read(cell_of(machine, row), window, now_ms);
  note_deadline(machine.frame, cells::log_streak_deadline(log, window, now_ms));
  machine.push(static_cast<double>(cells::log_streak(log, window)));
}

template <>
void run<Op::kStepsCount>(Machine& machine, const OpRow& row) {
  Frame& frame = machine.frame;
  const cells::CellView cell = cell_of(machine, row);
  if (is_empty(cell)) return machine.push(0.0);
  WindowRow anchored;
  // Who only looks has no blob of its own.
  const cells::StepsAnswer answer = cells::steps_count(cell, window_of(machine, row, anchored),
                                                       frame.now_ms, frame.owner != nullptr);
  note_deadline(frame, answer.deadline_ms);
  machine.push(static_cast<double>(answer.count));
}

template <>
void run<Op::kStepsDays>(Machine& machine, const OpRow& row) {
  WindowRow anchored;
  const cells::StepsAnswer answer = read_steps(machine, row, window_of(machine, row, anchored));
  machine.push(static_cast<double>(answer.days));
}

template <>
void run<Op::kStepsFirst>(Machine& machine, const OpRow& row) {
  push_time(machine, read_steps(machine, row, {}).first_ms);
}

template <>
void run<Op::kStepsLast>(Machine& machine, const OpRow& row) {
  push_time(machine, read_steps(machine, row, {}).last_ms);
}

template <>
void run<Op::kDistinctCount>(Machine& machine, const OpRow& row) {
  const cells::CellView cell = cell_of(machine, row);
  const WindowRow& window = machine.view().windows[row.b];
  note_deadline(machine.frame, cells::distinct_deadline(cell, window, machine.frame.now_ms));
  machine.push(static_cast<double>(cells::distinct_count(cell, window, machine.frame.now_ms)));
}

template <>
void run<Op::kValue>(Machine& machine, const OpRow& row) {
  const cells::CellView cell = cell_of(machine, row);
  machine.push(cell.row.kind == CellKind::kEarliest ? cells::earliest_value(cell.state())
                                                    : cells::latest_value(cell.state()));
}

template <>
void run<Op::kHeld>(Machine& machine, const OpRow& row) {
  const cells::CellView cell = cell_of(machine, row);
  const int64_t now_ms = machine.frame.now_ms;
  const int64_t since_ms = cells::held_since(cell.state());
  const int64_t duration_ms = cell.row.horizon_ms;
  note_deadline(machine.frame, cells::held_deadline(since_ms, now_ms, duration_ms));
  machine.push(cells::held_test(since_ms, now_ms, duration_ms));
}

template <>
void run<Op::kLatch>(Machine& machine, const OpRow& row) {
  const bool leave = machine.pop().truth();
  const bool enter = machine.pop().truth();
  Frame& frame = machine.frame;
  const image::CellRow& cell = machine.view().cells[row.a];
  std::byte* state = frame.blob + cell.offset;
  const int64_t pause_ms = machine.view().nths[row.b].bound_ms;
  const bool in = cells::latch_move(state, enter, leave, frame.now_ms, cell.horizon_ms, pause_ms);
  note_deadline(
      frame, cells::latch_deadline(state, enter, leave, frame.now_ms, cell.horizon_ms, pause_ms));
  machine.push(in);
}

Decaying decaying_of(const Frame& frame, const OpRow& row) {
  const image::View& view = *frame.view;
  const cells::CellView cell{frame.blob, view, view.cells[row.a]};
  if (row.op == Op::kDecayed) {
    return {cells::decayed_at_last(cell.state()),
            cells::load_time(cell.state() + cells::kDecayedAtAt)};
  }
  const image::NthRow& nth = view.nths[row.b];
  cells::Decay decay(nth.bound_ms);
  if (cell.row.kind == CellKind::kLog) {
    const cells::Entries entries = cells::entries_of(cell);
    const uint32_t kept = nth.k == 0 ? entries.count : std::min(nth.k, entries.count);
    for (uint32_t i = entries.count - kept; i < entries.count; ++i) decay.add(entries.time_of(i));
  } else {
    for (uint32_t k = nth.k; k > 0; --k) {
      const int64_t time_ms = cells::newest_nth(cell, k);
      if (time_ms != kLongAgo.ms) decay.add(time_ms);
    }
  }
  return {decay.at_last(), decay.last()};
}

template <>
void run<Op::kDecayed>(Machine& machine, const OpRow& row) {
  const cells::CellView cell = cell_of(machine, row);
  machine.push(cells::decayed_value(cell.state(), machine.frame.now_ms, cell.row.horizon_ms));
}

template <>
void run<Op::kTimesDecayed>(Machine& machine, const OpRow& row) {
  const Decaying number = decaying_of(machine.frame, row);
  machine.push(value_at(number, machine.frame.now_ms, half_life_of(machine.view(), row)));
}

}  // namespace segue::interp
