#include "naive/time_ops.h"

#include <algorithm>

#include "runtime/base/check.h"
#include "runtime/base/civil.h"
#include "runtime/base/text.h"

namespace segue::naive {
namespace {

using hir::Expr;
using hir::Op;
using Kind = Datum::Kind;

constexpr int64_t kHourMs = 3'600'000;

/// A date of the wire begins where it did for the user when it came.
Datum to_instant(const Datum& value, const LocalZone& zone, Instant now) {
  std::optional<Instant> instant;
  if (value.kind == Kind::kInstant) return value;
  if (value.kind == Kind::kText) {
    instant = parse_instant(value.text, zone.at(value.came.value_or(now)));
  }
  if (value.kind == Kind::kNumber) instant = instant_from_epoch_ms(value.number);
  return instant ? of_instant(*instant) : Datum{};
}

/// Whether the period holds the day; if `yearly`, a day with its month and day.
bool in_period(const Expr& expr, LocalDay day, LocalDay today) {
  const int64_t period = period_of(expr.unit, today) + expr.shift;
  if (!expr.yearly) return period_of(expr.unit, day) == period;
  const LocalDay first = period_begin(expr.unit, period);
  const LocalDay last{period_begin(expr.unit, period + 1).number - 1};
  for (int32_t year = civil_of(first).year; year <= civil_of(last).year; ++year) {
    const LocalDay in_year = same_day_in(day, year);
    if (first <= in_year && in_year <= last) return true;
  }
  return false;
}

Datum scaled(const Datum& value, int64_t factor) {
  if (!value.is_time()) return {};
  return of_time(value.kind, value.ms * factor, value.slope * factor);
}

/// How fine the borders of local time are that a part of an instant changes at.
int64_t unit_of(Op op) { return op == Op::kHour ? kHourMs : kDayMs; }

/// The T in [begin, end) at which the running instant `ms + slope * T` passes a whole unit of local
/// time of `zone`.
void add_running(const Datum& value, int64_t unit_ms, ZoneView zone, Instant begin, Instant end,
                 std::vector<Instant>& out) {
  const Instant one{value.ms_at(begin)};
  const Instant other{value.ms_at({end.ms - 1})};
  std::vector<Instant> borders;
  add_local_borders(zone, unit_ms, std::min(one, other), {std::max(one, other).ms + 1}, borders);
  for (const Instant border : borders) {
    // The first T that lies on the other side: about the quotient, then step by step.
    int64_t t = (border.ms - value.ms) / value.slope - 2;
    const auto before = [&](int64_t at) {
      const int64_t ms = value.ms_at({at});
      return value.slope > 0 ? ms < border.ms : ms >= border.ms;
    };
    while (before(t)) ++t;
    out.push_back({t});
  }
}

}  // namespace

Datum time_op(const Expr& expr, std::span<const Datum> c, Instant now, const LocalZones& zones) {
  if (expr.op == Op::kNow) return of_time(Kind::kInstant, 0, 1);
  if (expr.op == Op::kScale) return scaled(c[0], expr.factor);
  const LocalZone& local = zones.of(expr.zone);
  if (expr.op == Op::kToInstant) return to_instant(c[0], local, now);

  const bool known = c[0].kind == Kind::kInstant;
  if (!known) return expr.op == Op::kInPeriod ? of_truth(false) : Datum{};
  const Instant t{c[0].ms_at(now)};
  const ZoneView zone = local.at(now);
  const LocalDay day = zone.day_of(t);
  const LocalDay today = zone.day_of(now);
  switch (expr.op) {
    case Op::kInPeriod:
      return of_truth(in_period(expr, day, today));
    case Op::kHour: {
      const int64_t of_day = t.ms + zone.offset_ms(t) - day.number * kDayMs;
      return of_number(static_cast<double>(of_day / kHourMs));
    }
    case Op::kWeekday:
      return of_number(weekday_of(day));
    case Op::kDayNumber:
      return of_number(day.number);
    case Op::kDate:
      return of_instant(zone.start_of(day));
    case Op::kAnniversary:
      return of_instant(zone.start_of(same_day_in(day, civil_of(today).year)));
    default:
      break;
  }
  SEGUE_CHECK(false, "an op of time has its case");
}

void add_time_changes(const Expr& expr, std::span<const Datum> c, Instant after, Instant before,
                      const LocalZones& zones, std::vector<Instant>& out) {
  if (expr.op == Op::kNow || expr.op == Op::kScale) return;
  const Instant begin{after.ms + 1};
  if (begin >= before || c[0].missing()) return;
  const LocalZone& local = zones.of(expr.zone);
  const bool looks_at_today = expr.op == Op::kInPeriod || expr.op == Op::kAnniversary;
  local.each(begin, before, [&](ZoneView zone, Instant from, Instant end) {
    out.push_back(from);
    if (looks_at_today) add_local_borders(zone, kDayMs, from, end, out);
    if (expr.op != Op::kToInstant && c[0].kind == Kind::kInstant && c[0].slope != 0) {
      add_running(c[0], unit_of(expr.op), zone, from, end, out);
    }
  });
}

}  // namespace segue::naive
