#include "naive/naive.h"

#include <gtest/gtest.h>

#include "naive/test_world.h"

namespace segue::naive::test {
namespace {

/// `10 in 0 event a` for each change: instant, direction, segment, cause, event.
std::string changes(const World& w) {
  std::string out;
  for (const Change& change : w.timeline().changes()) {
    const char* cause = change.cause == Cause::kEvent   ? "event "
                        : change.cause == Cause::kTrait ? "trait"
                                                        : "time";
    out += fmt::format("{}{} {} {} {}{}", out.empty() ? "" : ", ", change.at.ms,
                       change.entered ? "in" : "out", change.segment.index, cause, change.event);
  }
  return out;
}

hir::SegmentId segment(World& w, ExprPtr when) {
  hir::Segment made;
  made.when = std::move(when);
  w.rules.segments.push_back(made);
  return {static_cast<uint32_t>(w.rules.segments.size() - 1)};
}

TEST(Naive, SaysNothingOfNobody) {
  World w;
  const hir::SegmentId always = segment(w, truth(true));
  EXPECT_EQ(changes(w), "");
  EXPECT_FALSE(w.timeline().member_at(always, {500}));
  EXPECT_TRUE(w.timeline().membership(always).empty());
}

TEST(Naive, AUserExistsFromTheFirstEvent) {
  World w;
  w.track(300, "b").identify(200, null());
  const hir::SegmentId always = segment(w, truth(true));
  const Timeline timeline = w.timeline();
  EXPECT_FALSE(timeline.member_at(always, {199}));
  EXPECT_TRUE(timeline.member_at(always, {200}));
  EXPECT_TRUE(timeline.member_at(always, {1000}));
  EXPECT_EQ(changes(w), "200 in 0 trait") << "a first event may enter";
  EXPECT_EQ(w.runs(ge(minus(now(), make(Op::kKnownSince)), duration(50))), "250-");
}

TEST(Naive, LooksAtUntilAndNotBeyond) {
  World w;
  w.until = {200};
  w.track(100, "a").track(200, "a").track(201, "a");
  const StreamId a = w.events("a");
  EXPECT_EQ(w.pieces(count(a)), "100:1 200:2");
  EXPECT_EQ(w.runs(eq(count(a, rolling(100)), num("1"))), "100-");
  w.until = {50};
  EXPECT_EQ(changes(w), "") << "the user is not known yet";
}

TEST(Naive, NamesTheCause) {
  World w;
  w.track(100, "a").identify(150, text("pro")).track(300, "c", {}, "k2").track(300, "b", {}, "k1");
  w.identify(300, text("free"));
  segment(w, ge(count(w.events("a"), rolling(50)), num("1")));
  segment(w, eq(World::t(), txt("pro")));
  EXPECT_EQ(changes(w), "100 in 0 event a, 150 out 0 trait, 150 in 1 trait, 300 out 1 event b");
  w.history.events.erase(w.history.events.begin() + 1);
  EXPECT_EQ(changes(w), "100 in 0 event a, 150 out 0 time");
}

TEST(Naive, ChangesComeByInstantThenSegment) {
  World w;
  w.track(100, "a").track(200, "b");
  segment(w, ge(count(w.events("b")), num("1")));
  segment(w, eq(count(w.events("b")), num("0")));
  segment(w, ge(count(w.events("a"), rolling(100)), num("1")));
  EXPECT_EQ(changes(w),
            "100 in 1 event a, 100 in 2 event a, 200 in 0 event b, 200 out 1 event b, "
            "200 out 2 event b");
}

TEST(Naive, DropsCopies) {
  World w;
  w.track(100, "a", number("1"), "same").track(100, "a", number("5"), "same");
  w.track(101, "a", number("7"), "same");
  const StreamId a = w.events("a");
  EXPECT_EQ(w.pieces(aggregate(Aggregate::kSum, a, World::p())), "100:1 101:8")
      << "the first that arrived stays; another instant is another event";
  for (Event& event : w.history.events) event.has_message_id = false;
  EXPECT_EQ(w.pieces(aggregate(Aggregate::kSum, a, World::p())), "100:6 101:13")
      << "without a messageId nothing is known for a copy";
}

TEST(Naive, ACopyOfAnotherKindIsOneToo) {
  World w;
  w.track(100, "a", {}, "same").identify(100, text("pro"), {}, "same");
  EXPECT_EQ(w.pieces(count(w.events("a"))), "100:0") << "identify calls come first";
}

TEST(Naive, ArrivalOrderDoesNotMatter) {
  World w;
  w.track(300, "a", number("3")).track(100, "a", number("1")).identify(250, text("late"));
  w.identify(150, text("early")).track(200, "a", number("2"));
  const StreamId a = w.events("a");
  EXPECT_EQ(w.pieces(aggregate(Aggregate::kLast, a, World::p())), "100:1 200:2 300:3");
  EXPECT_EQ(w.runs(eq(World::t(), txt("early"))), "150-250");
  EXPECT_EQ(w.runs(ge(count(w.events("a", eq(World::t(), txt("early")))), num("1"))), "200-");
}

TEST(Naive, TraitsAreLastWriterWinsByInstantAndTie) {
  World w;
  w.identify(100, text("y"), {}, "k2").identify(100, text("x"), {}, "k1");
  w.identify(200, {}, number("1")).identify(300, null()).identify(400, text("z"));
  EXPECT_EQ(w.runs(eq(World::t(), txt("y"))), "100-300") << "not named is unchanged, null is not";
  EXPECT_EQ(w.runs(eq(World::t(), txt("x"))), "");
  EXPECT_EQ(w.runs(make(Op::kExists, {World::t()})), "100-300 400-");
  EXPECT_EQ(w.runs(not_(eq(World::t(), txt("z")))), "100-400") << "!= is true of a missing one";
}

TEST(Naive, FiltersSeeTheTraitsOfTheirInstant) {
  World w;
  w.track(100, "a").track(200, "a", {}, "k1").identify(200, yes(), {}, "k9").track(300, "a");
  w.identify(300, no(), {}, "k0");
  const ExprPtr is_on = make(Op::kIsTrue, {World::t()});
  EXPECT_EQ(w.pieces(count(w.events("a", is_on))), "100:0 200:1");
}

TEST(Naive, MembersReadOtherSegments) {
  World w;
  w.track(100, "a").track(200, "b");
  const hir::SegmentId first = segment(w, ge(count(w.events("a"), rolling(150)), num("1")));
  const ExprPtr member = with(make(Op::kMember), [&](hir::Expr& e) { e.segment = first; });
  EXPECT_EQ(w.runs(both(member, ge(count(w.events("b")), num("1")))), "200-250");
  EXPECT_EQ(w.runs(not_(member)), "250-");
}

TEST(Naive, ScoresAreNumbersOverTime) {
  World w;
  w.track(100, "a").track(200, "b");
  const ExprPtr points = make(Op::kMultiply, {count(w.events("a"), rolling(150)), num("5")});
  const ExprPtr bonus =
      make(Op::kSelect, {ge(count(w.events("b")), num("1")), num("10"), num("0")});
  EXPECT_EQ(w.pieces(make(Op::kMin, {make(Op::kAdd, {points, bonus}), num("12")})),
            "100:5 200:12 250:10");
  const hir::ScoreId id{0};
  EXPECT_EQ(w.timeline().score_at(id, {99}), std::nullopt);
  EXPECT_EQ(w.timeline().score_at(id, {249}), 12.0);
  const ExprPtr read = with(make(Op::kScore), [&](hir::Expr& e) { e.score = id; });
  EXPECT_EQ(w.runs(ge(read, num("10"))), "200-");
  EXPECT_EQ(w.runs(gt(read, num("10"))), "200-250");
}

TEST(Naive, UsersOfAList) {
  World w;
  w.track(100, "a");
  const auto in = [&](std::string id, bool ignoring_case) {
    return with(make(Op::kUserIn), [&](hir::Expr& e) {
      e.literals = {text_literal("bob"), text_literal(id)};
      e.ignoring_case = ignoring_case;
    });
  };
  EXPECT_EQ(w.runs(in("ann", false)), "100-");
  EXPECT_EQ(w.runs(in("ANN", false)), "");
  EXPECT_EQ(w.runs(in("ANN", true)), "100-");
}

TEST(Naive, HeldTurnsTrueAtExactlySincePlusLength) {
  World w;
  w.track(100, "a").track(150, "a").track(300, "a");
  const ExprPtr within = ge(count(w.events("a"), rolling(60)), num("1"));
  EXPECT_EQ(w.runs(within), "100-210 300-360");
  EXPECT_EQ(w.runs(held(within, 0)), "100-210 300-360");
  EXPECT_EQ(w.runs(held(within, 60)), "160-210");
  EXPECT_EQ(w.runs(held(within, 59)), "159-210 359-360");
  EXPECT_EQ(w.runs(held(within, 109)), "209-210");
  EXPECT_EQ(w.runs(held(within, 110)), "") << "what ends at since + D has not been held for D";
  EXPECT_EQ(w.runs(held(truth(true), 30)), "130-") << "counted from the first event";
}

TEST(Naive, WhatIsUndoneWithinAnInstantIsNoInterruption) {
  World w;
  w.identify(100, yes()).identify(150, no(), {}, "k1").identify(150, yes(), {}, "k2");
  w.track(200, "a").track(250, "a");
  const ExprPtr on = make(Op::kIsTrue, {World::t()});
  EXPECT_EQ(w.runs(held(on, 100)), "200-");
  // An occurrence leaves the window at the very instant at which the next one enters it.
  EXPECT_EQ(w.runs(held(ge(count(w.events("a"), rolling(50)), num("1")), 75)), "275-300");
}

TEST(Naive, NoEventForALengthNeedsToBeKnownForIt) {
  World w;
  w.track(100, "b").track(400, "a");
  const StreamId a = w.events("a");
  const ExprPtr none = eq(count(a, rolling(200)), num("0"));
  const ExprPtr known = le(make(Op::kKnownSince), minus(now(), duration(200)));
  EXPECT_EQ(w.runs(none), "100-400 600-");
  EXPECT_EQ(w.runs(both(none, known)), "300-400 600-");
}

}  // namespace
}  // namespace segue::naive::test
