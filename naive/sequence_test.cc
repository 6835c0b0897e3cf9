#include "naive/sequence.h"

#include <gtest/gtest.h>

#include "naive/evaluator.h"
#include "naive/test_world.h"

namespace segue::naive::test {
namespace {

struct StepOf {
  StreamId stream;
  std::optional<int64_t> within = {};
  bool later = false;
};

/// Ops that outlive the test: its worlds have no zones but UTC.
Ops& w_ops(const World&) {
  static const LocalZones zones{std::span<const ZoneView>()};
  static Ops ops(zones);
  return ops;
}

/// Steps in order, as a stream of `w`.
StreamId sequence(World& w, std::initializer_list<StepOf> steps) {
  hir::Stream stream;
  stream.kind = hir::Stream::Kind::kSequence;
  for (const StepOf& step : steps) {
    hir::Stream::Step& made = stream.steps.emplace_back();
    made.stream = step.stream;
    made.later = step.later;
    if (step.within) made.within = Duration{*step.within};
  }
  return w.add(stream);
}

/// The same with `then no X within D` at its end.
StreamId then_no(World& w, std::initializer_list<StepOf> steps, StreamId x, int64_t within,
                 bool later = false) {
  const StreamId made = sequence(w, steps);
  w.rules.streams[made.index].absence = hir::Stream::Absence{x, later, {within}};
  return made;
}

/// One `a` at each of the instants, and so on; a letter repeated is an event more.
World at(std::initializer_list<std::pair<int64_t, std::string_view>> moments) {
  World w;
  for (const auto& [ms, letters] : moments) {
    for (size_t i = 0; i < letters.size(); ++i) w.track(ms, letters.substr(i, 1));
  }
  return w;
}

/// Instants at which one match more has ended.
std::string ends(World& w, StreamId stream) { return w.pieces(count(stream)); }

TEST(Sequence, EndsWithItsLastStep) {
  World w = at({{10, "a"}, {20, "b"}, {30, "b"}, {40, "a"}, {50, "c"}, {60, "b"}});
  EXPECT_EQ(ends(w, sequence(w, {{w.events("a")}, {w.events("b")}})), "10:0 20:1 60:2");
}

TEST(Sequence, GapsIncludeTheirLength) {
  World w = at({{10, "a"}, {20, "b"}});
  const StreamId a = w.events("a");
  const StreamId b = w.events("b");
  EXPECT_EQ(ends(w, sequence(w, {{a}, {b, 10}})), "10:0 20:1");
  EXPECT_EQ(ends(w, sequence(w, {{a}, {b, 9}})), "10:0");
}

TEST(Sequence, TheGapIsFromTheStepBefore) {
  World w = at({{10, "a"}, {20, "b"}, {30, "c"}});
  const StreamId a = w.events("a");
  EXPECT_EQ(ends(w, sequence(w, {{a}, {w.events("b"), 10}, {w.events("c"), 10}})), "10:0 30:1");
}

TEST(Sequence, ItsStartIsAsLateAsPossible) {
  World w = at({{10, "a"}, {20, "a"}, {29, "b"}, {100, "a"}, {105, "b"}, {109, "a"}, {111, "c"}});
  EXPECT_EQ(ends(w, sequence(w, {{w.events("a")}, {w.events("b"), 9}})), "10:0 29:1 105:2");
  // The newer a at 109 must not hide that a then b was found at 105.
  EXPECT_EQ(ends(w, sequence(w, {{w.events("a"), {}}, {w.events("b"), 5}, {w.events("c"), 6}})),
            "10:0 111:1");
}

TEST(Sequence, MatchesDoNotOverlap) {
  World w = at({{0, "a"}, {1, "a"}, {2, "a"}, {3, "a"}});
  const StreamId a = w.events("a");
  EXPECT_EQ(ends(w, sequence(w, {{a}, {a}})), "0:0 1:1 3:2");
  EXPECT_EQ(ends(w, sequence(w, {{a}, {a}, {a}})), "0:0 2:1");
}

TEST(Sequence, TheNextMatchBeginsAfterTheInstantOfTheLast) {
  World w = at({{10, "a"}, {20, "ba"}, {30, "b"}});
  EXPECT_EQ(ends(w, sequence(w, {{w.events("a")}, {w.events("b")}})), "10:0 20:1")
      << "the a at 20 is not after the match that ended at 20";
}

TEST(Sequence, AtOneInstantStepsAreDistinctEvents) {
  World one = at({{10, "a"}});
  const StreamId one_a = one.events("a");
  EXPECT_EQ(ends(one, sequence(one, {{one_a}, {one_a}})), "10:0");
  World two = at({{10, "aa"}});
  const StreamId two_a = two.events("a");
  EXPECT_EQ(ends(two, sequence(two, {{two_a}, {two_a}})), "10:1");
  EXPECT_EQ(ends(two, sequence(two, {{two_a}, {two_a}, {two_a}})), "10:0");
  World mixed = at({{10, "ba"}});
  EXPECT_EQ(ends(mixed, sequence(mixed, {{mixed.events("a")}, {mixed.events("b")}})), "10:1")
      << "equal instants have no order inside";
  // b can be the first step or the second; only as the second does it leave a the first.
  const StreamId any = mixed.events("");
  EXPECT_EQ(ends(mixed, sequence(mixed, {{any}, {mixed.events("b")}})), "10:1");
  EXPECT_EQ(ends(mixed, sequence(mixed, {{mixed.events("b")}, {any}})), "10:1");
  EXPECT_EQ(ends(mixed, sequence(mixed, {{mixed.events("b")}, {mixed.events("b")}})), "10:0");
}

TEST(Sequence, SomeStepsEarlierSomeAtTheInstant) {
  World w = at({{10, "a"}, {20, "bc"}});
  const StreamId a = w.events("a");
  const StreamId b = w.events("b");
  const StreamId c = w.events("c");
  EXPECT_EQ(ends(w, sequence(w, {{a}, {b}, {c}})), "10:0 20:1");
  EXPECT_EQ(ends(w, sequence(w, {{a}, {c}, {b}})), "10:0 20:1");
  EXPECT_EQ(ends(w, sequence(w, {{a}, {b}, {c, {}, true}})), "10:0") << "later is strictly later";
  EXPECT_EQ(ends(w, sequence(w, {{a}, {b, {}, true}, {c}})), "10:0 20:1");
}

TEST(Sequence, LaterNeedsAnotherInstant) {
  World w = at({{10, "aa"}, {20, "a"}});
  const StreamId a = w.events("a");
  EXPECT_EQ(ends(w, sequence(w, {{a}, {a, 10, true}})), "10:0 20:1");
  EXPECT_EQ(ends(w, sequence(w, {{a}, {a, 9, true}})), "10:0");
}

TEST(Sequence, WindowsMatchAfreshInside) {
  World w = at({{0, "a"}, {1, "a"}, {2, "a"}, {3, "a"}});
  const StreamId a = w.events("a");
  const StreamId pair = sequence(w, {{a}, {a}});
  // From 3 on [1, 3] is inside: one match, 1-2, though globally matches end at 1 and 3.
  EXPECT_EQ(w.pieces(count(pair, rolling(3))), "0:0 1:1 5:0");
  EXPECT_EQ(w.pieces(count(pair, rolling(4))), "0:0 1:1 3:2 4:1 6:0");
  EXPECT_EQ(w.pieces(count(pair, absolute(Instant{1}, Instant{3}))), "0:0 2:1");
  EXPECT_EQ(w.pieces(count(pair, rolling(4, 2))), "0:0 3:1 6:0");
}

TEST(Sequence, EveryStepLiesInsideTheWindow) {
  World w = at({{10, "a"}, {20, "b"}});
  const StreamId pair = sequence(w, {{w.events("a")}, {w.events("b")}});
  EXPECT_EQ(w.runs(ge(count(pair, rolling(15)), num("1"))), "20-25");
  EXPECT_EQ(w.runs(ge(count(pair, rolling(11)), num("1"))), "20-21");
  EXPECT_EQ(w.runs(ge(count(pair, rolling(10)), num("1"))), "");
  EXPECT_EQ(w.runs(ge(count(pair, absolute(Instant{11}, {})), num("1"))), "");
  EXPECT_EQ(w.runs(ge(count(pair, absolute({}, Instant{20})), num("1"))), "");
}

TEST(Sequence, CapLooksAtTheNewestStepInstants) {
  World w = at({{10, "a"}, {20, "b"}, {30, "b"}, {40, "c"}});
  const StreamId pair = sequence(w, {{w.events("a")}, {w.events("b")}});
  EXPECT_EQ(w.pieces(count(pair, rolling(100), 2)), "10:0 20:1 30:0")
      << "at 30 the instants 20 and 30 are looked at; c is no step";
  EXPECT_EQ(w.pieces(count(pair, rolling(100), 3)), "10:0 20:1 110:0");
}

TEST(Sequence, DaysAreThoseOfTheEnds) {
  World w;
  w.until = {5 * kDayMs};
  w.track(kDayMs - 2, "a").track(kDayMs, "b").track(kDayMs + 1, "a").track(kDayMs + 2, "b");
  w.track(2 * kDayMs - 1, "a").track(2 * kDayMs, "b");
  const StreamId pair = sequence(w, {{w.events("a")}, {w.events("b")}});
  EXPECT_EQ(w.pieces(days(pair)), fmt::format("{}:0 {}:1 {}:2", kDayMs - 2, kDayMs, 2 * kDayMs));
  EXPECT_EQ(w.pieces(days(pair, last_days(1))),
            fmt::format("{}:0 {}:1 {}:0", kDayMs - 2, kDayMs + 2, 2 * kDayMs))
      << "the first match began the day before, the third too";
}

TEST(Sequence, TimesOfMatches) {
  World w = at({{10, "a"}, {20, "b"}, {30, "a"}, {40, "b"}});
  const StreamId pair = sequence(w, {{w.events("a")}, {w.events("b")}});
  const auto since = [&](Aggregate which) { return minus(now(), time_of(which, pair)); };
  EXPECT_EQ(w.runs(ge(since(Aggregate::kLast), duration(15))), "35-40 55-");
  EXPECT_EQ(w.runs(ge(since(Aggregate::kFirst), duration(15))), "35-");
}

// ---- then no ----

TEST(Absence, OccursWhenTheWaitIsOver) {
  World w = at({{10, "a"}, {100, "a"}, {150, "x"}, {300, "a"}});
  const StreamId s = then_no(w, {{w.events("a")}}, w.events("x"), 50);
  EXPECT_EQ(ends(w, s), "10:0 60:1 350:2");
}

TEST(Absence, TheEndOfTheWaitStillCancels) {
  World w = at({{10, "a"}, {60, "x"}, {100, "a"}, {151, "x"}});
  EXPECT_EQ(ends(w, then_no(w, {{w.events("a")}}, w.events("x"), 50)), "10:0 150:1");
}

TEST(Absence, TheInstantOfTheStepCancelsUnlessLater) {
  World w = at({{10, "ax"}, {200, "a"}});
  const StreamId a = w.events("a");
  const StreamId x = w.events("x");
  EXPECT_EQ(ends(w, then_no(w, {{a}}, x, 50)), "10:0 250:1");
  EXPECT_EQ(ends(w, then_no(w, {{a}}, x, 50, true)), "10:0 60:1 250:2");
}

TEST(Absence, TheStepItselfIsNoX) {
  World w = at({{10, "a"}, {30, "a"}, {200, "aa"}});
  const StreamId a = w.events("a");
  EXPECT_EQ(ends(w, then_no(w, {{a}}, a, 50)), "10:0 80:1")
      << "30 cancels 10, nothing 30; of two at 200 one is another event";
  EXPECT_EQ(ends(w, then_no(w, {{a}}, a, 50, true)), "10:0 80:1 250:2");
}

TEST(Absence, TheXOfTheInstantMayBeTheLastStepIfTheOthersCanDoWithoutIt) {
  World w = at({{10, "ab"}});
  const StreamId any = w.events("");
  const StreamId a = w.events("a");
  const StreamId b = w.events("b");
  EXPECT_EQ(ends(w, then_no(w, {{any}}, b, 50)), "10:0 60:1") << "b is taken for the step";
  EXPECT_EQ(ends(w, then_no(w, {{a}}, b, 50)), "10:0");
  EXPECT_EQ(ends(w, then_no(w, {{a}, {any}}, b, 50)), "10:0 60:1");
  EXPECT_EQ(ends(w, then_no(w, {{b}, {any}}, b, 50)), "10:0") << "b is needed for the first step";
  EXPECT_EQ(ends(w, then_no(w, {{any}, {any}}, b, 50)), "10:0 60:1");
  World earlier = at({{5, "b"}, {10, "ab"}});
  const StreamId early_b = earlier.events("b");
  EXPECT_EQ(ends(earlier, then_no(earlier, {{early_b}, {earlier.events("")}}, early_b, 50)),
            "5:0 60:1")
      << "with the first step at 5, the b at 10 can be the last";
}

TEST(Absence, EachMatchWaitsAlone) {
  World w = at({{10, "a"}, {20, "b"}, {30, "a"}, {35, "b"}, {80, "x"}, {90, "a"}, {95, "b"}});
  const StreamId s = then_no(w, {{w.events("a")}, {w.events("b")}}, w.events("x"), 50);
  EXPECT_EQ(ends(w, s), "10:0 70:1 145:2") << "80 is too late for 20, and cancels 35";
}

TEST(Absence, OneStepMatchesAtEveryInstant) {
  World w = at({{10, "a"}, {20, "a"}, {20, "a"}, {200, "b"}});
  EXPECT_EQ(ends(w, then_no(w, {{w.events("a")}}, w.events("x"), 50)), "10:0 60:1 70:2");
}

TEST(Absence, TheEndLiesInsideTheWindowToo) {
  World w = at({{10, "a"}, {500, "b"}});
  const StreamId s = then_no(w, {{w.events("a")}}, w.events("x"), 50);
  EXPECT_EQ(w.runs(ge(count(s, rolling(60)), num("1"))), "60-70");
  EXPECT_EQ(w.runs(ge(count(s, rolling(50)), num("1"))), "");
  EXPECT_EQ(w.runs(ge(count(s, absolute(Instant{10}, Instant{60})), num("1"))), "");
  EXPECT_EQ(w.runs(ge(count(s, absolute(Instant{10}, Instant{61})), num("1"))), "60-");
  EXPECT_EQ(w.runs(ge(count(s, rolling(80, 10)), num("1"))), "70-90");
}

TEST(Absence, AnXInsideTheWindowOnlyMattersToItsWait) {
  World w = at({{10, "x"}, {20, "a"}, {30, "b"}, {35, "x"}});
  EXPECT_EQ(ends(w, then_no(w, {{w.events("a")}, {w.events("b")}}, w.events("x"), 4)), "10:0 34:1");
}

// ---- gaps, what may not come between, keys ----

/// A sequence of `w` after an edit.
template <class Edit>
StreamId edited(World& w, StreamId id, Edit edit) {
  hir::Stream copy = w.rules.streams[id.index];
  edit(copy);
  return w.add(std::move(copy));
}

TEST(Gaps, ShortestAndLongestBothIncluded) {
  World w = at({{0, "a"}, {9, "b"}, {10, "b"}, {100, "a"}, {120, "b"}, {200, "a"}, {221, "b"}});
  const StreamId pair = sequence(w, {{w.events("a")}, {w.events("b"), 20}});
  const auto after = [&](int64_t ms) {
    return edited(w, pair, [&](hir::Stream& s) { s.steps[1].after = Duration{ms}; });
  };
  EXPECT_EQ(ends(w, after(10)), "0:0 10:1 120:2");
  EXPECT_EQ(ends(w, after(20)), "0:0 120:1");
}

TEST(Gaps, ManyWaitAtAStepWithAShortestGap) {
  World w = at({{0, "a"}, {5, "a"}, {8, "a"}, {10, "b"}, {15, "b"}, {30, "b"}});
  const StreamId pair = edited(w, sequence(w, {{w.events("a")}, {w.events("b"), 10}}),
                               [](hir::Stream& s) { s.steps[1].after = Duration{10}; });
  const Past past(w.rules.schema, w.history, w.until);
  Evaluator evaluator(w.rules, w.zones, past);
  // The steps' own streams are events, so any occurrences of this user will do.
  const auto found = [&](size_t waiting) {
    EventValues values(past, w_ops(w));
    Occurrences occurrences(w.rules, past, values,
                            [&](const hir::Expr& e) -> const Steps& { return evaluator.of(e); });
    const Sequence all(w.rules.streams[pair.index], occurrences, {4, waiting});
    std::vector<size_t> chosen = {0, 1, 2, 3, 4, 5};
    std::string out;
    for (const Sequence::Match& match : all.matches(chosen)) {
      out += fmt::format("{}-{} ", match.start.ms, match.end.ms);
    }
    return out;
  };
  EXPECT_EQ(found(3), "0-10 ");
  EXPECT_EQ(found(2), "5-15 ") << "0 had to go";
  EXPECT_EQ(found(1), "") << "only 8 waits, and nothing comes 10 later";
}

TEST(Between, OnlyStrictlyBetweenBreaks) {
  World w = at({{0, "a"}, {5, "c"}, {10, "b"}, {20, "ac"}, {30, "b"}, {40, "a"}, {50, "bc"}});
  const StreamId c = w.events("c");
  const StreamId pair = sequence(w, {{w.events("a")}, {w.events("b")}});
  const StreamId without = edited(w, pair, [&](hir::Stream& s) { s.steps[1].without = {c}; });
  EXPECT_EQ(ends(w, without), "0:0 30:1 50:2");
  EXPECT_EQ(w.pieces(count(without, rolling(100, 5))).substr(0, 12), "0:0 35:1 55:");
}

TEST(Between, TheNextOfAllNamed) {
  World w = at({{0, "a"}, {5, "a"}, {10, "b"}, {20, "a"}, {25, "x"}, {30, "b"}});
  const StreamId a = w.events("a");
  const StreamId b = w.events("b");
  const StreamId next = edited(w, sequence(w, {{a}, {b}}),
                               [&](hir::Stream& s) { s.steps[1].without = {a, b, w.events("x")}; });
  EXPECT_EQ(ends(w, next), "0:0 10:1") << "5 is the a before 10; x stands between 20 and 30";
}

TEST(AllWithin, FromTheLatestStartToTheEndOfTheWait) {
  World w = at({{0, "a"}, {10, "a"}, {15, "b"}, {20, "c"}, {100, "a"}, {105, "b"}, {111, "c"}});
  const StreamId a = w.events("a");
  const StreamId three = sequence(w, {{a}, {w.events("b")}, {w.events("c")}});
  const auto all = [&](StreamId id, int64_t ms) {
    return edited(w, id, [&](hir::Stream& s) { s.all_within = Duration{ms}; });
  };
  EXPECT_EQ(ends(w, all(three, 10)), "0:0 20:1");
  EXPECT_EQ(ends(w, all(three, 11)), "0:0 20:1 111:2");
  EXPECT_EQ(ends(w, all(three, 9)), "0:0");
  const StreamId waits = then_no(w, {{a}, {w.events("b")}}, w.events("x"), 7);
  EXPECT_EQ(ends(w, all(waits, 12)), "0:0 22:1 112:2");
  EXPECT_EQ(ends(w, all(waits, 11)), "0:0");
}

TEST(Keys, EachValueIsMatchedApart) {
  World w;
  w.track(10, "a", text("x")).track(20, "a", text("y")).track(25, "a").track(30, "b", text("y"));
  w.track(30, "b", text("x")).track(40, "b", text("x")).track(50, "b");
  const StreamId by = edited(w, sequence(w, {{w.events("a")}, {w.events("b")}}),
                             [](hir::Stream& s) { s.by = hir::SlotId{0}; });
  EXPECT_EQ(ends(w, by), "10:0 30:2") << "two at one instant; without the property nothing";
  EXPECT_EQ(w.pieces(count(by, rolling(15))), "10:0 30:1 35:0") << "10 is outside at 30";
}

TEST(Keys, AnAbsenceOfOneValue) {
  World w;
  w.track(10, "a", text("x")).track(12, "a", text("y")).track(15, "x", text("x"));
  w.track(16, "x").track(20, "x", number("1"));
  const StreamId by = edited(w, then_no(w, {{w.events("a")}}, w.events("x"), 50),
                             [](hir::Stream& s) { s.by = hir::SlotId{0}; });
  EXPECT_EQ(ends(w, by), "10:0 62:1") << "only the x of the same value cancels";
}

TEST(Keys, TheStalestGoesWhenThereAreTooMany) {
  World w;
  w.track(10, "a", text("x")).track(20, "a", text("y")).track(30, "a", text("x"));
  w.track(40, "a", text("z")).track(50, "b", text("x")).track(60, "b", text("y"));
  w.track(70, "b", text("z"));
  const StreamId by = edited(w, sequence(w, {{w.events("a")}, {w.events("b")}}),
                             [](hir::Stream& s) { s.by = hir::SlotId{0}; });
  const Past past(w.rules.schema, w.history, w.until);
  Evaluator evaluator(w.rules, w.zones, past);
  const auto found = [&](size_t keys) {
    EventValues values(past, w_ops(w));
    Occurrences occurrences(w.rules, past, values,
                            [&](const hir::Expr& e) -> const Steps& { return evaluator.of(e); });
    const Sequence all(w.rules.streams[by.index], occurrences, {keys, 4});
    std::vector<size_t> chosen(all.times().size());
    for (size_t i = 0; i < chosen.size(); ++i) chosen[i] = i;
    std::string out;
    for (const Sequence::Match& match : all.matches(chosen)) {
      out += fmt::format("{} ", match.end.ms);
    }
    return out;
  };
  EXPECT_EQ(found(3), "50 60 70 ");
  EXPECT_EQ(found(2), "50 70 ") << "at 40 y is the stalest, for x came again at 30";
  EXPECT_EQ(found(1), "70 ");
}

TEST(Sequence, ThousandsOfEventsStayInSeconds) {
  World w;
  w.until = {400 * kDayMs};
  std::vector<std::string> keys;
  for (int key = 0; key < 50; ++key) keys.push_back(std::to_string(key));
  for (size_t i = 0; i < 5000; ++i) {
    w.track(static_cast<int64_t>(i * 37 % 5000) * 60'000, World::kNames[i * 7 % 3],
            number(keys[i % keys.size()]));
  }
  const StreamId three =
      edited(w, sequence(w, {{w.events("a")}, {w.events("b"), 3'600'000}, {w.events("c")}}),
             [](hir::Stream& s) {
               s.steps[2].after = Duration{600'000};
               s.all_within = Duration{7'200'000};
             });
  const StreamId by = edited(w, three, [](hir::Stream& s) { s.by = hir::SlotId{0}; });
  EXPECT_FALSE(w.runs(ge(count(three, rolling(3 * 3'600'000)), num("2"))).empty());
  EXPECT_FALSE(w.runs(ge(count(three), num("2"))).empty());
  EXPECT_TRUE(w.runs(ge(count(by, rolling(3 * 3'600'000)), num("9999"))).empty());
}

}  // namespace
}  // namespace segue::naive::test
