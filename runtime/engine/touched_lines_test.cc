#include "runtime/engine/touched_lines.h"

#include <gtest/gtest.h>

#include <string>

#include "runtime/image/assemble.h"

namespace segue {
namespace {

/// A count at 48, one at 200, and a node that reads the second; a sum of half a line at 300.
constexpr const char* kRules = R"(
kind 0 streams
kind 1
kind 2 name "a" streams 0
kind 3 name "b" streams 1 chunks 0
stream 0 name "a" cells 0
  kind-in k0
stream 1 name "b" cells 1
  kind-in k1
kind-set 0 2
kind-set 1 3
cell 0 newest source 0 k 2 at 48 bytes 12
cell 1 newest source 1 k 1 at 200 bytes 6
node 0 B place 0 timed segment 0
  nth-within c1 1 100
chunk 0 first 0 count 1 timed
segment 0 name "s" node 0
)";

TEST(TouchedLines, AreThoseOfWhatAKindFeedsAndItsNodesRead) {
  Result<image::Tables> tables = image::assemble(kRules);
  ASSERT_TRUE(tables.has_value()) << tables.error().message;
  Result<image::Image> image = image::Image::open(tables->finish());
  ASSERT_TRUE(image.has_value()) << image.error().message;
  const TouchedLines lines(image->view(), 16, true);
  EXPECT_EQ(lines.of_kind(0), 0b1u);
  EXPECT_EQ(lines.of_kind(2), 0b11u) << "48 to 64 of the state lie in the second line of the row";
  EXPECT_EQ(lines.of_kind(3), 0b1001u);
  EXPECT_EQ(lines.of_time(), 0b1001u);
  EXPECT_EQ(TouchedLines(image->view(), 16, false).of_time(), 0b11011u)
      << "a row may begin anywhere in a line";
  EXPECT_EQ(TouchedLines(image->view(), 0, true).of_kind(2), 0b1u);
}

TEST(TouchedLines, AreThoseOfDeadlinesTooWhereAStateKeepsThem) {
  Result<image::Tables> tables = image::assemble(std::string(kRules) + "tracked deadlines 136\n");
  ASSERT_TRUE(tables.has_value()) << tables.error().message;
  Result<image::Image> image = image::Image::open(tables->finish());
  ASSERT_TRUE(image.has_value()) << image.error().message;
  const TouchedLines lines(image->view(), 16, true);
  EXPECT_EQ(lines.of_time(), 0b1101u) << "136 of the state lies in the third line";
  EXPECT_EQ(lines.of_kind(3), 0b1001u) << "none stands above the only one";
}

/// Each of 40 streams belongs to all later ones: 2^39 ways, and each stream is looked at once.
TEST(TouchedLines, UnionsOfUnionsTakeNoTime) {
  std::string rules = "kind 0 streams\nkind 1\nkind 2 name \"a\" streams 0\nkind-set 0 2\n";
  for (int i = 0; i < 40; ++i) {
    rules += "stream " + std::to_string(i) + (i == 0 ? " name \"a\"" : "");
    if (i == 39) rules += " cells 0";
    for (int all = i + 1; all < 40; ++all) {
      rules += (all == i + 1 ? " unions " : " ") + std::to_string(all);
    }
    rules += i == 0 ? "\n  kind-in k0\n" : "\n";
  }
  rules +=
      "cell 0 newest source 39 k 1 at 200 bytes 6\nnode 0 B place 0 timed segment 0\n"
      "  nth-within c0 1 100\nchunk 0 first 0 count 1 timed\nsegment 0 name \"s\" node 0\n";
  Result<image::Tables> tables = image::assemble(rules);
  ASSERT_TRUE(tables.has_value()) << tables.error().message;
  Result<image::Image> image = image::Image::open(tables->finish());
  ASSERT_TRUE(image.has_value()) << image.error().message;
  EXPECT_EQ(TouchedLines(image->view(), 16, true).of_kind(2), 0b1001u);
}

}  // namespace
}  // namespace segue
