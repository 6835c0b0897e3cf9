#include <algorithm>

#include "runtime/base/civil.h"
#include "runtime/cells/calendar.h"
#include "runtime/image/limits.h"
#include "runtime/image/op_info.h"
#include "runtime/interp/machine.h"

/// Local time: what clocks and calendars of a zone say of an instant, and when that changes.
namespace segue::interp {

using cells::Stretch;
using image::Op;
using image::OpRow;
using image::PeriodRow;

namespace {

constexpr int64_t kHourMs = 3'600'000;

/// An instant that moves by `slope` with now, in a zone.
struct Local {
  Machine& machine;
  ZoneView zone;
  int64_t t_ms;
  int64_t slope;

  bool exists() const {
    return time_exists(t_ms) && t_ms >= -image::kLocalTimeMaxMs && t_ms <= image::kLocalTimeMaxMs;
  }
  LocalDay day() const { return zone.day_of(Instant{t_ms}); }
  int64_t now_ms() const { return machine.frame.now_ms; }
  LocalDay today() const { return zone.day_of(Instant{now_ms()}); }

  /// Code of an event is run once, at its instant.
  void note(int64_t deadline_ms) const {
    if (machine.frame.event == nullptr) note_deadline(machine.frame, deadline_ms);
  }
  /// The first instant at which the local day may be `day` or one before today.
  void note_day(LocalDay day) const { note(cells::day_reached(zone, now_ms(), day.number)); }

  /// When the instant moves out of the hour or day it is in.
  void note_stretch(int64_t unit_ms) const {
    if (slope == 0) return;
    const Stretch stretch = cells::stretch_of(zone, t_ms, unit_ms);
    const int64_t wait_ms = slope > 0 ? (stretch.end_ms - t_ms + slope - 1) / slope
                                      : (t_ms - stretch.begin_ms) / -slope + 1;
    note(cells::later_by(now_ms(), wait_ms));
  }
};

Local local_of(Machine& machine, uint32_t zone, int64_t slope) {
  const int64_t t_ms = machine.pop().time_ms();
  return {machine, zone_at(machine.frame, zone), t_ms, slope};
}

Local local_of(Machine& machine, const OpRow& row) {
  return local_of(machine, row.a, int64_t{row.b} - image::kSlopeBias);
}

template <class Part>
void part_of(Machine& machine, const OpRow& row, int64_t unit_ms, const Part& part) {
  const Local local = local_of(machine, row);
  if (!local.exists()) return machine.push(kMissingNumber);
  local.note_stretch(unit_ms);
  machine.push(static_cast<double>(part(local)));
}

/// The first day with the month and day of `day` on or after `from`.
LocalDay anniversary_from(LocalDay day, LocalDay from) {
  const int32_t year = civil_of(from).year;
  const LocalDay first = same_day_in(day, year);
  return first < from ? same_day_in(day, year + 1) : first;
}

bool in_period(const PeriodRow& row, int64_t period, LocalDay day) {
  if (row.yearly == 0) return period_of(row.unit, day) == period;
  const LocalDay next = anniversary_from(day, period_begin(row.unit, period));
  return period_of(row.unit, next) == period;
}

/// Notes when that turns with today's period.
void note_turn(const Local& local, const PeriodRow& row, int64_t period, bool holds) {
  const auto note_period = [&](int64_t wanted) {
    local.note_day(period_begin(row.unit, wanted - row.shift));
  };
  if (holds) return note_period(period + 1);
  if (row.yearly != 0) {
    const LocalDay next = anniversary_from(local.day(), period_begin(row.unit, period + 1));
    return note_period(period_of(row.unit, next));
  }
  const int64_t wanted = period_of(row.unit, local.day());
  if (wanted > period) return note_period(wanted);
  local.note(cells::day_goes_back(local.zone, local.now_ms(), local.today().number));
}

}  // namespace

template <>
void run<Op::kHour>(Machine& machine, const OpRow& row) {
  part_of(machine, row, kHourMs, [](const Local& local) {
    const int64_t clock_ms = local.t_ms + local.zone.offset_ms(Instant{local.t_ms});
    return (clock_ms - local.day().number * kDayMs) / kHourMs;
  });
}

template <>
void run<Op::kWeekday>(Machine& machine, const OpRow& row) {
  part_of(machine, row, kDayMs, [](const Local& local) { return weekday_of(local.day()); });
}

template <>
void run<Op::kDayNumber>(Machine& machine, const OpRow& row) {
  part_of(machine, row, kDayMs, [](const Local& local) { return local.day().number; });
}

template <>
void run<Op::kDate>(Machine& machine, const OpRow& row) {
  const Local local = local_of(machine, row);
  if (!local.exists()) return machine.push(kMissingTime.ms);
  local.note_stretch(kDayMs);
  machine.push(local.zone.start_of(local.day()).ms);
}

template <>
void run<Op::kAnniversary>(Machine& machine, const OpRow& row) {
  const Local local = local_of(machine, row);
  if (!local.exists()) return machine.push(kMissingTime.ms);
  local.note_stretch(kDayMs);
  const int32_t year = civil_of(local.today()).year;
  local.note_day(day_of_civil({year + 1, 1, 1}));
  machine.push(local.zone.start_of(same_day_in(local.day(), year)).ms);
}

template <>
void run<Op::kInPeriod>(Machine& machine, const OpRow& row) {
  const PeriodRow& asked = machine.view().periods[row.a];
  const Local local = local_of(machine, asked.zone, asked.slope);
  if (!local.exists()) return machine.push(false);
  const int64_t period = period_of(asked.unit, local.today()) + asked.shift;
  const bool holds = in_period(asked, period, local.day());
  note_turn(local, asked, period, holds);
  local.note_stretch(kDayMs);
  machine.push(holds);
}

}  // namespace segue::interp
