#include "cli/diff.h"

#include <gtest/gtest.h>
#include <random>
#include <sstream>

namespace segue::cli {
namespace {

/// The text after a patch: a reading of the format that knows nothing of how it was made.
std::string patched(const std::string& before, const std::string& diff) {
  std::vector<std::string> lines;
  std::istringstream in(before);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  std::string out;
  size_t at = 0;
  std::istringstream patch(diff);
  std::string line;
  std::getline(patch, line);
  std::getline(patch, line);
  while (std::getline(patch, line)) {
    if (line[0] == '@') {
      const size_t first = std::stoul(line.substr(4));
      const bool empty = line.find(",0 +") != std::string::npos;
      for (; at + 1 < first + (empty ? 1 : 0); ++at) out += lines[at] + "\n";
    } else if (line[0] == '+') {
      out += line.substr(1) + "\n";
    } else {
      EXPECT_EQ(line.substr(1), lines[at]);
      if (line[0] == ' ') out += lines[at] + "\n";
      ++at;
    }
  }
  for (; at < lines.size(); ++at) out += lines[at] + "\n";
  return out;
}

TEST(Diff, ShowsAChangeWithItsSurroundings) {
  EXPECT_EQ(
      unified_diff("a.seg", "1\n2\n3\n4\n5\n6\n7\n8\n", "1\n2\n3\n4\nfive\n6\n7\n8\n", false),
      "--- a.seg\n+++ a.seg (formatted)\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

TEST(Diff, SaysWhenTheLastLineHasNoEnd) {
  EXPECT_EQ(unified_diff("a", "x", "x\n", false),
            "--- a\n+++ a (formatted)\n@@ -1,1 +1,1 @@\n-x\n\\ No newline at end of file\n+x\n");
}

TEST(Diff, OfEqualTextsIsEmpty) { EXPECT_EQ(unified_diff("a", "x\n", "x\n", false), ""); }

TEST(Diff, AppliedToTheFirstTextGivesTheSecond) {
  std::mt19937 random(20260101);
  for (int round = 0; round < 500; ++round) {
    const auto text = [&] {
      std::string out;
      const unsigned lines = random() % 30;
      for (unsigned i = 0; i < lines; ++i) out += std::string(1, 'a' + random() % 4) + "\n";
      return out;
    };
    const std::string before = text();
    const std::string after = text();
    if (before == after) continue;
    const std::string diff = unified_diff("t", before, after, false);
    EXPECT_EQ(patched(before, diff), after) << before << "---\n" << diff;
  }
}

TEST(Diff, OfVeryDifferentTextsIsWhole) {
  std::string before;
  std::string after;
  for (int i = 0; i < 3000; ++i) {
    before += "a" + std::to_string(i) + "\n";
    after += "b" + std::to_string(i) + "\n";
  }
  EXPECT_EQ(patched(before, unified_diff("t", before, after, false)), after);
}

}  // namespace
}  // namespace segue::cli
