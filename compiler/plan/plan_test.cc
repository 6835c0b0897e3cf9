#include "compiler/plan/plan.h"

#include <gtest/gtest.h>

#include <string>

namespace segue::plan {
namespace {

constexpr std::string_view kAll =
    "zone z0 \"Europe/Paris\"\n"
    "slot p0 property \"path\"\n"
    "slot p1 trait \"company\" \"size\"\n"
    "kind k0 \"\" p1\n"
    "kind k1 \"\"\n"
    "kind k2 \"Page \\\"Viewed\\\"\" p0\n"
    "stream s0 \"view\" = (and (kind-in k2) (starts-with (slot p0) (text \"/pri\\\\cing\") ))\n"
    "stream s1 \"seq\" = derived\n"
    "stream s2 \"twice\" = derived\n"
    "sequence q0 \"a then b\" = s0 within 5 then later s0 within 7 then no later s0 within 9\n"
    "sequence q1 \"twice\" = s0 then later s0 all-within 5 starts\n"
    "cell c0 = log s0 cap 7 z0 horizon * value (scalar-of (slot p0))\n"
    "cell c1 = sequence q0 feeds s1\n"
    "cell c2 = held n0 horizon 5\n"
    "cell c3 = newest s1 k 2 at 64 bytes 16\n"
    "node n0 = (less-equal (number 0.1) (log-count c0 rolling 100 7 cap 3)) at 0\n"
    "node n1 = (or (held c2) (in-scalars {true 1.5 \"x\" @17} (log-last c0 absolute * 9))) at 1\n"
    "node n2 = (sum-less 12.5 (total-sum c0)) at 2\n"
    "node n3 = (time-less slope -1 (time 5) (now)) at 3\n"
    "node n4 = (equal-text \"a\" ignoring-case (slot p0)) at 4\n"
    "node n5 = (at-least 1 (node n0) (log-count c0 full-days 3)) at 5\n"
    "segment a n0 \"label\" \"doc\" goal \"sell\"\n"
    "score b n2 \"\" \"\"\n"
    "layout words 1 bytes 80\n"
    "chunk n0 count 4\n";

TEST(PlanText, PrintingWhatWasReadGivesTheSameText) {
  const Result<Plan> plan = parse(kAll);
  ASSERT_TRUE(plan.has_value()) << plan.error().message;
  const std::string printed = print(*plan);
  const Result<Plan> again = parse(printed);
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(print(*again), printed);
  EXPECT_NE(printed.find("rolling 100 7 cap 3"), std::string::npos);
}

/// Each op of the image, with its immediate, survives print and parse.
TEST(PlanText, EveryOpIsPrintedAndRead) {
  const auto check = [](Op op, int pops) {
    Expr expr;
    expr.op = op;
    switch (immediate_of(op)) {
      case Immediate::kScalar:
      case Immediate::kSet:
      case Immediate::kSetFold:
        expr.set = {{.type = hir::Type::kNumber, .number = 2, .text = "2"}};
        break;
      case Immediate::kText:
      case Immediate::kTextFold:
        expr.text = "x \"y\"\n";
        break;
      case Immediate::kKinds:
        expr.kinds = {1, 2};
        break;
      default:
        break;
    }
    for (int i = 0; i < pops; ++i) {
      auto operand = std::make_shared<Expr>();
      operand->op = Op::kNow;
      expr.operands.push_back(std::move(operand));
    }
    const std::string text = print(expr);
    const Result<Plan> plan = parse("node n0 = " + text + "\n");
    ASSERT_TRUE(plan.has_value()) << text << ": " << plan.error().message;
    EXPECT_TRUE(equal(*plan->nodes[0].value, expr)) << text;
  };
#define IMAGE_OP(id, name, pops, result) check(Op::id, pops);
#include "runtime/image/ops.def"
#undef IMAGE_OP
}

TEST(PlanText, SaysWhereItIsWrong) {
  EXPECT_EQ(parse("stream s1 \"x\" = derived\n").error().message, "plan line 1: `s0` comes next");
  EXPECT_EQ(parse("\nnode n0 = (fly c0)\n").error().message, "plan line 2: `fly` is no op");
  EXPECT_FALSE(parse("node n0 = (seen").has_value());
  EXPECT_FALSE(parse("cell c0 = seen s0 )\n").has_value());
}

TEST(PlanVerify, FindsWhatIsUnsound) {
  const auto wrong = [](std::string_view lines) {
    const Result<Plan> plan =
        parse("kind k0 \"\"\nkind k1 \"\"\nstream s0 \"v\" = (any-kind)\n" + std::string(lines));
    EXPECT_TRUE(plan.has_value()) << plan.error().message;
    return plan ? verify(*plan) : "";
  };
  EXPECT_EQ(wrong("cell c0 = seen s0\nnode n0 = (seen c0)\n"), "");
  EXPECT_NE(wrong("node n0 = (seen c0)\n"), "");                            // no such cell
  EXPECT_NE(wrong("cell c0 = seen s0\nnode n0 = (newest-time c0)\n"), "");  // a time is no node
  EXPECT_NE(wrong("cell c0 = seen s0\nnode n0 = (nth-within c0 1 5)\n"),
            "");  // another kind of cell
  EXPECT_NE(wrong("cell c0 = newest s0 k 2\nnode n0 = (nth-within c0 3 5)\n"),
            "");                                  // keeps too little
  EXPECT_NE(wrong("node n0 = (node n0)\n"), "");  // reads itself
  EXPECT_NE(
      wrong("cell c0 = log s0 horizon 5\nnode n0 = (less (number 1) (log-count c0 rolling 6 0))\n"),
      "");
  EXPECT_NE(wrong("node n0 = (not (number 1))\n"), "");
}

}  // namespace
}  // namespace segue::plan
