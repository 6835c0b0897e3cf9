#include "naive/window.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "naive/test_world.h"

namespace segue::naive::test {
namespace {

constexpr int64_t kHour = 3'600'000;

TEST(Window, EverCountsFromTheEventOn) {
  World w;
  w.track(10, "b").track(100, "a").track(200, "a");
  const StreamId a = w.events("a");
  EXPECT_EQ(w.pieces(count(a)), "10:0 100:1 200:2");
  EXPECT_EQ(w.runs(ge(count(a), num("1"))), "100-");
  EXPECT_EQ(w.runs(eq(count(a), num("0"))), "10-100") << "never: a user who is known and did not";
}

TEST(Window, RollingLeavesAtExactlyTheLength) {
  World w;
  w.track(100, "a").track(130, "a").track(170, "a");
  const StreamId a = w.events("a");
  EXPECT_EQ(w.pieces(count(a, rolling(50))), "100:1 130:2 150:1 170:2 180:1 220:0");
  EXPECT_EQ(w.runs(ge(count(a, rolling(50)), num("2"))), "130-150 170-180");
  EXPECT_EQ(w.runs(ge(count(a, rolling(71)), num("3"))), "170-171");
  EXPECT_EQ(w.runs(ge(count(a, rolling(70)), num("3"))), "") << "100 leaves as 170 comes";
  EXPECT_EQ(w.runs(eq(count(a, rolling(50)), num("0"))), "220-");
}

TEST(Window, BetweenTwoAgesIsHalfOpen) {
  World w;
  w.track(100, "a");
  EXPECT_EQ(w.runs(ge(count(w.events("a"), rolling(50, 20)), num("1"))), "120-150");
  EXPECT_EQ(w.runs(ge(count(w.events("a"), rolling(50, 50)), num("1"))), "");
}

TEST(Window, AbsoluteIncludesItsBeginAndNotItsEnd) {
  World w;
  w.track(99, "a").track(100, "a").track(199, "a").track(200, "a");
  const StreamId a = w.events("a");
  EXPECT_EQ(w.pieces(count(a, absolute(Instant{100}, Instant{200}))), "99:0 100:1 199:2");
  EXPECT_EQ(w.pieces(count(a, absolute(Instant{100}, {}))), "99:0 100:1 199:2 200:3");
  EXPECT_EQ(w.pieces(count(a, absolute({}, Instant{100}))), "99:1");
}

TEST(Window, CapLetsTheNewestCount) {
  World w;
  w.track(100, "a", number("1")).track(110, "a", number("2")).track(120, "a", number("4"));
  const StreamId a = w.events("a");
  EXPECT_EQ(w.pieces(count(a, rolling(50), 2)), "100:1 110:2 160:1 170:0");
  EXPECT_EQ(w.pieces(aggregate(Aggregate::kSum, a, World::p(), rolling(50), 2)),
            "100:1 110:3 120:6 160:4 170:0");
  EXPECT_EQ(w.pieces(aggregate(Aggregate::kFirst, a, World::p(), ever(), 2)), "100:1 120:2");
}

TEST(Window, CapAmongEqualInstantsTakesTheGreatestTies) {
  World w;
  w.track(100, "a", number("1"), "z").track(100, "a", number("2"), "y");
  const StreamId a = w.events("a");
  EXPECT_EQ(w.pieces(aggregate(Aggregate::kSum, a, World::p(), ever(), 1)), "100:1");
}

TEST(Window, DaysAreLocalAndEndAtMidnight) {
  World w;
  w.until = {10 * kDayMs};
  w.track(kDayMs + 5, "a").track(3 * kDayMs - 1, "a").track(3 * kDayMs, "a");
  const StreamId a = w.events("a");
  const auto at = [](int64_t day, int64_t ms, int value) {
    return fmt::format("{}:{}", day * kDayMs + ms, value);
  };
  EXPECT_EQ(w.pieces(count(a, last_days(1))),
            fmt::format("{} {} {} {}", at(1, 5, 1), at(2, 0, 0), at(3, -1, 1), at(4, 0, 0)));
  EXPECT_EQ(w.pieces(days(a, last_days(2))),
            fmt::format("{} {} {} {}", at(1, 5, 1), at(3, -1, 2), at(4, 0, 1), at(5, 0, 0)));
  EXPECT_EQ(w.pieces(days(a, last_days(2, true))),
            fmt::format("{} {} {} {} {}", at(1, 5, 0), at(2, 0, 1), at(3, 0, 2), at(5, 0, 1),
                        at(6, 0, 0)));
  EXPECT_EQ(w.pieces(days(a)), fmt::format("{} {} {}", at(1, 5, 1), at(3, -1, 2), at(3, 0, 3)));
}

TEST(Window, DaysOfARollingWindow) {
  World w;
  w.until = {10 * kDayMs};
  w.track(kDayMs, "a").track(kDayMs + 1, "a").track(2 * kDayMs, "a");
  EXPECT_EQ(w.pieces(days(w.events("a"), rolling(kDayMs + 1))),
            fmt::format("{}:1 {}:2 {}:1 {}:0", kDayMs, 2 * kDayMs, 2 * kDayMs + 2, 3 * kDayMs + 1));
}

TEST(Window, DaysFollowTheZone) {
  // Two hours ahead of UTC until day 2, 04:00 UTC, then one: that local day lasts 25 hours.
  const std::vector<ZoneTransition> rows = {{0, 2 * kHour}, {2 * kDayMs + 4 * kHour, kHour}};
  World w;
  w.zones = {ZoneView(rows)};
  w.until = {10 * kDayMs};
  w.track(2 * kDayMs - 2 * kHour, "a");  // local midnight of day 2
  const StreamId a = w.events("a");
  EXPECT_EQ(w.runs(ge(count(a, last_days(1)), num("1"))),
            fmt::format("{}-{}", 2 * kDayMs - 2 * kHour, 3 * kDayMs - kHour));
  const Instant midnight{2 * kDayMs - 2 * kHour};
  EXPECT_FALSE(WindowAt(last_days(1), midnight, LocalZone(w.zones[0])).contains({midnight.ms - 1}));
}

TEST(Window, ADayTheClockReturnsToCountsAsThatDay) {
  // As once in Newfoundland: a minute after midnight clocks go back to 23:01 of the day before.
  const int64_t minute = 60'000;
  const std::vector<ZoneTransition> rows = {{0, 0}, {2 * kDayMs + minute, -kHour}};
  World w;
  w.zones = {ZoneView(rows)};
  w.until = {4 * kDayMs};
  w.track(kDayMs, "a");
  EXPECT_EQ(
      w.runs(ge(count(w.events("a"), last_days(1)), num("1"))),
      fmt::format("{}-{} {}-{}", kDayMs, 2 * kDayMs, 2 * kDayMs + minute, 2 * kDayMs + kHour));
}

TEST(Window, NoChangeIsMissed) {
  // At every half hour and the millisecond before, against the window asked at that instant.
  const int64_t unit = kHour / 2;
  std::mt19937 random(11);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  for (int round = 0; round < 60; ++round) {
    std::vector<ZoneTransition> rows = {{0, (below(49) - 24) * unit}};
    for (int i = below(4); i > 0; --i) {
      rows.push_back({rows.back().at_ms + (1 + below(150)) * unit, (below(49) - 24) * unit});
    }
    World w;
    w.zones = {ZoneView(rows)};
    w.until = {400 * unit};
    std::vector<Instant> times;
    for (int i = 1 + below(8); i > 0; --i) times.push_back({below(300) * unit});
    std::sort(times.begin(), times.end());
    for (const Instant t : times) w.track(t.ms, "a");
    const LocalZone zone(w.zones[0]);
    const StreamId a = w.events("a");
    const int from = 1 + below(150);
    const std::array<hir::Window, 5> windows = {
        ever(), rolling(from * unit, below(from) * unit),
        absolute(Instant{below(200) * unit}, Instant{below(300) * unit}),
        last_days(1 + static_cast<uint32_t>(below(4))),
        last_days(1 + static_cast<uint32_t>(below(4)), true)};
    for (const hir::Window& window : windows) {
      for (const ExprPtr& value : {count(a, window), days(a, window)}) {
        hir::Score score;
        score.value = value;
        w.rules.scores = {score};
        const Timeline timeline = w.timeline();
        for (int64_t now = times[0].ms; now <= w.until.ms; now += now % unit == 0 ? unit - 1 : 1) {
          const WindowAt at(window, {now}, zone);
          std::vector<Instant> inside;
          for (const Instant t : times) {
            if (at.contains(t)) inside.push_back(t);
          }
          std::set<LocalDay> on;
          for (const Instant t : inside) on.insert(w.zones[0].day_of(t));
          const size_t wanted = value->op == hir::Op::kCount ? inside.size() : on.size();
          ASSERT_EQ(timeline.score_at({0}, {now}), static_cast<double>(wanted)) << round;
        }
      }
    }
  }
}

TEST(Window, ChosenAreExactlyTheContained) {
  const std::vector<Instant> times = {{0}, {kDayMs}, {2 * kDayMs}, {2 * kDayMs}, {5 * kDayMs}};
  const LocalZone utc{ZoneView({})};
  for (const hir::Window& window :
       {ever(), rolling(2 * kDayMs), rolling(3 * kDayMs, kDayMs), absolute(Instant{kDayMs}, {}),
        absolute({}, Instant{2 * kDayMs}), last_days(2), last_days(3, true)}) {
    for (int64_t now = 0; now < 8 * kDayMs; now += kDayMs / 2) {
      const WindowAt at(window, {now}, utc);
      std::vector<size_t> contained;
      for (size_t i = 0; i < times.size(); ++i) {
        if (at.contains(times[i])) contained.push_back(i);
      }
      EXPECT_EQ(at.choose(times, 0), contained);
      if (contained.size() > 2) contained.erase(contained.begin(), contained.end() - 2);
      EXPECT_EQ(at.choose(times, 2), contained);
    }
  }
}

}  // namespace
}  // namespace segue::naive::test
