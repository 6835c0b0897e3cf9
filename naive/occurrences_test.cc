// Signals that are derived from others.
#include "naive/evaluator.h"

#include <gtest/gtest.h>

#include "naive/test_world.h"

namespace segue::naive::test {
namespace {

using Kind = hir::Stream::Kind;

hir::Stream derived(Kind kind, std::vector<StreamId> sources = {}) {
  hir::Stream stream;
  stream.kind = kind;
  stream.sources = std::move(sources);
  return stream;
}

StreamId sequence(World& w, std::initializer_list<StreamId> steps) {
  hir::Stream stream = derived(Kind::kSequence);
  for (const StreamId step : steps) stream.steps.push_back({step, false, {}, {}, {}});
  return w.add(stream);
}

StreamId crossing(World& w, ExprPtr condition, bool leaving = false) {
  hir::Stream stream = derived(Kind::kCrossing);
  stream.condition = std::move(condition);
  stream.leaving = leaving;
  return w.add(stream);
}

StreamId change(World& w, std::optional<hir::Literal> from = {},
                std::optional<hir::Literal> to = {}) {
  hir::Stream stream = derived(Kind::kChange);
  stream.slot = {2};
  stream.from = std::move(from);
  stream.to = std::move(to);
  return w.add(stream);
}

/// When a stream occurs: `10 20 20`.
std::string when(World& w, StreamId id) {
  const Past past(w.rules.schema, w.history, w.until);
  Evaluator evaluator(w.rules, w.zones, past);
  std::string out;
  for (const Occurrence& occurrence : evaluator.occurrences(id)) {
    out += fmt::format("{}{}", out.empty() ? "" : " ", occurrence.at.ms);
  }
  return out;
}

TEST(Sessions, SplitWhereAPauseIsLongerThanTheGap) {
  World w;
  for (const int64_t t : {10, 10, 40, 70, 101, 200}) w.track(t, "a");
  hir::Stream sessions = derived(Kind::kSessions, {w.events("a")});
  sessions.gap = {30};
  const StreamId id = w.add(sessions);
  EXPECT_EQ(when(w, id), "10 101 200");
  EXPECT_EQ(w.pieces(count(id, rolling(100))), "10:1 101:2 110:1 200:2 201:1 300:0");
}

TEST(Crossings, ARuleIsEnteredAtTheFirstInstantToo) {
  World w;
  w.track(10, "a").track(30, "a").track(100, "b");
  const ExprPtr active = ge(count(w.events("a"), rolling(25)), num("1"));
  EXPECT_EQ(when(w, crossing(w, active)), "10");
  EXPECT_EQ(when(w, crossing(w, active, true)), "55");
  EXPECT_EQ(when(w, crossing(w, not_(active))), "55");
  EXPECT_EQ(when(w, crossing(w, not_(active), true)), "") << "what never held is not left";
  EXPECT_EQ(when(w, crossing(w, ge(count(w.events("b")), num("1")))), "100");
}

TEST(Crossings, OfASegmentAndOfWhatReadsCrossings) {
  World w;
  w.track(10, "a").track(50, "a").track(55, "b");
  hir::Segment segment;
  segment.when = ge(count(w.events("a"), rolling(20)), num("1"));
  w.rules.segments.push_back(segment);
  const StreamId left =
      crossing(w, with(make(Op::kMember), [](hir::Expr& e) { e.segment = {0}; }), true);
  EXPECT_EQ(when(w, left), "30 70");
  EXPECT_EQ(when(w, crossing(w, ge(count(left), num("2")))), "70");
  EXPECT_EQ(when(w, sequence(w, {w.events("b"), left})), "70");
}

TEST(Changes, AreToAnotherValue) {
  World w;
  w.identify(10, text("free")).identify(20, text("free")).identify(30, text("pro"));
  w.identify(40, {}).identify(50, null()).identify(60, null()).identify(70, text("pro"));
  EXPECT_EQ(when(w, change(w)), "30 50 70") << "the first value is no change, set to missing is";
  EXPECT_EQ(when(w, change(w, {}, text_literal("pro"))), "30 70");
  EXPECT_EQ(when(w, change(w, text_literal("free"), text_literal("pro"))), "30");
  EXPECT_EQ(when(w, change(w, text_literal("pro"))), "50");
}

TEST(Changes, LookAtAnInstantOnce) {
  World w;
  w.identify(5, null()).identify(10, text("a"), {}, "1").identify(10, text("b"), {}, "2");
  w.identify(20, text("c"), {}, "1").identify(20, text("b"), {}, "2");
  w.identify(30, number("1")).identify(40, number("1.0")).identify(50, text("1"));
  EXPECT_EQ(when(w, change(w)), "30 50");
}

TEST(Unions, HoldEachOccurrenceOnce) {
  World w;
  w.track(10, "a").track(20, "b").track(20, "a").track(30, "b");
  const StreamId any = w.events("");
  const StreamId pair = sequence(w, {w.events("a"), w.events("b")});
  const StreamId pair_again = sequence(w, {w.events("a"), w.events("b")});
  EXPECT_EQ(when(w, pair), "20");
  EXPECT_EQ(when(w, w.add(derived(Kind::kUnion, {any, pair}))), "10 20 20 20 30");
  EXPECT_EQ(when(w, w.add(derived(Kind::kUnion, {pair, pair_again}))), "20")
      << "equal signals have the same occurrences";
}

TEST(Nested, AStepIsAnOccurrenceOfAllHistory) {
  World w;
  w.track(10, "a").track(20, "b").track(30, "c");
  const StreamId pair = sequence(w, {w.events("a"), w.events("b")});
  const StreamId whole = sequence(w, {pair, w.events("c")});
  EXPECT_EQ(when(w, whole), "30");
  EXPECT_EQ(w.runs(ge(count(whole, rolling(15)), num("1"))), "30-35")
      << "a at 10 is outside, but 20, where the first step lies, is inside";
  w.rules.streams[whole.index].all_within = Duration{19};
  EXPECT_EQ(when(w, whole), "") << "it starts where its first step does";
  w.rules.streams[whole.index].all_within = Duration{20};
  EXPECT_EQ(when(w, whole), "30");
}

TEST(Nested, AMatchAndTheEventOfItsLastStepAreTwo) {
  World w;
  w.track(10, "a").track(20, "b");
  const StreamId b = w.events("b");
  const StreamId pair = sequence(w, {w.events("a"), b});
  EXPECT_EQ(when(w, sequence(w, {pair, b})), "20");
  EXPECT_EQ(when(w, sequence(w, {pair, pair})), "");
  EXPECT_EQ(when(w, sequence(w, {pair, sequence(w, {w.events("a"), b})})), "")
      << "the same signal said twice has the same occurrences";
}

}  // namespace
}  // namespace segue::naive::test
