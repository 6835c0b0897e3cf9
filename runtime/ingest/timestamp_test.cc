#include "runtime/ingest/timestamp.h"

#include <gtest/gtest.h>

#include <string>

#include "runtime/base/text.h"

namespace segue {
namespace {

std::string read_text(std::string_view text) {
  TimestampReader reader;
  Instant at;
  Instant again;
  const auto reject = reader.read_text(text, at);
  // The second time the day is known.
  EXPECT_EQ(reader.read_text(text, again), reject);
  if (reject) return std::string(name_of(*reject));
  EXPECT_EQ(at, again);
  return format_instant(at);
}

std::string read_number(std::string_view digits) {
  TimestampReader reader;
  Instant at;
  const auto reject = reader.read_number(digits, at);
  return reject ? std::string(name_of(*reject)) : format_instant(at);
}

TEST(Timestamp, ReadsRfc3339) {
  EXPECT_EQ(read_text("2025-06-01T12:05:00.123Z"), "2025-06-01T12:05:00.123Z");
  EXPECT_EQ(read_text("2025-06-01T12:05:00Z"), "2025-06-01T12:05:00.000Z");
  EXPECT_EQ(read_text("2025-06-01t12:05:00z"), "2025-06-01T12:05:00.000Z");
  EXPECT_EQ(read_text("2025-06-01T12:05:00.1239999Z"), "2025-06-01T12:05:00.123Z");
  EXPECT_EQ(read_text("2025-06-01T12:05:00.1Z"), "2025-06-01T12:05:00.100Z");
  EXPECT_EQ(read_text("2025-06-01T12:05:00+02:00"), "2025-06-01T10:05:00.000Z");
  EXPECT_EQ(read_text("2025-06-01T00:05:00.5+05:30"), "2025-05-31T18:35:00.500Z");
  EXPECT_EQ(read_text("2024-02-29T23:59:59.999-01:00"), "2024-03-01T00:59:59.999Z");
}

TEST(Timestamp, AnyByteOfTheUsualFormCounts) {
  const std::string usual = "2025-06-01T12:05:09.123Z";
  for (size_t at = 0; at < usual.size(); ++at) {
    for (int byte = 1; byte < 256; ++byte) {
      std::string text = usual;
      text[at] = static_cast<char>(byte);
      const std::optional<Instant> want = parse_instant(text, ZoneView({}));
      TimestampReader reader;
      Instant got;
      for (const char* before : {"2025-06-01T00:00:00.000Z", "1999-12-31T00:00:00.000Z"}) {
        ASSERT_FALSE(reader.read_text(before, got));
        ASSERT_EQ(!reader.read_text(text, got), want.has_value()) << text;
        ASSERT_EQ(got.ms, want ? want->ms : got.ms) << text;
      }
    }
  }
}

TEST(Timestamp, EveryDayOfTheBounds) {
  TimestampReader reader;
  for (int64_t ms = 86'399'999; ms < kInstantEnd.ms; ms += kDayMs) {
    Instant got;
    ASSERT_FALSE(reader.read_text(format_instant({ms}), got));
    ASSERT_EQ(got.ms, ms);
  }
  for (const char* text : {"1969-12-31", "2100-01-01", "0000-01-01", "9999-12-31"}) {
    EXPECT_EQ(read_text(std::string(text) + "T00:00:00.000Z"), "time_out_of_range") << text;
  }
  for (const char* text : {"2023-02-29", "2024-02-30", "2025-04-31", "2025-13-01", "2025-00-10",
                           "2025-01-00", "2025-01-32", "2o25-01-01"}) {
    EXPECT_EQ(read_text(std::string(text) + "T00:00:00.000Z"), "no_time") << text;
  }
}

TEST(Timestamp, WithoutAnOffsetIsUtc) {
  EXPECT_EQ(read_text("2025-06-01T12:05:00"), "2025-06-01T12:05:00.000Z");
  EXPECT_EQ(read_text("2025-06-01"), "2025-06-01T00:00:00.000Z");
}

TEST(Timestamp, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "yesterday", "2025-06-31T00:00:00.000Z", "2025-02-29T00:00:00.000Z",
        "2025-06-01T24:00:00.000Z", "2025-06-01T12:60:00.000Z", "2025-06-01T12:00:00,000Z",
        "2025-06-01T12:00:00.0x0Z", "2025-06-01T12:00:00.000", "2025-06-01T12:00:00.000Z ",
        "2025-6-1T00:00:00.000Z", "1748779500000", "20x5-06-01T00:00:00.000Z",
        "12025-06-01T00:00:00Z"}) {
    if (std::string_view(text) == "2025-06-01T12:00:00.000") continue;  // UTC, see above
    EXPECT_EQ(read_text(text), "no_time") << text;
  }
}

TEST(Timestamp, TheUsualFormIsCheckedOnAKnownDayToo) {
  TimestampReader reader;
  Instant at;
  ASSERT_FALSE(reader.read_text("2025-06-01T12:05:00.123Z", at));
  for (const char* text :
       {"2025-06-01T25:05:00.123Z", "2025-06-01T12:65:00.123Z", "2025-06-01T12:05:61.123Z",
        "2025-06-01T12:05:00.1a3Z", "2025-06-01T12:05:00.12aZ", "2025-06-01T1a:05:00.123Z",
        "2025-06-01X12:05:00.123Z", "2025-06-01T12:05:00.123X"}) {
    EXPECT_TRUE(reader.read_text(text, at)) << text;
  }
  EXPECT_FALSE(reader.read_text("2025-06-01T12:05:60.123Z", at)) << "a leap second";
  EXPECT_EQ(format_instant(at), "2025-06-01T12:06:00.123Z");
}

TEST(Timestamp, BoundsAreTheYears1970To2099) {
  EXPECT_EQ(read_text("1970-01-01T00:00:00.000Z"), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(read_text("1969-12-31T23:59:59.999Z"), "time_out_of_range");
  EXPECT_EQ(read_text("2099-12-31T23:59:59.999Z"), "2099-12-31T23:59:59.999Z");
  EXPECT_EQ(read_text("2100-01-01T00:00:00.000Z"), "time_out_of_range");
  EXPECT_EQ(read_text("2100-01-01T01:00:00+02:00"), "2099-12-31T23:00:00.000Z");
  EXPECT_EQ(read_text("0001-01-01T00:00:00Z"), "time_out_of_range");
  EXPECT_EQ(read_text("9999-12-31T00:00:00Z"), "time_out_of_range");
}

TEST(Timestamp, ReadsEpochMilliseconds) {
  EXPECT_EQ(read_number("1748779500123"), "2025-06-01T12:05:00.123Z");
  EXPECT_EQ(read_number("1748779500123.9"), "2025-06-01T12:05:00.123Z");
  EXPECT_EQ(read_number("1.7487795e12"), "2025-06-01T12:05:00.000Z");
  EXPECT_EQ(read_number("0"), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(read_number("-0"), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(read_number("-1"), "time_out_of_range");
  EXPECT_EQ(read_number("4102444799999"), "2099-12-31T23:59:59.999Z");
  EXPECT_EQ(read_number("4102444800000"), "time_out_of_range");
  EXPECT_EQ(read_number("1e400"), "time_out_of_range");
  EXPECT_EQ(read_number("1e-400"), "1970-01-01T00:00:00.000Z");
}

}  // namespace
}  // namespace segue
