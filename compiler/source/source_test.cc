#include "compiler/source/source.h"

#include <gtest/gtest.h>

#include "compiler/source/utf8.h"

namespace segue {
namespace {

TEST(SourceFile, LocatesLinesAndCodePoints) {
  SourceManager sources;
  const SourceId id = sources.add_text("a.seg", "ab\nç d\r\ne\rf");
  EXPECT_EQ(sources.locate(id, 0), (LineColumn{1, 1}));
  EXPECT_EQ(sources.locate(id, 2), (LineColumn{1, 3}));
  EXPECT_EQ(sources.locate(id, 3), (LineColumn{2, 1}));
  EXPECT_EQ(sources.locate(id, 5), (LineColumn{2, 2}));  // ç is two bytes, one column
  EXPECT_EQ(sources.locate(id, 9), (LineColumn{3, 1}));
  EXPECT_EQ(sources.locate(id, 11), (LineColumn{4, 1}));
  EXPECT_EQ(sources.locate(id, 999), (LineColumn{4, 2}));
  const SourceFile& file = sources.file(id);
  EXPECT_EQ(file.line_count(), 4u);
  EXPECT_EQ(file.line_text(1), "ab");
  EXPECT_EQ(file.line_text(2), "ç d");
  EXPECT_EQ(file.line_text(3), "e");
  EXPECT_EQ(file.line_text(4), "f");
}

TEST(SourceFile, AnEmptyTextHasOneLine) {
  SourceManager sources;
  const SourceId id = sources.add_text("a.seg", "");
  EXPECT_EQ(sources.file(id).line_count(), 1u);
  EXPECT_EQ(sources.file(id).line_text(1), "");
}

TEST(SourceFile, TheLimitIsExact) {
  SourceManager sources;
  EXPECT_FALSE(
      sources.file(sources.add_text("a", std::string(kSourceBytesMax - 1, 'x'))).oversized());
  EXPECT_FALSE(sources.file(sources.add_text("b", std::string(kSourceBytesMax, 'x'))).oversized());
  const SourceFile& over =
      sources.file(sources.add_text("c", std::string(kSourceBytesMax + 1, 'x')));
  EXPECT_TRUE(over.oversized());
  EXPECT_TRUE(over.text().empty());
}

TEST(SourceManager, SaysWhyAFileCannotBeRead) {
  SourceManager sources;
  const LoadResult result = sources.load_file("no/such/file.seg");
  EXPECT_EQ(result.error, LoadError::kUnreadable);
  EXPECT_EQ(result.message, "No such file or directory");
  EXPECT_EQ(sources.load_file(".").error, LoadError::kUnreadable);
}

TEST(Utf8, FindsTheFirstBadByte) {
  EXPECT_EQ(first_bad_utf8("plain, ü, 漢, 😀"), std::nullopt);
  EXPECT_EQ(first_bad_utf8("ab\x80"), 2u);
  EXPECT_EQ(first_bad_utf8("\xC0\xAF"), 0u);          // overlong
  EXPECT_EQ(first_bad_utf8("a\xED\xA0\x80"), 1u);     // surrogate
  EXPECT_EQ(first_bad_utf8("\xF4\x90\x80\x80"), 0u);  // beyond U+10FFFF
  EXPECT_EQ(first_bad_utf8("\xE6\xBC"), 0u);          // cut
}

TEST(Utf8, AppendsEveryLength) {
  std::string out;
  for (const uint32_t c : {0x41u, 0xE7u, 0x6F22u, 0x1F600u}) append_utf8(out, c);
  EXPECT_EQ(out, "Aç漢😀");
  EXPECT_EQ(count_code_points(out), 4u);
}

}  // namespace
}  // namespace segue
