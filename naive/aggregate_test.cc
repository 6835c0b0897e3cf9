#include "naive/aggregate.h"

#include <gtest/gtest.h>

#include "naive/test_world.h"

namespace segue::naive::test {
namespace {

/// One `a` every 10 ms from 10 on, with these values of `p`.
World with_values(std::initializer_list<Value> values) {
  World w;
  int64_t ms = 0;
  for (const Value& value : values) w.track(ms += 10, "a", value);
  return w;
}

std::string over_all(World& w, Aggregate kind, Window window = ever()) {
  return w.pieces(aggregate(kind, w.events("a"), World::p(), window));
}

TEST(Aggregate, OfNothing) {
  World w;
  w.track(10, "b");
  EXPECT_EQ(over_all(w, Aggregate::kSum), "10:0");
  EXPECT_EQ(over_all(w, Aggregate::kDistinct), "10:0");
  for (const Aggregate kind :
       {Aggregate::kAvg, Aggregate::kMin, Aggregate::kMax, Aggregate::kFirst, Aggregate::kLast}) {
    EXPECT_EQ(over_all(w, kind), "10:-");
  }
}

TEST(Aggregate, SkipsWhatIsNoNumber) {
  World w = with_values({number("4"),
                         text("9"),
                         yes(),
                         null(),
                         {},
                         tagged(ValueTag::kList, "[1]"),
                         number("1e18"),
                         number("-2.5")});
  EXPECT_EQ(over_all(w, Aggregate::kSum), "10:4 80:1.5");
  EXPECT_EQ(over_all(w, Aggregate::kAvg), "10:4 80:0.75");
  EXPECT_EQ(over_all(w, Aggregate::kMin), "10:4 80:-2.5");
  EXPECT_EQ(over_all(w, Aggregate::kMax), "10:4");
}

TEST(Aggregate, ExtremesLeaveTheWindow) {
  World w = with_values({number("4"), number("9"), number("5")});
  EXPECT_EQ(over_all(w, Aggregate::kMax, rolling(25)), "10:4 20:9 45:5 55:-");
  EXPECT_EQ(over_all(w, Aggregate::kMin, rolling(25)), "10:4 35:5 55:-");
  EXPECT_EQ(over_all(w, Aggregate::kSum, rolling(25)), "10:4 20:13 30:18 35:14 45:5 55:0");
}

TEST(Aggregate, SumsAreExact) {
  World w = with_values({number("0.1"), number("0.2"), number("0.3")});
  const ExprPtr sum = aggregate(Aggregate::kSum, w.events("a"), World::p());
  EXPECT_EQ(w.runs(eq(sum, num("0.3"))), "20-30");
  EXPECT_EQ(w.runs(ge(sum, num("0.6"))), "30-");
  EXPECT_EQ(w.runs(gt(sum, num("0.6"))), "");
  EXPECT_EQ(w.runs(lt(num("0.1"), sum)), "20-");
  EXPECT_EQ(w.runs(le(sum, num("0.3"))), "10-30");
}

TEST(Aggregate, SumsAreComparedExactlyWithALiteralOnly) {
  World w = with_values({number("9007199254740993")});
  const ExprPtr sum = aggregate(Aggregate::kSum, w.events("a"), World::p());
  EXPECT_EQ(w.runs(eq(sum, num("9007199254740993"))), "10-");
  EXPECT_EQ(w.runs(eq(sum, num("9007199254740992"))), "");
  EXPECT_EQ(w.runs(gt(sum, num("9007199254740992"))), "10-");
  const ExprPtr as_double = make(Op::kAdd, {num("9007199254740992"), num("0")});
  EXPECT_EQ(w.runs(eq(sum, as_double)), "10-") << "beside anything else a sum is a double";
  EXPECT_EQ(w.runs(eq(make(Op::kMax, {sum, num("0")}), num("9007199254740992"))), "10-");
  const auto in = [&](std::string digits) {
    return with(make(Op::kInSet, {sum}), [&](hir::Expr& e) { e.literals = {num_literal(digits)}; });
  };
  EXPECT_EQ(w.runs(in("9007199254740993")), "10-");
  EXPECT_EQ(w.runs(in("9007199254740992")), "") << "in (v) is = v";
}

TEST(Aggregate, SumsAddWhatIsComputedToo) {
  World w = with_values({number("1.5"), number("2")});
  const StreamId a = w.events("a");
  const ExprPtr twice = make(Op::kMultiply, {World::p(), num("2")});
  EXPECT_EQ(w.pieces(aggregate(Aggregate::kSum, a, twice)), "10:3 20:7");
  const ExprPtr huge = make(Op::kMultiply, {World::p(), num("900000000000000000")});
  EXPECT_EQ(w.pieces(aggregate(Aggregate::kSum, a, huge)), "10:0")
      << "of another type from 1e18 on";
}

TEST(Aggregate, AnAverageIsTheSumsDoubleByTheCount) {
  World w = with_values({number("0.1"), number("0.2")});
  const ExprPtr mean = aggregate(Aggregate::kAvg, w.events("a"), World::p());
  EXPECT_EQ(w.runs(eq(mean, num("0.15"))), "20-");
}

TEST(Aggregate, DistinctTellsTypesApart) {
  World w = with_values({number("1"), number("1.0"), text("1"), yes(), no(), null(), number("0"),
                         number("-0"), tagged(ValueTag::kRecord, "{}"), text("1")});
  EXPECT_EQ(over_all(w, Aggregate::kDistinct), "10:1 30:2 40:3 50:4 70:5");
  EXPECT_EQ(over_all(w, Aggregate::kDistinct, rolling(15)),
            "10:1 30:2 35:1 40:2 45:1 50:2 55:1 65:0 70:1 95:0 100:1 115:0")
      << "a value counts while its newest occurrence is inside";
}

TEST(Aggregate, FirstAndLastDoNotSkip) {
  World w = with_values({number("1"), null(), number("3"), text("x")});
  EXPECT_EQ(over_all(w, Aggregate::kFirst), "10:1");
  EXPECT_EQ(over_all(w, Aggregate::kLast), "10:1 20:- 30:3 40:-");
  EXPECT_EQ(over_all(w, Aggregate::kFirst, rolling(15)), "10:1 25:- 35:3 45:-");
  EXPECT_EQ(over_all(w, Aggregate::kLast, rolling(15)), "10:1 20:- 30:3 40:-");
  const ExprPtr last = aggregate(Aggregate::kLast, w.events("a"), World::p());
  EXPECT_EQ(w.runs(eq(last, txt("x"))), "40-");
  EXPECT_EQ(w.runs(make(Op::kExists, {last})), "10-20 30-");
}

TEST(Aggregate, TiesDecideFirstAndLast) {
  World w;
  w.track(10, "a", number("2"), "m").track(10, "a", number("3"), "z");
  w.track(10, "a", number("1"), "b");
  EXPECT_EQ(over_all(w, Aggregate::kFirst), "10:1");
  EXPECT_EQ(over_all(w, Aggregate::kLast), "10:3");
}

TEST(Aggregate, LastWasAsksOneOccurrence) {
  World w = with_values({number("150"), number("50")});
  const ExprPtr was = gt(World::p(), num("100"));
  const ExprPtr last = aggregate(Aggregate::kLast, w.events("a"), was);
  EXPECT_EQ(w.runs(make(Op::kIsTrue, {last})), "10-20");
}

TEST(Aggregate, RatiosOfNothingAreMissing) {
  World w;
  w.track(10, "b").track(20, "a").track(30, "b");
  const ExprPtr share = make(Op::kDivide, {count(w.events("a")), count(w.events("b"))});
  EXPECT_EQ(w.pieces(share), "10:0 20:1 30:0.5");
  const ExprPtr back = make(Op::kDivide, {count(w.events("b")), count(w.events("a"))});
  EXPECT_EQ(w.pieces(back), "10:- 20:1 30:2");
  EXPECT_EQ(w.runs(ge(back, num("0"))), "20-");
  EXPECT_EQ(w.runs(not_(eq(back, num("5")))), "10-");
}

}  // namespace
}  // namespace segue::naive::test
