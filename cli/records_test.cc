#include "cli/records.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "cli/shown_text.h"

namespace segue::cli {
namespace {

/// What a writer writes through a pipe: the way of every byte of a result.
class RecordsTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(pipe(pipe_), 0); }

  std::string written(RecordFormat format, const std::vector<std::vector<Field>>& rows,
                      std::vector<std::string> columns = {"at", "user", "value"}) {
    {
      Output output(pipe_[1]);
      const auto writer = make_record_writer(format, std::move(columns), output);
      for (const std::vector<Field>& row : rows) writer->write(row);
      writer->finish();
    }
    close(pipe_[1]);
    std::string text(64 * 1024, '\0');
    const ssize_t size = read(pipe_[0], text.data(), text.size());
    close(pipe_[0]);
    text.resize(size > 0 ? static_cast<size_t>(size) : 0);
    return text;
  }

  int pipe_[2] = {};
};

TEST_F(RecordsTest, JsonLeavesOutWhatIsAbsent) {
  EXPECT_EQ(
      written(RecordFormat::kJsonl, {{Field::text("t"), Field::text("ann"), Field::absent()},
                                     {Field::absent(), Field::text(""), Field::number("15")}}),
      "{\"at\":\"t\",\"user\":\"ann\"}\n{\"user\":\"\",\"value\":15}\n");
}

TEST_F(RecordsTest, CsvQuotesWhatNeedsIt) {
  EXPECT_EQ(written(RecordFormat::kCsv,
                    {{Field::text("a,b"), Field::text("say \"hi\""), Field::absent()},
                     {Field::text("two\nlines"), Field::text("cr\r"), Field::number("-0.5")},
                     {Field::text(" plain "), Field::text("é"), Field::number("1")}}),
            "at,user,value\n\"a,b\",\"say \"\"hi\"\"\",\n\"two\nlines\",\"cr\r\",-0.5\n"
            " plain ,é,1\n");
}

TEST_F(RecordsTest, CsvHasItsHeaderWithoutRows) {
  EXPECT_EQ(written(RecordFormat::kCsv, {}), "at,user,value\n");
}

TEST_F(RecordsTest, TableAlignsAndPutsNumbersRight) {
  EXPECT_EQ(
      written(RecordFormat::kTable, {{Field::text("x"), Field::text("ann"), Field::number("5")},
                                     {Field::text("long"), Field::absent(), Field::number("100")}}),
      "at    user  value\nx     ann       5\nlong          100\n");
}

TEST_F(RecordsTest, TableHoldsBackNoMoreThanItMeasures) {
  std::vector<std::vector<Field>> rows(600, {Field::text("a"), Field::text("b"), Field::absent()});
  rows.push_back({Field::text("wider"), Field::text("b"), Field::absent()});
  const std::string text = written(RecordFormat::kTable, rows);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 602);
  EXPECT_TRUE(text.ends_with("wider  b\n")) << text.substr(text.size() - 20);
}

TEST(JsonText, EscapesAndMendsWhatIsNotUtf8) {
  const auto json = [](std::string_view text) {
    std::string out;
    append_json_text(out, text);
    return out;
  };
  EXPECT_EQ(json("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(json(std::string_view("\0\n\t\x1f\x7f", 5)), "\"\\u0000\\n\\t\\u001f\\u007f\"");
  EXPECT_EQ(json("grün 😀"), "\"grün 😀\"");
  EXPECT_EQ(json("\xff"), "\"\xef\xbf\xbd\"");
  EXPECT_EQ(json("\xc3"), "\"\xef\xbf\xbd\"");             // cut off
  EXPECT_EQ(json("\xed\xa0\x80").size(), 2U + 3 * 3);      // a surrogate: three wrong bytes
  EXPECT_EQ(json("\xc0\x80").size(), 2U + 2 * 3);          // overlong
  EXPECT_EQ(json("\xf4\x90\x80\x80").size(), 2U + 4 * 3);  // beyond U+10FFFF
}

TEST(NumberText, IsShortAndHasNoExponentInUsualSizes) {
  EXPECT_EQ(number_text(15), "15");
  EXPECT_EQ(number_text(-0.0), "0");
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(1'234'567'890'123.0), "1234567890123");
  EXPECT_EQ(number_text(-2.5), "-2.5");
}

TEST(ShownText, KeepsTheTerminalSafe) {
  EXPECT_EQ(shown_text("a\x1b[31m\n"), "a?[31m?");
  EXPECT_EQ(shown_text("\xc2\x9b"
                       "1m"),
            "?1m");
  EXPECT_EQ(shown_text("grün"), "grün");
  EXPECT_EQ(shown_width("grün"), 4U);
}

}  // namespace
}  // namespace segue::cli
