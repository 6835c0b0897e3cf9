#include "naive/datum.h"

#include <gtest/gtest.h>

#include "naive/test_world.h"
#include "runtime/base/text.h"

namespace segue::naive::test {
namespace {

constexpr int64_t kHour = 3'600'000;

/// An identify call with `t` and `u`, at 10; what is asked of them holds from then on or never.
bool holds(const ExprPtr& expr, Value t_value, Value u_value = {}) {
  World w;
  w.identify(10, t_value, u_value);
  const std::string runs = w.runs(expr);
  EXPECT_TRUE(runs.empty() || runs == "10-") << runs;
  return !runs.empty();
}

Value list(std::span<const Value> items) {
  Value value = tagged(ValueTag::kList);
  value.items = items;
  return value;
}

ExprPtr with_literals(Op op, ExprPtr child, std::vector<hir::Literal> literals,
                      bool ignoring_case = false) {
  return with(make(op, {std::move(child)}), [&](hir::Expr& e) {
    e.literals = literals;
    e.ignoring_case = ignoring_case;
  });
}

ExprPtr ignoring_case(ExprPtr expr) {
  return with(expr, [](hir::Expr& e) { e.ignoring_case = true; });
}

TEST(Ops, EqualNeedsTheSameType) {
  const ExprPtr equal = eq(World::t(), World::u());
  EXPECT_TRUE(holds(equal, number("1"), number("1.0")));
  EXPECT_TRUE(holds(equal, number("0"), number("-0")));
  EXPECT_FALSE(holds(equal, number("1"), text("1")));
  EXPECT_FALSE(holds(equal, number("1"), yes()));
  EXPECT_TRUE(holds(equal, no(), no()));
  EXPECT_FALSE(holds(equal, no(), yes()));
  EXPECT_FALSE(holds(equal, text("a"), text("A")));
  EXPECT_TRUE(holds(ignoring_case(equal), text("Ä"), text("ä")));
  EXPECT_FALSE(holds(equal, null(), null()));
  EXPECT_FALSE(holds(equal, {}, {}));
  EXPECT_FALSE(holds(equal, list({}), list({})));
  EXPECT_FALSE(holds(equal, tagged(ValueTag::kRecord), tagged(ValueTag::kRecord)));
  EXPECT_TRUE(holds(not_(equal), null(), null()));
}

TEST(Ops, OrderIsOfNumbers) {
  EXPECT_TRUE(holds(lt(World::t(), World::u()), number("1"), number("2")));
  EXPECT_FALSE(holds(lt(World::t(), World::u()), number("2"), number("2")));
  EXPECT_TRUE(holds(le(World::t(), World::u()), number("2"), number("2")));
  EXPECT_FALSE(holds(le(World::t(), World::u()), text("a"), text("b"))) << "texts have no order";
  EXPECT_FALSE(holds(le(World::t(), World::u()), no(), yes()));
  EXPECT_FALSE(holds(le(World::t(), World::u()), null(), number("1")));
  EXPECT_FALSE(holds(le(World::t(), duration(5)), number("1"))) << "a number is no duration";
  EXPECT_FALSE(holds(le(instant(1), duration(5)), number("1")));
}

TEST(Ops, Truths) {
  const auto all = [](std::initializer_list<bool> values, Op op, uint32_t at_least = 0) {
    std::vector<ExprPtr> children;
    for (const bool value : values) children.push_back(truth(value));
    return holds(with(make(op, children), [&](hir::Expr& e) { e.number = at_least; }), null());
  };
  EXPECT_TRUE(all({true, true, true}, Op::kAnd));
  EXPECT_FALSE(all({true, false, true}, Op::kAnd));
  EXPECT_TRUE(all({}, Op::kAnd));
  EXPECT_TRUE(all({false, true}, Op::kOr));
  EXPECT_FALSE(all({false, false}, Op::kOr));
  EXPECT_FALSE(all({}, Op::kOr));
  EXPECT_TRUE(all({true, false, true}, Op::kAtLeast, 2));
  EXPECT_FALSE(all({true, false, true}, Op::kAtLeast, 3));
  EXPECT_TRUE(holds(make(Op::kIsTrue, {World::t()}), yes()));
  EXPECT_FALSE(holds(make(Op::kIsTrue, {World::t()}), no()));
  EXPECT_FALSE(holds(make(Op::kIsTrue, {World::t()}), text("true")));
  EXPECT_FALSE(holds(make(Op::kIsTrue, {World::t()}), number("1")));
  EXPECT_TRUE(holds(make(Op::kExists, {World::t()}), no()));
  EXPECT_TRUE(holds(make(Op::kExists, {World::t()}), tagged(ValueTag::kRecord)));
  EXPECT_FALSE(holds(make(Op::kExists, {World::t()}), null()));
}

TEST(Ops, Sets) {
  const std::vector<hir::Literal> set = {num_literal("1"), text_literal("pro")};
  EXPECT_TRUE(holds(with_literals(Op::kInSet, World::t(), set), number("1")));
  EXPECT_TRUE(holds(with_literals(Op::kInSet, World::t(), set), text("pro")));
  EXPECT_FALSE(holds(with_literals(Op::kInSet, World::t(), set), text("1")));
  EXPECT_FALSE(holds(with_literals(Op::kInSet, World::t(), set), text("PRO")));
  EXPECT_TRUE(holds(with_literals(Op::kInSet, World::t(), set, true), text("PRO")));
  EXPECT_FALSE(holds(with_literals(Op::kInSet, World::t(), set), null()));
}

TEST(Ops, Lists) {
  const std::array items = {text("a"), number("2"), null(), text("C")};
  const auto has = [&](Op op, std::vector<hir::Literal> wanted, bool ignoring = false) {
    return holds(with_literals(op, World::t(), std::move(wanted), ignoring), list(items));
  };
  EXPECT_TRUE(has(Op::kHasAny, {text_literal("x"), num_literal("2")}));
  EXPECT_FALSE(has(Op::kHasAny, {text_literal("x"), text_literal("2")}));
  EXPECT_FALSE(has(Op::kHasAny, {text_literal("c")}));
  EXPECT_TRUE(has(Op::kHasAny, {text_literal("c")}, true));
  EXPECT_TRUE(has(Op::kHasAll, {text_literal("a"), num_literal("2.0")}));
  EXPECT_FALSE(has(Op::kHasAll, {text_literal("a"), text_literal("b")}));
  EXPECT_FALSE(holds(with_literals(Op::kHasAny, World::t(), {text_literal("a")}), text("a")));
  EXPECT_FALSE(holds(with_literals(Op::kHasAll, World::t(), {}), text("a"))) << "no list";
}

TEST(Ops, Texts) {
  const auto relation = [](Op op, const char* whole, const char* part, bool ignoring = false) {
    const ExprPtr expr = make(op, {World::t(), World::u()});
    return holds(ignoring ? ignoring_case(expr) : expr, text(whole), text(part));
  };
  EXPECT_TRUE(relation(Op::kContains, "/pricing/eu", "cing"));
  EXPECT_FALSE(relation(Op::kContains, "/pricing/eu", "CING"));
  EXPECT_TRUE(relation(Op::kContains, "/pricing/eu", "CING", true));
  EXPECT_TRUE(relation(Op::kStartsWith, "/pricing", "/pri"));
  EXPECT_FALSE(relation(Op::kStartsWith, "/pricing", "pri"));
  EXPECT_TRUE(relation(Op::kStartsWith, "/PRIcing", "/pri", true));
  EXPECT_TRUE(relation(Op::kEndsWith, "a@b.com", ".com"));
  EXPECT_FALSE(relation(Op::kEndsWith, "a@b.com", ".org"));
  EXPECT_TRUE(relation(Op::kEndsWith, "a@b.COM", ".com", true));
  EXPECT_FALSE(holds(make(Op::kContains, {World::t(), World::u()}), number("12"), text("1")));
  EXPECT_FALSE(holds(make(Op::kContains, {World::t(), World::u()}), text("12"), null()));
}

TEST(Ops, MatchesMeansTheWholeText) {
  const auto matches = [](std::string expression, bool ignoring = false) {
    return with(make(Op::kMatches, {World::t()}), [&](hir::Expr& e) {
      e.literal = text_literal(expression);
      e.ignoring_case = ignoring;
    });
  };
  EXPECT_TRUE(holds(matches("/p[a-z]+"), text("/pricing")));
  EXPECT_FALSE(holds(matches("/p"), text("/pricing")));
  EXPECT_FALSE(holds(matches("/P.*"), text("/pricing")));
  EXPECT_TRUE(holds(matches("/P.*", true), text("/pricing")));
  EXPECT_FALSE(holds(matches(".*"), number("1")));
  EXPECT_TRUE(holds(matches("."), text("é"))) << "a letter, not a byte";
}

TEST(Ops, ArithmeticIsOfNumbersAndMissingSpreads) {
  const auto value = [](Op op, const char* a, const char* b) {
    World w;
    w.track(10, "a");
    return w.pieces(make(op, {num(a), num(b)}));
  };
  EXPECT_EQ(value(Op::kAdd, "1", "2"), "10:3");
  EXPECT_EQ(value(Op::kSubtract, "1", "2"), "10:-1");
  EXPECT_EQ(value(Op::kMultiply, "3", "2.5"), "10:7.5");
  EXPECT_EQ(value(Op::kDivide, "3", "2"), "10:1.5");
  EXPECT_EQ(value(Op::kDivide, "3", "0"), "10:-");
  EXPECT_EQ(value(Op::kDivide, "0", "0"), "10:-");
  EXPECT_EQ(value(Op::kMin, "3", "2"), "10:2");
  EXPECT_EQ(value(Op::kMax, "3", "2"), "10:3");
  for (const Op op : {Op::kAdd, Op::kSubtract, Op::kMultiply, Op::kDivide, Op::kMin, Op::kMax}) {
    EXPECT_FALSE(holds(make(Op::kExists, {make(op, {World::t(), num("1")})}), null()));
    EXPECT_FALSE(holds(make(Op::kExists, {make(op, {num("1"), World::t()})}), text("1")));
    EXPECT_TRUE(holds(make(Op::kExists, {make(op, {num("1"), World::t()})}), number("1")));
  }
  EXPECT_EQ(value(Op::kAdd, "0.1", "0.2"), "10:0.30000000000000004") << "doubles, as written";
}

TEST(Ops, SelectTakesTheOtherWhereTheConditionFails) {
  World w;
  w.track(10, "b").track(20, "a");
  const ExprPtr condition = ge(count(w.events("a"), rolling(30)), num("1"));
  EXPECT_EQ(w.pieces(make(Op::kSelect, {condition, num("7"), num("0")})), "10:0 20:7 50:0");
}

TEST(Ops, InstantsAreReadFromTextsAndNumbers) {
  const auto reads = [](Value value, const char* instant_text) {
    const ExprPtr wanted = instant(parse_instant(instant_text, ZoneView({}))->ms);
    return holds(eq(make(Op::kToInstant, {World::t()}), wanted), value);
  };
  EXPECT_TRUE(reads(text("2025-06-01T12:00:00+02:00"), "2025-06-01T10:00Z"));
  EXPECT_TRUE(reads(text("2025-06-01"), "2025-06-01T00:00Z"));
  EXPECT_TRUE(reads(number("1748736000000"), "2025-06-01T00:00Z"));
  const ExprPtr read = make(Op::kExists, {make(Op::kToInstant, {World::t()})});
  EXPECT_FALSE(holds(read, text("soon")));
  EXPECT_FALSE(holds(read, yes()));
  EXPECT_FALSE(holds(read, number("-1")));
  EXPECT_FALSE(holds(read, null()));
}

TEST(Ops, ABareDateStartsInItsZone) {
  const std::vector<ZoneTransition> rows = {{0, 2 * kHour}};
  World w;
  w.zones = {ZoneView({}), ZoneView(rows)};
  w.identify(10, text("1970-01-02"));
  w.until = {2 * kDayMs};
  const auto reached = [&](uint32_t zone) {
    const ExprPtr date =
        with(make(Op::kToInstant, {World::t()}), [&](hir::Expr& e) { e.zone = {zone}; });
    return w.runs(ge(now(), date));
  };
  EXPECT_EQ(reached(0), fmt::format("{}-", kDayMs));
  EXPECT_EQ(reached(1), fmt::format("{}-", kDayMs - 2 * kHour));
}

TEST(Ops, TimesAddAndSubtract) {
  const ExprPtr two = make(Op::kAdd, {duration(3), duration(4)});
  EXPECT_TRUE(holds(eq(two, duration(7)), null()));
  EXPECT_TRUE(holds(eq(make(Op::kAdd, {instant(3), duration(4)}), instant(7)), null()));
  EXPECT_TRUE(holds(eq(make(Op::kAdd, {duration(4), instant(3)}), instant(7)), null()));
  EXPECT_TRUE(holds(eq(minus(instant(9), instant(2)), duration(7)), null()));
  EXPECT_TRUE(holds(eq(minus(instant(9), duration(2)), instant(7)), null()));
  EXPECT_TRUE(holds(eq(minus(duration(9), duration(2)), duration(7)), null()));
  const auto exists = [](ExprPtr expr) { return holds(make(Op::kExists, {expr}), null()); };
  EXPECT_FALSE(exists(make(Op::kAdd, {instant(1), instant(1)})));
  EXPECT_FALSE(exists(minus(duration(1), instant(1))));
  EXPECT_FALSE(exists(make(Op::kMultiply, {duration(1), duration(1)})));
  EXPECT_FALSE(exists(make(Op::kAdd, {duration(1), num("1")})));
}

// ---- times that run with the clock ----

TEST(Crossings, TimeSinceTheLast) {
  World w;
  w.track(100, "a").track(130, "a").track(400, "b");
  const ExprPtr since = minus(now(), time_of(Aggregate::kLast, w.events("a")));
  EXPECT_EQ(w.runs(ge(since, duration(50))), "180-");
  EXPECT_EQ(w.runs(gt(since, duration(50))), "181-");
  EXPECT_EQ(w.runs(lt(since, duration(50))), "100-180");
  EXPECT_EQ(w.runs(le(since, duration(20))), "100-121 130-151");
  EXPECT_EQ(w.runs(eq(since, duration(50))), "180-181");
  EXPECT_EQ(w.runs(not_(eq(since, duration(50)))), "100-180 181-");
  const ExprPtr never = minus(now(), time_of(Aggregate::kLast, w.events("c")));
  EXPECT_EQ(w.runs(ge(never, duration(0))), "") << "false when it never happened";
  EXPECT_EQ(w.runs(lt(never, duration(1000))), "");
}

TEST(Crossings, TimeSinceTheFirst) {
  World w;
  w.track(100, "a").track(130, "a");
  const ExprPtr since = minus(now(), time_of(Aggregate::kFirst, w.events("a")));
  EXPECT_EQ(w.runs(lt(since, duration(50))), "100-150");
}

TEST(Crossings, TwoTimesThatBothRun) {
  World w;
  w.track(100, "a").track(110, "b").track(120, "a");
  const ExprPtr since_a = minus(now(), time_of(Aggregate::kLast, w.events("a")));
  const ExprPtr since_any = minus(now(), time_of(Aggregate::kLast, w.events("")));
  EXPECT_EQ(w.runs(eq(since_a, since_any)), "100-110 120-") << "the newest event of all is an a";
  EXPECT_EQ(w.runs(lt(since_any, since_a)), "110-120");
}

TEST(Crossings, SlopesOfTwo) {
  World w;
  w.track(100, "a");
  const ExprPtr since = minus(now(), time_of(Aggregate::kLast, w.events("a")));
  const ExprPtr twice = make(Op::kAdd, {since, since});
  EXPECT_EQ(w.runs(ge(twice, duration(51))), "126-") << "2 * 25.5 is no whole millisecond";
  EXPECT_EQ(w.runs(eq(twice, duration(51))), "");
  EXPECT_EQ(w.runs(eq(twice, duration(50))), "125-126");
  EXPECT_EQ(w.runs(ge(duration(51), twice)), "100-126");
  EXPECT_EQ(w.runs(lt(minus(duration(51), twice), duration(0))), "126-");
}

TEST(Crossings, DatesAheadAndBehind) {
  World w;
  w.identify(100, number("500"));
  const ExprPtr renewal = make(Op::kToInstant, {World::t()});
  const ExprPtr soon = both(gt(renewal, now()), le(renewal, make(Op::kAdd, {now(), duration(50)})));
  EXPECT_EQ(w.runs(soon), "450-500") << "within next: (T, T + W]";
  const ExprPtr recent = both(gt(renewal, minus(now(), duration(50))), le(renewal, now()));
  EXPECT_EQ(w.runs(recent), "500-550") << "within: (T - W, T]";
  EXPECT_EQ(w.runs(ge(renewal, minus(now(), duration(50)))), "100-551");
  EXPECT_EQ(w.runs(gt(renewal, instant(499))), "100-");
}

TEST(Crossings, SetsOfDurations) {
  World w;
  w.track(100, "a");
  const ExprPtr since = minus(now(), time_of(Aggregate::kLast, w.events("a")));
  std::vector<hir::Literal> set;
  for (const int64_t ms : {5, 7}) set.push_back(duration(ms)->literal);
  EXPECT_EQ(w.runs(with_literals(Op::kInSet, since, set)), "105-106 107-108");
}

TEST(Crossings, InAFilterNowIsTheEventsInstant) {
  World w;
  w.track(100, "a", number("60")).track(200, "a", number("100")).track(400, "a", number("399"));
  const ExprPtr created = make(Op::kToInstant, {World::p()});
  const ExprPtr fresh = gt(created, minus(now(), duration(50)));
  EXPECT_EQ(w.pieces(count(w.events("a", fresh))), "100:1 400:2");
  const ExprPtr age = minus(now(), created);
  EXPECT_EQ(w.runs(ge(aggregate(Aggregate::kLast, w.events("a"), age), duration(41))), "200-400")
      << "the value of an occurrence does not run on";
}

}  // namespace
}  // namespace segue::naive::test
