// Calendar windows, parts of local time, and the zone that a trait names.
#include <gtest/gtest.h>

#include <random>

#include "compiler/sema/zones.h"
#include "naive/test_world.h"
#include "runtime/base/civil.h"
#include "runtime/base/text.h"

namespace segue::naive::test {
namespace {

using Unit = CalendarUnit;

constexpr int64_t kHour = 3'600'000;

ZoneView zone(const std::string& name) {
  static sema::Zones zones;
  return zones.get(name)->view();
}

Instant at(std::string_view text, ZoneView in = ZoneView({})) {
  const std::optional<Instant> instant = parse_instant(text, in);
  EXPECT_TRUE(instant) << text;
  return instant.value_or(Instant{});
}

/// One user in a zone, watched until an instant.
World world(const std::string& name, std::string_view until) {
  World w;
  w.zones = {zone(name)};
  w.until = at(until);
  return w;
}

/// The runs of a condition, as instants without their zeros: `2025-03-30T22:00 - …`.
std::string runs(World& w, const ExprPtr& when) {
  hir::Segment segment;
  segment.when = when;
  w.rules.segments = {segment};
  std::string out;
  for (const Change& change : w.timeline().changes()) {
    std::string instant = format_instant(change.at);
    for (const std::string_view end : {"Z", ".000", ":00", "T00:00"}) {
      if (!instant.ends_with(end)) break;
      instant.resize(instant.size() - end.size());
    }
    if (change.entered) out += fmt::format("{}{} - ", out.empty() ? "" : ", ", instant);
    if (!change.entered) out += instant;
  }
  return out;
}

std::string runs_of_one(const std::string& name, std::string_view event, const Window& window,
                        std::string_view until = "2026-12-31") {
  World w = world(name, until);
  w.track(at(event).ms, "a");
  return runs(w, ge(count(w.events("a"), window), num("1")));
}

TEST(Calendar, WindowsOfUnits) {
  const auto of = [](Unit unit, uint32_t periods, bool full) {
    return runs_of_one("UTC", "2025-06-11T10:00Z", calendar(unit, periods, full));
  };
  EXPECT_EQ(of(Unit::kDay, 1, false), "2025-06-11T10:00 - 2025-06-12");
  EXPECT_EQ(of(Unit::kDay, 1, true), "2025-06-12 - 2025-06-13");
  EXPECT_EQ(of(Unit::kWeek, 1, false), "2025-06-11T10:00 - 2025-06-16");
  EXPECT_EQ(of(Unit::kWeek, 2, false), "2025-06-11T10:00 - 2025-06-23");
  EXPECT_EQ(of(Unit::kWeek, 1, true), "2025-06-16 - 2025-06-23");
  EXPECT_EQ(of(Unit::kMonth, 1, false), "2025-06-11T10:00 - 2025-07-01");
  EXPECT_EQ(of(Unit::kMonth, 1, true), "2025-07-01 - 2025-08-01");
  EXPECT_EQ(of(Unit::kMonth, 3, true), "2025-07-01 - 2025-10-01");
  EXPECT_EQ(of(Unit::kQuarter, 1, false), "2025-06-11T10:00 - 2025-07-01");
  EXPECT_EQ(of(Unit::kQuarter, 1, true), "2025-07-01 - 2025-10-01");
  EXPECT_EQ(of(Unit::kYear, 1, false), "2025-06-11T10:00 - 2026-01-01");
  EXPECT_EQ(of(Unit::kYear, 1, true), "2026-01-01 - ");
}

TEST(Calendar, DaysOfTwentyThreeAndTwentyFiveHours) {
  const Window today = calendar(Unit::kDay, 1);
  EXPECT_EQ(runs_of_one("Europe/Paris", "2025-03-29T23:30Z", today),
            "2025-03-29T23:30 - 2025-03-30T22:00");
  EXPECT_EQ(runs_of_one("Europe/Paris", "2025-10-25T22:00Z", today),
            "2025-10-25T22:00 - 2025-10-26T23:00");
  EXPECT_EQ(runs_of_one("America/New_York", "2025-03-09T05:00Z", today),
            "2025-03-09T05:00 - 2025-03-10T04:00");
  EXPECT_EQ(runs_of_one("Asia/Kolkata", "2025-06-10T18:29:59.999Z", today),
            "2025-06-10T18:29:59.999 - 2025-06-10T18:30");
  EXPECT_EQ(runs_of_one("Australia/Lord_Howe", "2025-04-05T13:00Z", today),
            "2025-04-05T13:00 - 2025-04-06T13:30")
      << "clocks go back by half an hour";
}

TEST(Calendar, AgainstTheDefinitionAroundEveryHour) {
  const std::array<std::string, 4> names = {"Europe/Paris", "America/New_York", "Asia/Kolkata",
                                            "Australia/Lord_Howe"};
  std::mt19937 random(3);
  const auto below = [&](int n) {
    return static_cast<int64_t>(random() % static_cast<unsigned>(n));
  };
  // What a window names: the number of a month, …, of a date, told without `period_of`.
  const auto number = [](Unit unit, LocalDay day) -> int64_t {
    const CivilDate date = civil_of(day);
    const int64_t month = date.year * 12 + date.month - 1;
    if (unit == Unit::kDay) return day.number;
    if (unit == Unit::kWeek) return (day.number + 3) / 7;
    if (unit == Unit::kMonth) return month;
    return unit == Unit::kQuarter ? month / 3 : date.year;
  };
  for (int round = 0; round < 40; ++round) {
    const ZoneView here = zone(names[static_cast<size_t>(round) % 4]);
    World w;
    w.zones = {here};
    const Instant begin = at(round % 2 == 0 ? "2025-03-01" : "2025-10-01");
    w.until = begin + Duration{70 * kDayMs};
    std::vector<Instant> times;
    for (int i = 0; i < 6; ++i) times.push_back(begin + Duration{below(60 * 48) * kHour / 2});
    std::sort(times.begin(), times.end());
    for (const Instant t : times) w.track(t.ms, "a");
    const auto unit = static_cast<Unit>(below(5));
    const auto periods = 1 + below(3);
    const bool full = below(2) == 0;
    hir::Score score;
    score.value = count(w.events("a"), calendar(unit, static_cast<uint32_t>(periods), full));
    w.rules.scores = {score};
    const Timeline timeline = w.timeline();
    for (int64_t now = times[0].ms; now < w.until.ms;
         now += now % (kHour / 2) == 0 ? kHour / 2 - 1 : 1) {
      const int64_t last = number(unit, here.day_of({now})) - (full ? 1 : 0);
      const auto wanted = std::count_if(times.begin(), times.end(), [&](Instant t) {
        const int64_t of = number(unit, here.day_of(t));
        return t.ms <= now && of > last - periods && of <= last;
      });
      ASSERT_EQ(timeline.score_at({0}, {now}), static_cast<double>(wanted)) << round;
    }
  }
}

TEST(Calendar, DaysCountInUnits) {
  World w = world("UTC", "2025-12-31");
  for (const char* t : {"2025-06-01", "2025-06-02", "2025-06-08", "2025-07-01"}) {
    w.track(at(t).ms, "a");
  }
  const auto in = [&](Unit unit) {
    const ExprPtr value = with(days(w.events("a")), [&](hir::Expr& e) { e.unit = unit; });
    return w.pieces(value).substr(w.pieces(value).rfind(':') + 1);
  };
  EXPECT_EQ(in(Unit::kDay), "4");
  EXPECT_EQ(in(Unit::kWeek), "3") << "1 June is a Sunday";
  EXPECT_EQ(in(Unit::kMonth), "2");
  EXPECT_EQ(in(Unit::kYear), "1");
}

TEST(Calendar, AStreakLivesUntilTheEndOfTheDayAfter) {
  World w = world("Europe/Paris", "2025-12-31");
  for (const char* t : {"2025-03-29T12:00Z", "2025-03-30T12:00Z", "2025-03-31T12:00Z"}) {
    w.track(at(t).ms, "a");
  }
  const auto streak = [&](Unit unit, const char* n) {
    const ExprPtr value = over(Op::kStreak, w.events("a"), calendar(unit, 5));
    return runs(w, ge(value, num(n)));
  };
  EXPECT_EQ(streak(Unit::kDay, "3"), "2025-03-31T12:00 - 2025-04-01T22:00");
  EXPECT_EQ(streak(Unit::kDay, "2"), "2025-03-30T12:00 - 2025-04-01T22:00");
  EXPECT_EQ(streak(Unit::kDay, "4"), "");
  EXPECT_EQ(streak(Unit::kWeek, "2"), "2025-03-31T12:00 - 2025-04-13T22:00");
}

// ---- parts of local time ----

ExprPtr in_period(ExprPtr t, Unit unit, int32_t shift, bool yearly = false) {
  return with(make(Op::kInPeriod, {std::move(t)}), [&](hir::Expr& e) {
    e.unit = unit;
    e.shift = shift;
    e.yearly = yearly;
  });
}

TEST(LocalTime, APeriodFromToday) {
  const auto of = [](Unit unit, int32_t shift, bool yearly = false) {
    World w = world("Europe/Paris", "2026-12-31");
    w.track(at("2025-01-01").ms, "a");
    const ExprPtr date = instant(at("2025-03-30", zone("Europe/Paris")).ms);
    return runs(w, in_period(date, unit, shift, yearly));
  };
  EXPECT_EQ(of(Unit::kDay, 0), "2025-03-29T23:00 - 2025-03-30T22:00");
  EXPECT_EQ(of(Unit::kDay, -4), "2025-04-02T22:00 - 2025-04-03T22:00");
  EXPECT_EQ(of(Unit::kDay, 5), "2025-03-24T23:00 - 2025-03-25T23:00");
  EXPECT_EQ(of(Unit::kWeek, 0), "2025-03-23T23:00 - 2025-03-30T22:00");
  EXPECT_EQ(of(Unit::kMonth, 1), "2025-01-31T23:00 - 2025-02-28T23:00");
  EXPECT_EQ(of(Unit::kDay, 0, true),
            "2025-03-29T23:00 - 2025-03-30T22:00, 2026-03-29T22:00 - 2026-03-30T22:00");
  EXPECT_EQ(of(Unit::kYear, 0, true), "2025-01-01 - ");
}

TEST(LocalTime, ABirthdayHasNoGapAtTheTurnOfTheYear) {
  World w = world("UTC", "2027-06-01");
  w.track(at("2025-12-01").ms, "a");
  const ExprPtr second_of_january = instant(at("1990-01-02").ms);
  EXPECT_EQ(runs(w, in_period(second_of_january, Unit::kDay, 4, true)),
            "2025-12-29 - 2025-12-30, 2026-12-29 - 2026-12-30");
  EXPECT_EQ(runs(w, in_period(second_of_january, Unit::kWeek, 1, true)),
            "2025-12-22 - 2025-12-29, 2026-12-21 - 2026-12-28");
  const ExprPtr leap_day = instant(at("1992-02-29").ms);
  EXPECT_EQ(runs(w, in_period(leap_day, Unit::kDay, 0, true)),
            "2026-02-28 - 2026-03-01, 2027-02-28 - 2027-03-01");
}

TEST(LocalTime, OfARunningInstantAgainstTheDefinition) {
  const ZoneView here = zone("Australia/Lord_Howe");
  World w;
  w.zones = {here};
  const Instant begin = at("2025-04-04");
  w.until = begin + Duration{4 * kDayMs};
  w.track(begin.ms, "a");
  const ExprPtr later = make(Op::kAdd, {now(), duration(90 * 60'000 + 1)});
  for (const ExprPtr& t : {now(), later}) {
    for (const Op op : {Op::kHour, Op::kWeekday, Op::kDayNumber}) {
      hir::Score score;
      score.value = make(op, {t});
      w.rules.scores = {score};
      const Timeline timeline = w.timeline();
      for (int64_t ms = begin.ms; ms <= w.until.ms; ms += 60'000 - (ms % 7 == 0 ? 1 : 0)) {
        const Instant looked{ms + (t == later ? 90 * 60'000 + 1 : 0)};
        const LocalDay day = here.day_of(looked);
        double wanted = static_cast<double>(day.number);
        if (op == Op::kWeekday) wanted = weekday_of(day);
        if (op == Op::kHour) {
          wanted = static_cast<double>((looked.ms + here.offset_ms(looked)) % kDayMs / kHour);
        }
        ASSERT_EQ(timeline.score_at({0}, {ms}), wanted) << format_instant({ms});
      }
    }
  }
}

TEST(LocalTime, DateAndAnniversary) {
  World w = world("America/New_York", "2026-12-31");
  w.track(at("2025-01-10").ms, "a");
  const ExprPtr t = instant(at("2000-03-09T04:30Z").ms);  // 8 March, 23:30
  const auto equal = [&](Op op, const char* midnight) {
    return runs(w, eq(make(op, {t}), instant(at(midnight).ms)));
  };
  EXPECT_EQ(equal(Op::kDate, "2000-03-08T05:00Z"), "2025-01-10 - ");
  EXPECT_EQ(equal(Op::kAnniversary, "2025-03-08T05:00Z"), "2025-01-10 - 2026-01-01T05:00");
  EXPECT_EQ(equal(Op::kAnniversary, "2026-03-08T05:00Z"), "2026-01-01T05:00 - ");
}

TEST(LocalTime, OfAnEventInItsFilter) {
  World w = world("Asia/Kolkata", "2025-12-31");
  w.track(at("2025-06-10T18:29Z").ms, "a").track(at("2025-06-10T18:30Z").ms, "a");
  const StreamId late = w.events("a", eq(make(Op::kHour, {now()}), num("23")));
  const StreamId wednesday = w.events("a", eq(make(Op::kWeekday, {now()}), num("3")));
  EXPECT_EQ(runs(w, ge(count(late), num("1"))), "2025-06-10T18:29 - ");
  EXPECT_EQ(runs(w, ge(count(wednesday), num("1"))), "2025-06-10T18:30 - ");
}

TEST(LocalTime, Scale) {
  World w;
  w.track(100, "a").track(160, "b");
  const auto since = [&](const char* name) {
    return minus(now(), time_of(Aggregate::kLast, w.events(name)));
  };
  const auto times = [](ExprPtr value, int64_t factor) {
    return with(make(Op::kScale, {std::move(value)}), [&](hir::Expr& e) { e.factor = factor; });
  };
  EXPECT_EQ(w.runs(ge(times(since("a"), 2), duration(61))), "131-");
  EXPECT_EQ(w.runs(lt(since("a"), times(since("b"), 3))), "191-") << "t - 100 < 3(t - 160)";
  EXPECT_EQ(w.runs(ge(times(since("a"), -1), duration(-5))), "100-106");
}

// ---- the zone that a trait names ----

/// A world whose days are those of the zone that the trait t names.
World own_zone(std::string_view until) {
  World w;
  w.rules.user_zone = hir::SlotId{2};
  w.until = at(until);
  return w;
}
ExprPtr own(const ExprPtr& expr) {
  return with(expr, [](hir::Expr& e) { e.zone = hir::kUserZone; });
}

TEST(UserZone, TodayIsByTheZoneAtTAndAnOccurrenceKeepsItsDay) {
  World w = own_zone("2025-06-20");
  w.identify(at("2025-06-10T00:00Z").ms, text("Asia/Kolkata"));
  w.track(at("2025-06-10T19:00Z").ms, "a");  // 11 June, 00:30
  w.identify(at("2025-06-10T20:00Z").ms, text("America/New_York"));
  const StreamId a = w.events("a");
  EXPECT_EQ(runs(w, ge(own(count(a, calendar(Unit::kDay, 1))), num("1"))),
            "2025-06-10T19:00 - 2025-06-10T20:00, 2025-06-11T04:00 - 2025-06-12T04:00")
      << "in New York it is 10 June again, and the day of the event comes at midnight";
}

TEST(UserZone, WhatNamesNoZoneIsUtc) {
  for (const Value& value : {Value{}, text("Mars/Olympus"), number("5"), null()}) {
    World w = own_zone("2025-06-20");
    w.identify(at("2025-06-10T00:00Z").ms, value);
    w.track(at("2025-06-10T19:00Z").ms, "a");
    EXPECT_EQ(runs(w, ge(own(count(w.events("a"), calendar(Unit::kDay, 1))), num("1"))),
              "2025-06-10T19:00 - 2025-06-11");
  }
}

TEST(UserZone, ABareDateBeginsWhereItDidWhenItCame) {
  World w = own_zone("2025-06-20");
  w.identify(at("2025-06-10").ms, text("Asia/Kolkata"), text("2025-06-15"));
  w.identify(at("2025-06-11").ms, text("America/New_York"));
  const ExprPtr date = own(make(Op::kToInstant, {World::u()}));
  EXPECT_EQ(runs(w, ge(now(), date)), "2025-06-14T18:30 - ");
  w.identify(at("2025-06-12").ms, {}, text("2025-06-15"));  // the same date comes again
  EXPECT_EQ(runs(w, ge(now(), date)), "2025-06-15T04:00 - ");
  w.identify(at("2025-06-12").ms, text("UTC"), {}, "zz");
  EXPECT_EQ(runs(w, ge(now(), date)), "2025-06-15 - ")
      << "identify calls of one instant are one: the zone is the last of them";
}

TEST(UserZone, PartsAndPeriodsTurnWithTheZone) {
  World w = own_zone("2025-06-20");
  w.identify(at("2025-06-10T00:00Z").ms, text("UTC"));
  w.identify(at("2025-06-10T20:00Z").ms, text("Asia/Tokyo"));
  const ExprPtr t = instant(at("2025-06-10T22:00Z").ms);
  EXPECT_EQ(runs(w, eq(own(make(Op::kHour, {t})), num("7"))), "2025-06-10T20:00 - ");
  EXPECT_EQ(runs(w, own(in_period(t, Unit::kDay, 0))), "2025-06-10 - 2025-06-11T15:00");
  EXPECT_EQ(runs(w, eq(own(make(Op::kHour, {now()})), num("5"))),
            "2025-06-10T05:00 - 2025-06-10T06:00, 2025-06-10T20:00 - 2025-06-10T21:00, "
            "2025-06-11T20:00 - 2025-06-11T21:00, 2025-06-12T20:00 - 2025-06-12T21:00, "
            "2025-06-13T20:00 - 2025-06-13T21:00, 2025-06-14T20:00 - 2025-06-14T21:00, "
            "2025-06-15T20:00 - 2025-06-15T21:00, 2025-06-16T20:00 - 2025-06-16T21:00, "
            "2025-06-17T20:00 - 2025-06-17T21:00, 2025-06-18T20:00 - 2025-06-18T21:00, "
            "2025-06-19T20:00 - 2025-06-19T21:00");
}

TEST(UserZone, AFilterLooksByTheZoneOfItsEvent) {
  World w = own_zone("2025-06-20");
  w.identify(at("2025-06-10T00:00Z").ms, text("Asia/Tokyo"));
  w.track(at("2025-06-10T00:00Z").ms, "a");
  w.identify(at("2025-06-11T00:00Z").ms, text("UTC"));
  w.track(at("2025-06-11T00:00Z").ms, "a");
  const StreamId nine = w.events("a", eq(own(make(Op::kHour, {now()})), num("9")));
  EXPECT_EQ(w.pieces(count(nine)), fmt::format("{}:1", at("2025-06-10").ms));
}

}  // namespace
}  // namespace segue::naive::test
