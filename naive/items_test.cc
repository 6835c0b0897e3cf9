// What is asked of list items, of texts, and the aggregates of a place in order.
#include <gtest/gtest.h>

#include "naive/json.h"
#include "naive/test_world.h"

namespace segue::naive::test {
namespace {

Value list(std::span<const Value> items) {
  Value value = tagged(ValueTag::kList);
  value.items = items;
  return value;
}
Value record(std::string_view json) { return tagged(ValueTag::kRecord, json); }

ExprPtr item(std::vector<std::string> path = {}) {
  return with(make(Op::kItem), [&](hir::Expr& e) { e.path = std::move(path); });
}
ExprPtr any(ExprPtr list, ExprPtr condition) {
  return make(Op::kAnyItem, {std::move(list), std::move(condition)});
}
ExprPtr item_sum(ExprPtr list, std::vector<std::string> path = {}) {
  return with(make(Op::kItemSum, {std::move(list)}),
              [&](hir::Expr& e) { e.path = std::move(path); });
}

/// An identify call with `t` at 10; what is asked of it holds from then on or never.
bool holds(const ExprPtr& expr, Value t_value, Value u_value = {}) {
  World w;
  w.identify(10, t_value, u_value);
  return w.runs(expr) == "10-";
}

TEST(Json, PathsLeadIntoRecords) {
  Json json;
  const Value item = record(R"( { "a" : 1, "b" : {"c\u00e9" : [1, "x", {"d":null}], "d" : "\n"},
      "s" : "\"}\\ \ud83d\ude00", "a" : 2.50, "t":true,"e":{},"n":null, "big":1e18 } )");
  const auto at = [&](std::vector<std::string> path) { return json.at(item, path); };
  EXPECT_EQ(at({"a"}).text, "2.50") << "of a key that comes twice the last one counts";
  EXPECT_EQ(at({"a"}).number, 2.5);
  EXPECT_EQ(at({"s"}).text, "\"}\\ \xF0\x9F\x98\x80");
  EXPECT_EQ(at({"b", "d"}).text, "\n");
  EXPECT_EQ(at({"b", "cé"}).items.size(), 3u);
  EXPECT_EQ(at({"b", "cé"}).items[1].text, "x");
  EXPECT_EQ(at({"t"}).tag, ValueTag::kTrue);
  EXPECT_EQ(at({"e"}).tag, ValueTag::kRecord);
  EXPECT_EQ(at({"big"}).tag, ValueTag::kRecord) << "a number too large is of another type";
  for (const std::vector<std::string>& path : std::vector<std::vector<std::string>>{
           {"n"}, {"x"}, {"a", "x"}, {"b", "cé", "d"}, {"e", "x"}}) {
    EXPECT_TRUE(at(path).missing()) << path.back();
  }
  EXPECT_TRUE(json.at(number("1e18"), {"a"}).missing());
}

TEST(Items, AnyOfThemMustMatchWhole) {
  const std::array items = {record(R"({"key":"cars","value":40})"),
                            record(R"({"key":"boats","value":50})"), text("cars"), null()};
  const auto fits = [](const char* key, const char* value) {
    return both(eq(item({"key"}), txt(key)), gt(item({"value"}), num(value)));
  };
  EXPECT_TRUE(holds(any(World::t(), fits("cars", "39")), list(items)));
  EXPECT_FALSE(holds(any(World::t(), fits("cars", "45")), list(items)));
  EXPECT_TRUE(holds(any(World::t(), fits("boats", "45")), list(items)));
  EXPECT_TRUE(holds(any(World::t(), eq(item(), txt("cars"))), list(items)));
  EXPECT_TRUE(holds(any(World::t(), not_(make(Op::kExists, {item({"key"})}))), list(items)));
  EXPECT_FALSE(holds(any(World::t(), truth(true)), list({})));
  EXPECT_FALSE(holds(any(World::t(), truth(true)), text("cars")));
  EXPECT_TRUE(holds(any(World::t(), eq(item({"value"}), World::u())), list(items), number("50")));
}

TEST(Items, OverTimeWithWhatElseTheConditionReads) {
  const std::array items = {record(R"({"until":"1970-01-01T00:00:00.100Z"})"),
                            record(R"({"until":"1970-01-01T00:00:00.050Z"})")};
  World w;
  w.identify(10, list(items)).identify(150, list(std::span(items).first(1)));
  w.identify(170, null());
  const ExprPtr until = make(Op::kToInstant, {item({"until"})});
  EXPECT_EQ(w.runs(any(World::t(), lt(until, now()))), "51-170");
  EXPECT_EQ(w.runs(any(World::t(), eq(until, now()))), "50-51 100-101");
  EXPECT_EQ(w.runs(any(World::t(), ge(minus(now(), until), duration(60)))), "110-150 160-170");
}

TEST(Items, OfAnEvent) {
  const std::array cheap = {record(R"({"price":0.1})"), record(R"({"price":0.2})")};
  const std::array dear = {record(R"({"price":9})"), record(R"({"price":"9"})"), number("1")};
  World w;
  w.track(10, "a", list(cheap)).track(20, "a", list(dear)).track(30, "a", text("x"));
  const StreamId found = w.events("a", any(World::p(), gt(item({"price"}), num("5"))));
  EXPECT_EQ(w.pieces(count(found)), "10:0 20:1");
  const ExprPtr total = aggregate(Aggregate::kSum, w.events("a"), item_sum(World::p(), {"price"}));
  EXPECT_EQ(w.pieces(total), "10:0.3 20:9.3");
  EXPECT_EQ(w.runs(eq(total, num("9.3"))), "20-") << "exactly";
  const ExprPtr average =
      aggregate(Aggregate::kAvg, w.events("a"), item_sum(World::p(), {"price"}));
  EXPECT_EQ(w.pieces(average), "10:0.3 20:4.65") << "no list, no sum";
  EXPECT_TRUE(holds(eq(item_sum(World::t()), num("3")), list(std::array{number("3"), text("1")})));
  EXPECT_TRUE(holds(eq(item_sum(World::t()), num("0")), list({})));
}

// ---- texts and numbers ----

TEST(Texts, OfValues) {
  const auto text_is = [](Value value, const char* wanted) {
    return holds(eq(make(Op::kTextOf, {World::t()}), txt(wanted)), value);
  };
  EXPECT_TRUE(text_is(number("1.50"), "1.5"));
  EXPECT_TRUE(text_is(number("-0"), "0"));
  EXPECT_TRUE(text_is(number("1e5"), "100000"));
  EXPECT_TRUE(text_is(number("123456789012345680"), "123456789012345680"));
  EXPECT_TRUE(text_is(number("0.000001"), "0.000001"));
  EXPECT_TRUE(text_is(number("1e-7"), "1e-07"));
  EXPECT_TRUE(text_is(text("x"), "x"));
  EXPECT_TRUE(text_is(yes(), "true"));
  EXPECT_TRUE(text_is(no(), "false"));
  EXPECT_FALSE(holds(make(Op::kExists, {make(Op::kTextOf, {World::t()})}), null()));
  EXPECT_FALSE(holds(make(Op::kExists, {make(Op::kTextOf, {World::t()})}), list({})));
}

TEST(Texts, AsNumbers) {
  const auto number_is = [](Value value, const char* wanted) {
    return holds(eq(make(Op::kNumberOf, {World::t()}), num(wanted)), value);
  };
  EXPECT_TRUE(number_is(text("1.5e1"), "15"));
  EXPECT_TRUE(number_is(number("7"), "7"));
  for (const char* no_number : {"", " 1", "1 ", "01", "+1", ".5", "0x1", "1e18", "NaN"}) {
    EXPECT_FALSE(holds(make(Op::kExists, {make(Op::kNumberOf, {World::t()})}), text(no_number)))
        << no_number;
  }
  EXPECT_FALSE(holds(make(Op::kExists, {make(Op::kNumberOf, {World::t()})}), yes()));
}

TEST(Texts, LowerAndLength) {
  EXPECT_TRUE(holds(eq(make(Op::kLower, {World::t()}), txt("ärger")), text("ÄRGER")));
  const auto length_is = [](Value value, const char* wanted) {
    return holds(eq(make(Op::kLength, {World::t()}), num(wanted)), value);
  };
  EXPECT_TRUE(length_is(text("aé\xF0\x9F\x98\x80"), "3"));
  EXPECT_TRUE(length_is(text(""), "0"));
  EXPECT_TRUE(length_is(list(std::array{null(), text("x")}), "2"));
  EXPECT_FALSE(holds(make(Op::kExists, {make(Op::kLength, {World::t()})}), number("12")));
}

TEST(Numbers, RoundAndAbs) {
  const auto is = [](Op op, const char* value, const char* wanted) {
    return holds(eq(make(op, {World::t()}), num(wanted)), number(value));
  };
  EXPECT_TRUE(is(Op::kRound, "2.5", "3"));
  EXPECT_TRUE(is(Op::kRound, "-2.5", "-3"));
  EXPECT_TRUE(is(Op::kRound, "2.49", "2"));
  EXPECT_TRUE(is(Op::kAbs, "-2.5", "2.5"));
}

// ---- aggregates ----

World with_values(std::initializer_list<Value> values) {
  World w;
  int64_t ms = 0;
  for (const Value& value : values) w.track(ms += 10, "a", value);
  return w;
}

TEST(Percentile, LiesBetweenItsNeighbours) {
  World w = with_values({number("4"), text("x"), number("1"), number("10")});
  const auto at = [&](double fraction) {
    return w.pieces(with(aggregate(Aggregate::kPercentile, w.events("a"), World::p()),
                         [&](hir::Expr& e) { e.fraction = fraction; }));
  };
  EXPECT_EQ(at(0.5), "10:4 30:2.5 40:4");
  EXPECT_EQ(at(0), "10:4 30:1");
  EXPECT_EQ(at(1), "10:4 40:10");
  EXPECT_EQ(at(0.75), "10:4 30:3.25 40:7");
  World none = with_values({text("x")});
  EXPECT_EQ(none.pieces(aggregate(Aggregate::kPercentile, none.events("a"), World::p())), "10:-");
}

TEST(MostCommon, OfSeveralTheNewer) {
  World w = with_values({text("x"), text("y"), text("y"), null(), text("x"), number("1")});
  const auto found = [&](ExprPtr literal, Window window = ever()) {
    return w.runs(
        eq(aggregate(Aggregate::kMostCommon, w.events("a"), World::p(), window), literal));
  };
  EXPECT_EQ(found(txt("x")), "10-20 50-");
  EXPECT_EQ(found(txt("y")), "20-50");
  EXPECT_EQ(found(num("1"), rolling(5)), "60-65");
  EXPECT_EQ(found(txt("x"), rolling(25)), "10-20 50-60") << "45 leaves y, 60 brings 1";
}

// ---- windows that count from an anchor ----

TEST(Anchored, CountsFromTheAnchor) {
  World w;
  w.track(10, "a").track(20, "x").track(20, "a").track(30, "a").track(50, "x").track(55, "a");
  const StreamId a = w.events("a");
  const ExprPtr last = time_of(Aggregate::kLast, w.events("x"));
  const ExprPtr first = time_of(Aggregate::kFirst, w.events("x"));
  EXPECT_EQ(w.pieces(count(a, anchored(last, 0, {}))), "10:0 20:1 30:2 50:0 55:1");
  EXPECT_EQ(w.pieces(count(a, anchored(last, 1, {}))), "10:0 30:1 50:0 55:1");
  EXPECT_EQ(w.pieces(count(a, anchored(first, {}, 0))), "10:0 20:1");
  EXPECT_EQ(w.pieces(count(a, anchored(last, {}, 0))), "10:0 20:1 50:3");
  EXPECT_EQ(w.pieces(count(a, anchored(last, -20, 0))), "10:0 20:1") << "[30, 50) has one too";
  EXPECT_EQ(w.pieces(count(a, anchored(first, 1, 11))), "10:0 30:1");
  EXPECT_EQ(w.pieces(count(a, anchored(World::t(), 0, {}))), "10:0") << "no anchor, nothing";
}

TEST(Anchored, FromForeverToSomeAge) {
  World w;
  w.track(10, "a").track(20, "a");
  EXPECT_EQ(w.pieces(count(w.events("a"), rolling(kForever.ms, 7))), "10:0 17:1 27:2");
}

}  // namespace
}  // namespace segue::naive::test
