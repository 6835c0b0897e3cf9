#include "compiler/sema/csv.h"

#include <gtest/gtest.h>

namespace segue::sema {
namespace {

std::string items(std::string_view text, size_t items_max = 10) {
  const Csv csv = first_column(text, items_max);
  std::string out;
  for (const CsvItem& item : csv.items) {
    out += "[" + item.text + "]" + std::to_string(item.begin) + "-" + std::to_string(item.end);
  }
  if (!csv.error.empty()) out += csv.error + " at " + std::to_string(csv.error_at);
  return out;
}

TEST(Csv, FirstColumn) {
  EXPECT_EQ(items(""), "");
  EXPECT_EQ(items("a"), "[a]0-1");
  EXPECT_EQ(items("a,x\r\nb,y,z\n"), "[a]0-1[b]5-6");
  EXPECT_EQ(items("a\n\n\r\nb"), "[a]0-1[b]5-6");
  EXPECT_EQ(items(",x\nb"), "[]0-0[b]3-4");
  EXPECT_EQ(items("\xEF\xBB\xBF"
                  "a\n"),
            "[a]3-4");
  EXPECT_EQ(items(" a \n"), "[ a ]0-3");
}

TEST(Csv, Quotes) {
  EXPECT_EQ(items("\"a,b\",x\n"), "[a,b]0-5");
  EXPECT_EQ(items("\"a\"\"b\"\n"), "[a\"b]0-6");
  EXPECT_EQ(items("\"a\nb\"\nc"), "[a\nb]0-5[c]6-7");
  EXPECT_EQ(items("\"\""), "[]0-2");
  EXPECT_EQ(items("a,\"x,\ny\"\nb"), "[a]0-1[b]9-10");
}

TEST(Csv, Faults) {
  EXPECT_EQ(items("a\nb\"c\n"), "[a]0-1a quote inside a field without quotes at 3");
  EXPECT_EQ(items("\"a\nb"), "a quote that is not closed at 0");
  EXPECT_EQ(items("\"a\"b"), "more behind the closing quote at 3");
  EXPECT_EQ(items("a\xFF"), "no UTF-8 at 1");
}

TEST(Csv, StopsBehindTheLimit) {
  EXPECT_EQ(items("a\nb", 2), "[a]0-1[b]2-3");
  EXPECT_EQ(items("a\nb\nc", 2), "[a]0-1[b]2-3[c]4-5");
  EXPECT_EQ(items("a\nb\nc\nd", 2), "[a]0-1[b]2-3[c]4-5");
}

}  // namespace
}  // namespace segue::sema
