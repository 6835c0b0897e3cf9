#include "compiler/sema/verify.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "compiler/sema/checked_text.h"
#include "compiler/sema/limits.h"

namespace segue {
namespace {

using hir::Op;
using hir::Rules;

Rules good() {
  return Checked(
             "segment it = login >= 3 within 7d and sum(order.revenue) > 5 and in trial and "
             "intent > 3 and login on >= 2 of the last 7 days and lost and plan = \"pro\"")
      .rules;
}

/// What is said after one node of the last segment, the first of that op, was broken.
std::string after(Op op, const std::function<void(hir::Expr&)>& breaks) {
  Rules rules = good();
  std::string said;
  const std::function<hir::ExprPtr(const hir::ExprPtr&)> copy = [&](const hir::ExprPtr& from) {
    auto node = std::make_shared<hir::Expr>(*from);
    for (hir::ExprPtr& child : node->children) child = copy(child);
    if (node->op == op) breaks(*node);
    return hir::ExprPtr(node);
  };
  rules.segments.back().when = copy(rules.segments.back().when);
  for (const std::string& fault : verify_hir(rules)) said += fault + "\n";
  return said;
}

TEST(Verify, SaysNothingOfCheckedRules) { EXPECT_TRUE(verify_hir(good()).empty()); }

TEST(Verify, LooksAtEachNode) {
  const auto says = [](const std::string& said, const char* fault) {
    EXPECT_NE(said.find(std::string("segment it: ") + fault + "\n"), std::string::npos) << said;
  };
  says(after(Op::kCount, [](hir::Expr& e) { e.stream.index = 99; }), "count names no stream");
  says(after(Op::kCount, [](hir::Expr& e) { e.cap = e.cap + 1; }), "count has a wrong cap");
  says(after(Op::kTrait, [](hir::Expr& e) { e.slot.index = 99; }), "trait names no slot");
  says(after(Op::kMember, [](hir::Expr& e) { e.segment.index = 99; }), "member names no segment");
  says(after(Op::kScore, [](hir::Expr& e) { e.score.index = 99; }), "score names no score");
  says(after(Op::kDays, [](hir::Expr& e) { e.zone.index = 99; }), "days names no zone");
  says(after(Op::kDays, [](hir::Expr& e) { e.window.periods = 0; }),
       "days has a wrong number of days");
  says(after(Op::kEqual, [](hir::Expr& e) { e.children.pop_back(); }),
       "equal has a wrong number of children");
  says(after(Op::kEqual, [](hir::Expr& e) { e.type = hir::Type::kNumber; }), "equal is no truth");
}

TEST(Verify, LooksAtDerivedStreams) {
  using Kind = hir::Stream::Kind;
  const auto broken = [](Kind kind, const std::function<void(hir::Stream&)>& breaks) {
    Rules rules = Checked(
                      "signal s = (login then click without signup) by x all within 7d\n"
                      "segment it = s and (s or click) >= 2 and (sessions of s with gap 1h) and "
                      "entered trial and changed plan to \"pro\"")
                      .rules;
    EXPECT_TRUE(verify_hir(rules).empty());
    const auto found = std::find_if(rules.streams.begin(), rules.streams.end(),
                                    [&](const auto& stream) { return stream.kind == kind; });
    breaks(*found);
    return !verify_hir(rules).empty();
  };
  EXPECT_TRUE(broken(Kind::kSequence, [](auto& s) { s.steps[0].stream.index = 99; }));
  EXPECT_TRUE(broken(Kind::kSequence, [](auto& s) { s.steps[0].later = true; }));
  EXPECT_TRUE(broken(Kind::kSequence, [](auto& s) { s.by->index = 99; }));
  EXPECT_TRUE(broken(Kind::kSequence, [](auto& s) { s.steps.clear(); }));
  EXPECT_TRUE(broken(Kind::kUnion, [](auto& s) { s.sources.pop_back(); }));
  EXPECT_TRUE(broken(Kind::kUnion, [](auto& s) { std::swap(s.sources[0], s.sources[1]); }));
  EXPECT_TRUE(broken(Kind::kSessions, [](auto& s) { s.gap = {}; }));
  EXPECT_TRUE(broken(Kind::kCrossing, [](auto& s) { s.condition = nullptr; }));
  EXPECT_TRUE(broken(Kind::kChange, [](auto& s) { s.slot.index = 99; }));
}

TEST(Verify, CapsFollowWhatACountIsComparedWith) {
  const auto faults = [](const std::string& when, uint32_t cap) {
    Rules rules = Checked("segment it = " + when).rules;
    EXPECT_TRUE(verify_hir(rules).empty()) << when;
    hir::Expr comparison = *rules.segments.back().when;
    for (hir::ExprPtr& child : comparison.children) {
      if (child->op != Op::kCount && child->op != Op::kDays) continue;
      hir::Expr count = *child;
      count.cap = cap;
      child = std::make_shared<const hir::Expr>(count);
    }
    rules.segments.back().when = std::make_shared<const hir::Expr>(comparison);
    return verify_hir(rules).size();
  };
  for (const char* free : {"(login then click) >= 5 within 1d", "(login then click) = 4 within 1d",
                           "((login then click) all within 1h) within 1d",
                           "login on >= 64 days within 100d", "login on = 63 days within 100d"}) {
    EXPECT_EQ(faults(free, 0), 0u) << free;
    EXPECT_EQ(faults(free, kWindowCap), 1u) << free;
  }
  for (const char* capped :
       {"(login then click) >= 6 within 1d", "(login then click) = 5 within 1d",
        "(login then no click within 1h) within 1d", "((login then click) by x) within 1d",
        "((login then click) all within 1h) >= 2 within 1d",
        "(login then click) >= 2 between 3d and 1d ago", "login >= 2 within 1d",
        "login on >= 65 days within 100d", "login on = 64 days within 100d",
        "login on >= 2 weeks within 100d", "(login then click) on >= 2 days within 9d",
        "login on >= 2 days between 9d and 1d ago"}) {
    EXPECT_EQ(faults(capped, kWindowCap), 0u) << capped;
    EXPECT_EQ(faults(capped, 0), 1u) << capped;
  }
}

TEST(Verify, LooksAtTheWhole) {
  Rules rules = good();
  std::swap(rules.order.front(), rules.order.back());
  EXPECT_FALSE(verify_hir(rules).empty());
  rules = good();
  rules.order.pop_back();
  EXPECT_FALSE(verify_hir(rules).empty());
  rules = good();
  std::reverse(rules.schema.kinds.begin() + 2, rules.schema.kinds.end());
  EXPECT_FALSE(verify_hir(rules).empty());
  rules = good();
  for (hir::Stream& stream : rules.streams) stream.predicate = nullptr;
  EXPECT_FALSE(verify_hir(rules).empty());
  rules = good();
  rules.segments.back().when = nullptr;
  EXPECT_FALSE(verify_hir(rules).empty());
}

}  // namespace
}  // namespace segue
