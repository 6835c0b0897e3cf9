#include "compiler/syntax/line_layout.h"

#include <gtest/gtest.h>

namespace segue {
namespace {

using Style = LineLayout::Style;

void list(LineLayout& out, Style style, std::initializer_list<std::string_view> items) {
  out.open(2, style);
  bool first = true;
  for (const std::string_view item : items) {
    if (!first) out.soft();
    first = false;
    out.text(item);
  }
  out.close();
}

TEST(LineLayout, BreaksAGroupThatDoesNotFit) {
  LineLayout out;
  list(out, Style::kConsistent, {"aaa", "bbb", "ccc"});
  EXPECT_EQ(out.print(11), "aaa bbb ccc");
  EXPECT_EQ(out.print(10), "aaa\n  bbb\n  ccc");
}

TEST(LineLayout, FillsLines) {
  LineLayout out;
  list(out, Style::kFill, {"aaa", "bbb", "ccc", "ddd"});
  EXPECT_EQ(out.print(9), "aaa bbb\n  ccc ddd");
}

TEST(LineLayout, CountsWhatIsGluedBehindAGroup) {
  LineLayout out;
  list(out, Style::kConsistent, {"aaa", "bbb"});
  out.text(";;");
  out.open(0, Style::kBroken);
  out.soft();
  out.text("more");
  out.close();
  EXPECT_EQ(out.print(9), "aaa bbb;;\nmore");
  EXPECT_EQ(out.print(8), "aaa\n  bbb;;\nmore");
}

TEST(LineLayout, CommentsBreakTheirGroups) {
  LineLayout out;
  out.open(2);
  out.text("a");
  out.soft();
  out.trailing_comment("# one");
  out.own_comment("# two", false);
  out.text("b");
  out.close();
  EXPECT_EQ(out.print(80), "a  # one\n  # two\n  b");
}

TEST(LineLayout, ABlankAtAPlaceForALineEndIsOne) {
  LineLayout out;
  out.text("a");
  out.open(2);
  out.soft();
  out.blank();
  out.text("b");
  out.close();
  EXPECT_EQ(out.print(80), "a b");
}

TEST(LineLayout, CountsCodePoints) {
  LineLayout out;
  list(out, Style::kConsistent, {"äöü", "äöü"});
  EXPECT_EQ(out.print(7), "äöü äöü");
}

}  // namespace
}  // namespace segue
