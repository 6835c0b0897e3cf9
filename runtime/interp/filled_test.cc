#include <gtest/gtest.h>

#include <vector>

#include "runtime/cells/carry.h"
#include "runtime/cells/known.h"
#include "runtime/interp/test_world.h"

namespace segue {
namespace {

// No view for 100 ms, and that for 200 ms.
constexpr const char* kQuiet = R"(
kind 0 streams
kind 1 streams
kind 2 name "view" streams 0 chunks 0
kind-set 0 2
stream 0 name "view" cells 0
  kind-in k0
cell 0 newest source 0 k 1 at 56 bytes 6
cell 1 held source 0 horizon 200 at 64 bytes 6
node 0 B place 0 timed held 1
  nth-within c0 1 100
  not
node 1 B place 1 timed segment 0
  held c1
chunk 0 first 0 count 2 timed
segment 0 name "quiet" node 1
)";

/// What was held while too little was known of views is in the cell still, though views are known
/// from the log now.
TEST(Filled, WhatACellWasFedBeforeStaysInIt) {
  const auto program = program_of(kQuiet);
  const image::View& view = program->view();
  std::vector<cells::Began> began = {{.since_ms = 1000}, {.since_ms = 1000}};
  EXPECT_EQ(cells::known_from(view, began).nodes[1], 1300);

  const cells::FillPlan plan = cells::plan_fill(view, 900, 1150, false, began);
  EXPECT_EQ(plan.cells, (std::vector<uint32_t>{0}));
  EXPECT_EQ(began[0].since_ms, 900);
  EXPECT_EQ(began[1].since_ms, 1100);
  EXPECT_EQ(cells::known_from(view, began).nodes[1], 1300);
}

/// From the deploy on it is fed what is right.
TEST(Filled, ACellIsRightAsIfItBeganAtTheDeploy) {
  const auto program = program_of(kQuiet);
  std::vector<cells::Began> began = {{.since_ms = 1000}, {.since_ms = 1000}};
  (void)cells::plan_fill(program->view(), 900, 1050, false, began);
  EXPECT_EQ(began[1].since_ms, 1050);
  EXPECT_EQ(cells::known_from(program->view(), began).nodes[1], 1250);
}

TEST(Filled, AllThereEverWasFillsWhatConditionsFeed) {
  const auto program = program_of(kQuiet);
  std::vector<cells::Began> began = {{.since_ms = 1000}, {.since_ms = 1000}};
  const cells::FillPlan plan = cells::plan_fill(program->view(), kLongAgo.ms, 1150, false, began);
  EXPECT_EQ(plan.cells, (std::vector<uint32_t>{0, 1}));
  EXPECT_EQ(cells::known_from(program->view(), began).nodes[1], kLongAgo.ms);
}

}  // namespace
}  // namespace segue
