// Numbers that move with the clock, and what latches.
#include "naive/moving.h"

#include <gtest/gtest.h>

#include <random>

#include "naive/evaluator.h"
#include "naive/test_world.h"
#include "runtime/base/decay.h"

namespace segue::naive::test {
namespace {

ExprPtr decayed(StreamId stream, int64_t half_life, uint32_t cap = 0) {
  return with(over(Op::kDecayed, stream, ever(), cap),
              [&](hir::Expr& e) { e.duration = {half_life}; });
}
ExprPtr two(Op op, ExprPtr a, ExprPtr b) { return make(op, {std::move(a), std::move(b)}); }
ExprPtr score(uint32_t index) {
  return with(make(Op::kScore), [&](hir::Expr& e) { e.score = {index}; });
}
hir::Score score_of(ExprPtr value) {
  hir::Score made;
  made.value = std::move(value);
  return made;
}

TEST(Decayed, HalvesEveryHalfLife) {
  World w;
  w.track(100, "a").track(200, "a").track(200, "a");
  w.rules.scores = {score_of(decayed(w.events("a"), 100))};
  w.until = {1000};
  const Timeline timeline = w.timeline();
  EXPECT_EQ(timeline.score_at({0}, {100}), 1);
  EXPECT_EQ(timeline.score_at({0}, {150}), half_life_factor({50}, {100}));
  EXPECT_EQ(timeline.score_at({0}, {200}), 2.5);
  EXPECT_EQ(timeline.score_at({0}, {300}), 1.25);
  EXPECT_EQ(timeline.score_at({0}, {400}), 0.625);
}

TEST(Decayed, OfTheNewestOnly) {
  World w;
  w.track(100, "a").track(100, "a").track(200, "a");
  w.rules.scores = {score_of(decayed(w.events("a"), 100, 2)),
                    score_of(decayed(w.events("a"), 100, 1))};
  const Timeline timeline = w.timeline();
  EXPECT_EQ(timeline.score_at({0}, {100}), 2);
  EXPECT_EQ(timeline.score_at({0}, {200}), 1.5);
  EXPECT_EQ(timeline.score_at({1}, {100}), 1);
  EXPECT_EQ(timeline.score_at({1}, {300}), 0.5);
}

TEST(Decayed, TurnsAtTheFirstMillisecond) {
  World w;
  w.until = {2000};
  w.track(100, "b").track(200, "a").track(250, "a");
  const ExprPtr value = decayed(w.events("a"), 100);
  EXPECT_EQ(w.runs(ge(value, num("0.5"))), "200-428") << "1 + 2^-0.5 has halved to 0.5 at 427.2";
  EXPECT_EQ(w.runs(gt(value, num("1"))), "250-328");
  EXPECT_EQ(w.runs(eq(value, num("1"))), "200-201");
  EXPECT_EQ(w.runs(lt(value, num("0.001"))), "100-200 1324-");
}

TEST(Decayed, ThroughScoresAndHeld) {
  World w;
  w.track(100, "a");
  w.rules.scores = {score_of(two(Op::kMultiply, num("8"), decayed(w.events("a"), 100))),
                    score_of(two(Op::kMin, two(Op::kAdd, score(0), num("1")), num("5")))};
  EXPECT_EQ(w.runs(gt(score(1), num("3"))), "100-300");
  EXPECT_EQ(w.runs(ge(score(1), num("5"))), "100-201");
  EXPECT_EQ(w.runs(held(lt(score(1), num("3")), 50)), "351-");
  EXPECT_EQ(w.timeline().score_at({1}, {150}), 5);
  EXPECT_EQ(w.timeline().score_at({1}, {400}), 2);
}

TEST(Decayed, DividedByNothing) {
  World w;
  w.until = {3000};
  w.track(10, "b").track(100, "a");
  const ExprPtr share = two(Op::kDivide, num("1"), decayed(w.events("a"), 1));
  EXPECT_EQ(w.runs(make(Op::kExists, {share})), "100-1175")
      << "nothing is left after 1,075 half-lives, and before the first";
}

/// Some arithmetic over decayed counts.
ExprPtr some_number(std::mt19937& random, World& w, int depth) {
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  if (depth == 0 || below(4) == 0) {
    if (below(4) == 0) return num(std::to_string(below(4)));
    return decayed(w.events(below(2) == 0 ? "a" : "b"), 5 + below(80),
                   static_cast<uint32_t>(below(3)));
  }
  const std::array ops = {Op::kAdd, Op::kSubtract, Op::kMultiply, Op::kDivide, Op::kMin, Op::kMax};
  const ExprPtr left = some_number(random, w, depth - 1);
  if (below(8) == 0) return make(below(2) == 0 ? Op::kRound : Op::kAbs, {left});
  if (below(8) == 0) {
    const ExprPtr when = gt(left, num("1"));
    return make(Op::kSelect, {when, left, some_number(random, w, depth - 1)});
  }
  return two(ops[static_cast<size_t>(below(6))], left, some_number(random, w, depth - 1));
}

/// The definition: the value at one instant, told from the events.
std::optional<double> value_at(const hir::Expr& e, const World& w, Instant t) {
  if (e.op == Op::kLiteral) return e.literal.number;
  if (e.op == Op::kDecayed) {
    const hir::Expr& is = *w.rules.streams[e.stream.index].predicate;
    std::vector<Instant> times;
    for (const Event& event : w.history.events) {
      if (event.kind == is.kinds[0] && event.at <= t) times.push_back(event.at);
    }
    std::sort(times.begin(), times.end());
    if (e.cap != 0 && times.size() > e.cap) times.erase(times.begin(), times.end() - e.cap);
    if (times.empty()) return 0;
    double value = 0;
    Instant at = times[0];
    for (size_t i = 0; i < times.size();) {
      const auto here = std::count(times.begin(), times.end(), times[i]);
      value = value * half_life_factor(times[i] - at, e.duration) + static_cast<double>(here);
      at = times[i];
      i += static_cast<size_t>(here);
    }
    return value * half_life_factor(t - at, e.duration);
  }
  if (e.op == Op::kSelect) {
    const std::optional<double> left = value_at(*e.children[0]->children[1], w, t);
    return value_at(*e.children[left && *left > 1 ? 1 : 2], w, t);
  }
  const std::optional<double> a = value_at(*e.children[0], w, t);
  if (!a) return {};
  if (e.op == Op::kRound) return std::round(*a);
  if (e.op == Op::kAbs) return std::fabs(*a);
  const std::optional<double> b = value_at(*e.children[1], w, t);
  if (!b) return {};
  if (e.op == Op::kAdd) return *a + *b;
  if (e.op == Op::kSubtract) return *a - *b;
  if (e.op == Op::kMultiply) return *a * *b;
  if (e.op == Op::kMin) return *b < *a ? *b : *a;
  if (e.op == Op::kMax) return *a < *b ? *b : *a;
  if (*b == 0) return {};
  return *a / *b;
}

TEST(Decayed, AgainstTheDefinitionAtEveryMillisecond) {
  std::mt19937 random(5);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  for (int round = 0; round < 300; ++round) {
    World w;
    w.until = {400};
    w.track(0, "c");
    for (int i = below(8); i > 0; --i) w.track(below(200), below(2) == 0 ? "a" : "b");
    const ExprPtr value = some_number(random, w, 3);
    const ExprPtr limit = num(std::to_string(below(4)));
    const std::array ops = {Op::kLess, Op::kLessEqual, Op::kEqual};
    const Op op = ops[static_cast<size_t>(below(3))];
    hir::Segment segment;
    segment.when = make(op, {value, limit});
    w.rules.segments = {segment};
    w.rules.scores = {score_of(value)};
    const Timeline timeline = w.timeline();
    for (int64_t ms = 0; ms <= w.until.ms; ++ms) {
      const std::optional<double> wanted = value_at(*value, w, {ms});
      const double least = limit->literal.number;
      bool holds = wanted && *wanted == least;
      if (op == Op::kLess) holds = wanted && *wanted < least;
      if (op == Op::kLessEqual) holds = wanted && *wanted <= least;
      ASSERT_EQ(timeline.score_at({0}, {ms}), wanted) << round << " at " << ms;
      ASSERT_EQ(timeline.member_at({0}, {ms}), holds) << round << " at " << ms;
    }
  }
}

TEST(Decayed, LongStretchesAreDividedNotWalked) {
  World w;
  w.until = {100 * 365 * kDayMs};
  w.track(0, "a").track(5, "b");
  const ExprPtr both_of =
      two(Op::kAdd, two(Op::kMultiply, num("5"), decayed(w.events("a"), kDayMs)),
          decayed(w.events("b"), 14 * kDayMs));
  // At 14 days minus 5 ms the slower is 0.5 and the faster 5 * 2^-14.
  EXPECT_EQ(w.runs(lt(both_of, num("0.5"))).substr(0, 4), "1210");
}

// ---- latches ----

ExprPtr latched(ExprPtr enter, ExprPtr leave, int64_t stay, int64_t cooldown) {
  return with(make(Op::kLatched, {std::move(enter), std::move(leave)}), [&](hir::Expr& e) {
    e.duration = {stay};
    e.cooldown = {cooldown};
  });
}

TEST(Latched, EntersAndLeaves) {
  World w;
  w.track(10, "a").track(50, "x").track(60, "a").track(60, "x").track(70, "b");
  const ExprPtr enter = ge(count(w.events("a"), rolling(1)), num("1"));
  const ExprPtr leave = ge(count(w.events("x"), rolling(1)), num("1"));
  EXPECT_EQ(w.runs(latched(both(enter, not_(leave)), leave, 0, 0)), "10-50");
  EXPECT_EQ(w.runs(latched(enter, leave, 0, 0)), "10-50 60-")
      << "once an instant, so 60 enters and does not leave";
}

TEST(Latched, StaysAndPauses) {
  World w;
  w.track(10, "a").track(40, "a").track(200, "b");
  const ExprPtr enter = ge(count(w.events("a"), rolling(20)), num("1"));  // 10-30 40-60
  EXPECT_EQ(w.runs(latched(enter, not_(enter), 0, 0)), "10-30 40-60");
  EXPECT_EQ(w.runs(latched(enter, not_(enter), 20, 0)), "10-30 40-60") << "the stay is over at 30";
  EXPECT_EQ(w.runs(latched(enter, not_(enter), 25, 0)), "10-35 40-65");
  EXPECT_EQ(w.runs(latched(enter, not_(enter), 30, 0)), "10-60")
      << "at 40, when the stay ends, it holds again";
  EXPECT_EQ(w.runs(latched(enter, not_(enter), 0, 10)), "10-30 40-60");
  EXPECT_EQ(w.runs(latched(enter, not_(enter), 0, 15)), "10-30 45-60")
      << "looked at again when the pause ends";
  EXPECT_EQ(w.runs(latched(enter, not_(enter), 0, 40)), "10-30");
}

TEST(Latched, AgainstAWalkOverEveryMillisecond) {
  std::mt19937 random(9);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  for (int round = 0; round < 300; ++round) {
    World w;
    w.until = {150};
    for (int i = 1 + below(8); i > 0; --i) w.track(below(100), below(2) == 0 ? "a" : "x");
    const ExprPtr want = ge(count(w.events("a"), rolling(1 + below(20))), num("1"));
    const ExprPtr until = ge(count(w.events("x"), rolling(1 + below(20))), num("1"));
    const ExprPtr enter = both(want, not_(until));
    const int64_t stay = below(25);
    const int64_t cooldown = below(25);
    hir::Segment segment;
    w.rules.segments = {segment, segment, segment};
    w.rules.segments[0].when = enter;
    w.rules.segments[1].when = until;
    w.rules.segments[2].when = latched(enter, until, stay, cooldown);
    const Timeline timeline = w.timeline();
    bool in = false;
    int64_t turned = -1000;
    for (int64_t now = timeline.membership({2})[0].from.ms; now <= w.until.ms; ++now) {
      const bool free = now - turned >= (in ? stay : cooldown);
      if (free && timeline.member_at({in ? 1u : 0u}, {now})) {
        in = !in;
        turned = now;
      }
      ASSERT_EQ(timeline.member_at({2}, {now}), in) << round << " at " << now;
    }
  }
}

}  // namespace
}  // namespace segue::naive::test
