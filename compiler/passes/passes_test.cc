#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "compiler/passes/passes.h"
#include "compiler/passes/pipeline.h"
#include "compiler/plan/plan.h"

namespace segue {
namespace {

using passes::PassInfo;

plan::Plan read(std::string_view text) {
  Result<plan::Plan> plan = plan::parse(text);
  EXPECT_TRUE(plan.has_value()) << plan.error().message;
  return plan ? std::move(plan).value() : plan::Plan{};
}

constexpr std::string_view kHead =
    "kind k0 \"\"\n"
    "kind k1 \"\"\n"
    "kind k2 \"View\"\n"
    "stream s0 \"view\" = (kind-in k2)\n";

struct Example {
  std::string before;
  std::string after;
};

/// One less than inputs are tracked from.
std::string many_nodes() {
  std::string text;
  for (int i = 0; i < 63; ++i) text += "node n" + std::to_string(i) + " = (seen c0)\n";
  return text;
}

/// By pass: plan text in and out.
const std::map<std::string_view, Example>& first_examples() {
  static const std::map<std::string_view, Example> all = {
      {"fold",
       {"cell c0 = seen s0\n"
        "node n0 = (and (and (seen c0) (truth true)) (or (seen c0)))\n",
        "cell c0 = seen s0\n"
        "node n0 = (seen c0)\n"}},
      {"share-streams",
       {"stream s1 \"view\" = (kind-in k2)\n"
        "cell c0 = seen s0\n"
        "cell c1 = seen s1\n"
        "node n0 = (and (seen c0) (seen c1))\n",
        "stream s1 \"view\" = (kind-in k2)\n"
        "cell c0 = seen s0\n"
        "cell c1 = seen s0\n"
        "node n0 = (and (seen c0) (seen c1))\n"}},
      {"fit-cells",
       {"cell c0 = log s0 horizon 172800000\n"
        "node n0 = (less-equal (number 3) (log-count c0 rolling 172800000 0))\n",
        "cell c0 = log s0 horizon 172800000\n"
        "cell c1 = newest s0 k 3\n"
        "node n0 = (nth-within c1 3 172800000)\n"}},
      {"share-cells",
       {"cell c0 = newest s0 k 3\n"
        "cell c1 = newest s0 k 5\n"
        "node n0 = (and (nth-within c0 3 1000) (nth-within c1 5 9000))\n",
        "cell c0 = newest s0 k 5\n"
        "cell c1 = newest s0 k 5\n"
        "node n0 = (and (nth-within c0 3 1000) (nth-within c0 5 9000))\n"}},
      {"share-conditions",
       {"cell c0 = seen s0\n"
        "node n0 = (and (or (seen c0) (seen c0)) (seen c0))\n"
        "node n1 = (or (seen c0) (seen c0))\n",
        "cell c0 = seen s0\n"
        "node n0 = (or (seen c0) (seen c0))\n"
        "node n1 = (and (node n0) (seen c0))\n"}},
      {"drop-dead",
       {"cell c0 = newest s0 k 3\n"
        "cell c1 = seen s0\n"
        "node n0 = (seen c1)\n"
        "node n1 = (nth-within c0 1 1000)\n"
        "segment a n0 \"\" \"\"\n",
        "cell c0 = seen s0\n"
        "node n0 = (seen c0)\n"
        "segment a n0 \"\" \"\"\n"}},
  };
  return all;
}

/// Of the passes behind them, which make ready for the blob.
const std::map<std::string_view, Example>& last_examples() {
  static const std::map<std::string_view, Example> all = {
      {"narrow-times",
       {"cell c0 = newest s0 k 3\n"
        "cell c1 = newest s0 k 1\n"
        "node n0 = (and (nth-within c0 3 3221225472) (nth-within c1 1 3221225473))\n",
        "cell c0 = newest s0 k 3 horizon 3221225472\n"
        "cell c1 = newest s0 k 1\n"
        "node n0 = (and (nth-within c0 3 3221225472) (nth-within c1 1 3221225473))\n"}},
      {"track-inputs",
       {"cell c0 = seen s0\n"
        "cell c1 = newest s0 k 3\n" +
            many_nodes() + "node n63 = (and (nth-within c1 3 1000) (seen c0))\n",
        "cell c0 = seen s0\n"
        "cell c1 = newest s0 k 3\n" +
            many_nodes() +
            "node n63 = (nth-within c1 3 1000)\n"
            "node n64 = (and (node n63) (node n0))\n"
            "tracked\n"}},
      {"sort-constants",
       {"cell c0 = newest s0 k 1\n"
        "node n0 = (nth-within c0 1 9000)\n"
        "node n1 = (not (node n0))\n"
        "node n2 = (nth-within c0 1 1000)\n"
        "tracked\n",
        "cell c0 = newest s0 k 1\n"
        "node n0 = (nth-within c0 1 1000)\n"
        "node n1 = (nth-within c0 1 9000)\n"
        "node n2 = (not (node n1))\n"
        "tracked\n"}},
      {"lay-out",
       {"cell c0 = seen s0\n"
        "node n0 = (seen c0)\n",
        "cell c0 = seen s0 at 32 bytes 1\n"
        "node n0 = (seen c0) at 0\n"
        "layout words 1 bytes 40\n"
        "chunk n0 count 1\n"}},
  };
  return all;
}

/// A pass without an example fails the test below.
std::map<std::string_view, Example> examples() {
  std::map<std::string_view, Example> all = first_examples();
  all.insert(last_examples().begin(), last_examples().end());
  return all;
}

TEST(Passes, EachDoesWhatItsExampleShowsAndNothingTheSecondTime) {
  const std::map<std::string_view, Example> all = examples();
  for (const PassInfo& pass : passes::pipeline()) {
    SCOPED_TRACE(pass.name);
    ASSERT_TRUE(all.contains(pass.name)) << "a pass without an example";
    const Example& example = all.at(pass.name);
    plan::Plan plan = read(std::string(kHead) + example.before);
    ASSERT_EQ(plan::verify(plan), "");
    pass.run(plan);
    EXPECT_EQ(plan::verify(plan), "");
    EXPECT_EQ(plan::print(plan), std::string(kHead) + example.after);
    const std::string once = plan::print(plan);
    pass.run(plan);
    EXPECT_EQ(plan::print(plan), once) << "not idempotent";
  }
}

TEST(TrackInputs, LeavesFewConditionsTogether) {
  plan::Plan plan = read(std::string(kHead) +
                         "cell c0 = seen s0\n"
                         "cell c1 = newest s0 k 3\n"
                         "node n0 = (and (nth-within c1 3 1000) (seen c0))\n");
  passes::track_inputs(plan);
  EXPECT_FALSE(plan.tracked);
  EXPECT_EQ(plan.nodes.size(), 1u);
}

/// Quick tests of cells that one kind of event feeds lie in one chunk, what reads their truths in
/// another; one of the two has a deadline.
TEST(LayOut, CutsTrackedNodesByTheirInputs) {
  plan::Plan plan = read(std::string(kHead) +
                         "cell c0 = newest s0 k 1\n"
                         "cell c1 = newest s0 k 3\n"
                         "node n0 = (and (nth-within c0 1 1000) (nth-within c1 3 1000))\n"
                         "node n1 = (nth-within c0 1 2000)\n");
  plan.tracked_from = 0;
  passes::track_inputs(plan);
  passes::lay_out(plan);
  EXPECT_EQ(plan::print(plan, "nodes"),
            "node n0 = (nth-within c0 1 1000) at 0\n"
            "node n1 = (nth-within c1 3 1000) at 1\n"
            "node n2 = (nth-within c0 1 2000) at 2\n"
            "node n3 = (and (node n0) (node n1)) at 3\n");
  EXPECT_EQ(plan::print(plan, "layout"),
            "tracked\n"
            "layout words 1 bytes 64 deadlines 32\n"
            "chunk n0 count 3\n"
            "chunk n3 count 1\n");
}

/// Of many quick tests sixteen stand together, those of one cell apart where they are eight; a test
/// that is not quick stands with its cell's.
TEST(LayOut, PutsQuickTestsTogetherByKindsOfEvents) {
  const auto chunks = [](int cells, int tests) {
    std::string text =
        "kind k0 \"\"\nkind k1 \"\"\nkind k2 \"Read\"\nkind k3 \"View\"\n"
        "stream s0 \"read\" = (kind-in k2)\nstream s1 \"view\" = (kind-in k3)\n";
    for (int i = 0; i < cells; ++i) text += fmt::format("cell c{} = newest s{} k 2\n", i, i % 2);
    text += fmt::format("cell c{} = log s0 horizon *\n", cells);
    int node = 0;
    for (int i = 0; i < cells; ++i) {
      for (int test = 0; test < tests; ++test) {
        text += fmt::format("node n{} = (nth-within c{} 2 {})\n", node++, i, 1000 + test);
      }
    }
    text += fmt::format("node n{} = (less (log-count c{} rolling 10 0) (number 3))\n", node, cells);
    plan::Plan plan = read(text);
    plan.tracked_from = 0;
    passes::track_inputs(plan);
    passes::lay_out(plan);
    std::vector<uint32_t> counts;
    for (const plan::Chunk& chunk : plan.chunks) counts.push_back(chunk.node_count);
    std::sort(counts.begin(), counts.end());
    return counts;
  };
  EXPECT_EQ(chunks(40, 1), std::vector<uint32_t>({1, 4, 4, 16, 16})) << "two kinds, twenty each";
  EXPECT_EQ(chunks(2, 7), std::vector<uint32_t>({1, 7, 7}));
  EXPECT_EQ(chunks(4, 7), std::vector<uint32_t>({1, 14, 14}));
  EXPECT_EQ(chunks(4, 8), std::vector<uint32_t>({1, 8, 8, 8, 8}));
}

/// A wake-up for one window looks at its chunk: many tests of one window stand together, of many
/// windows four.
TEST(LayOut, CutsTrackedNodesByTheirWindows) {
  const auto chunks = [](int64_t window_step) {
    std::string text = std::string(kHead) + "cell c0 = log s0 horizon *\n";
    for (int i = 0; i < 10; ++i) {
      text += fmt::format("node n{} = (less (log-count c0 rolling {} 0) (number {}))\n", i,
                          100'000 + i * window_step, 100 + i);
    }
    plan::Plan plan = read(text);
    plan.tracked_from = 0;
    passes::track_inputs(plan);
    passes::lay_out(plan);
    std::vector<uint32_t> counts;
    for (const plan::Chunk& chunk : plan.chunks) counts.push_back(chunk.node_count);
    return counts;
  };
  EXPECT_EQ(chunks(0), std::vector<uint32_t>({10}));
  EXPECT_EQ(chunks(1000), std::vector<uint32_t>({4, 4, 2}));
}

/// The table of ARCHITECTURE: which k a comparison needs.
TEST(FitCells, KeepsJustEnoughForEachComparison) {
  struct Row {
    const char* test;
    const char* fitted;
  };
  const Row rows[] = {
      {"(less-equal (number 3) (log-count c0 rolling 1000 0))", "(nth-within c1 3 1000)"},
      {"(less (log-count c0 rolling 1000 0) (number 3))", "(not (nth-within c1 3 1000))"},
      {"(less (number 3) (log-count c0 rolling 1000 0))", "(nth-within c1 4 1000)"},
      {"(less-equal (log-count c0 rolling 1000 0) (number 3))", "(not (nth-within c1 4 1000))"},
      {"(equal (log-count c0 rolling 1000 0) (number 3))",
       "(and (nth-within c1 3 1000) (not (nth-within c2 4 1000)))"},
      {"(equal (log-count c0 rolling 1000 0) (number 2.5))", "(truth false)"},
      {"(equal (log-count c0 rolling 1000 0) (number -1))", "(truth false)"},
      {"(equal (log-count c0 rolling 1000 0) (number 0))", "(not (nth-within c1 1 1000))"},
      {"(less (log-count c0 rolling 1000 0) (number 2.5))", "(not (nth-within c1 3 1000))"},
      {"(less-equal (number 0) (log-count c0 rolling 1000 0))", "(truth true)"},
      {"(less-equal (number 64) (log-count c0 rolling 1000 0))", "(nth-within c1 64 1000)"},
      {"(less-equal (number 65) (log-count c0 rolling 1000 0))",
       "(less-equal (number 65) (log-count c0 rolling 1000 0))"},
      {"(less-equal (number 3) (log-count c0 rolling 1000 5))",
       "(less-equal (number 3) (log-count c0 rolling 1000 5))"},
      {"(less-equal (number 9) (log-count c0 rolling 1000 0 cap 8))", "(truth false)"},
      {"(less-equal (number 1) (log-count c0 ever))", "(seen c1)"},
      {"(less-equal (number 7) (log-count c0 ever))", "(less-equal (number 7) (total-count c1))"},
  };
  for (const Row& row : rows) {
    plan::Plan plan =
        read(std::string(kHead) + "cell c0 = log s0 horizon *\nnode n0 = " + row.test + "\n");
    passes::fit_cells(plan);
    EXPECT_EQ(plan::print(*plan.nodes[0].value), row.fitted) << row.test;
    EXPECT_EQ(plan::verify(plan), "");
  }
}

TEST(ShareCells, IsNotWidenedByWhatNothingReads) {
  plan::Plan plan = read(std::string(kHead) +
                         "cell c0 = log s0 cap 9 horizon 1000\n"
                         "cell c1 = log s0 horizon *\n"
                         "node n0 = (less-equal (number 80) (log-count c0 rolling 1000 0))\n");
  passes::share_cells(plan);
  EXPECT_EQ(plan.cells[0].horizon_ms, 1000);
  EXPECT_EQ(plan.cells[0].cap, 9u);
}

TEST(Pipeline, SelectsPassesByName) {
  EXPECT_TRUE(passes::Selection::from_text("all")->all);
  EXPECT_TRUE(passes::Selection::from_text("none")->only.empty());
  EXPECT_EQ(passes::Selection::from_text("fold,drop-dead")->only.size(), 2u);
  const auto unknown = passes::Selection::from_text("fold,fit");
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().message.substr(0, 18), "unknown pass `fit`");
}

TEST(Shapes, LeaveConstantsOut) {
  const plan::Plan plan = read(std::string(kHead) +
                               "cell c0 = newest s0 k 9\n"
                               "node n0 = (nth-within c0 3 1000)\n"
                               "node n1 = (nth-within c0 9 2000)\n"
                               "node n2 = (not (nth-within c0 9 2000))\n");
  EXPECT_EQ(passes::count_shapes(plan), 2u);
}

}  // namespace
}  // namespace segue
