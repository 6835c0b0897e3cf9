#include "compiler/syntax/decode.h"

#include <gtest/gtest.h>

#include "compiler/syntax/limits.h"

namespace segue {
namespace {

using Fault = DecodedText::Fault;

TEST(DecodeText, KnowsJsonsEscapes) {
  EXPECT_EQ(decode_text(R"("a\"\\\/\b\f\n\r\t")").value, "a\"\\/\b\f\n\r\t");
  EXPECT_EQ(decode_text(R"("\u00e9\u6F22\ud83d\ude00")").value, "é漢😀");
  EXPECT_EQ(decode_text("\"Größe\"").value, "Größe");
  EXPECT_EQ(decode_text("\"\"").value, "");
  EXPECT_EQ(decode_text(R"("\u0000")").value, std::string(1, '\0'));
}

TEST(DecodeText, SaysWhatIsWrongAndGoesOn) {
  const auto check = [](std::string_view quoted, Fault fault, size_t begin, size_t end,
                        std::string_view value) {
    const DecodedText text = decode_text(quoted);
    EXPECT_EQ(text.fault, fault) << quoted;
    EXPECT_EQ(text.fault_begin, begin) << quoted;
    EXPECT_EQ(text.fault_end, end) << quoted;
    EXPECT_EQ(text.value, value) << quoted;
  };
  check(R"("a\qb")", Fault::kEscape, 2, 4, "a\uFFFDb");
  check(R"("\ud800x")", Fault::kSurrogate, 1, 7, "\uFFFDx");
  check(R"("\udc00")", Fault::kSurrogate, 1, 7, "\uFFFD");
  check(R"("\ud800\u0041")", Fault::kSurrogate, 1, 7, "\uFFFDA");
  check(R"("\u12")", Fault::kEscape, 1, 3, "\uFFFD12");
  check("\"a\tb\"", Fault::kControl, 2, 3, "a\uFFFDb");
  check("\"a\x80z\"", Fault::kNotUtf8, 2, 3, "a\uFFFDz");
  check("\"open", Fault::kNone, 0, 0, "open");
  check("\"a\\", Fault::kEscape, 2, 3, "a\uFFFD");
}

TEST(DecodeNumber, KeepsTheExactDecimal) {
  const auto check = [](std::string_view written, std::string_view decimal, double value) {
    const auto number = decode_number(written, false);
    ASSERT_TRUE(number) << written;
    EXPECT_EQ(number->decimal, decimal);
    EXPECT_EQ(number->value, value);
    EXPECT_EQ(number->integer, decimal.find('.') == std::string_view::npos);
  };
  check("3", "3", 3);
  check("007", "7", 7);
  check("0.25", "0.25", 0.25);
  check("1_000.50", "1000.5", 1000.5);
  check("50%", "0.5", 0.5);
  check("100%", "1", 1);
  check("0.5%", "0.005", 0.005);
  check("12.345%", "0.12345", 0.12345);
  check("0.1", "0.1", 0.1);
  check("999999999999999999", "999999999999999999", 1e18);
  EXPECT_EQ(decode_number("2.50", true)->decimal, "-2.5");
  EXPECT_EQ(decode_number("0", true)->decimal, "0");
}

TEST(DecodeNumber, HasLimits) {
  EXPECT_FALSE(decode_number("1000000000000000000", false));
  EXPECT_TRUE(decode_number("0." + std::string(kNumberDigitsMax - 1, '1'), false));
  EXPECT_FALSE(decode_number("0." + std::string(kNumberDigitsMax, '1'), false));
}

TEST(DecodeDuration, AddsUnits) {
  EXPECT_EQ(decode_duration("500ms"), 500);
  EXPECT_EQ(decode_duration("10s"), 10'000);
  EXPECT_EQ(decode_duration("30m"), 1'800'000);
  EXPECT_EQ(decode_duration("48h"), 172'800'000);
  EXPECT_EQ(decode_duration("7d"), 604'800'000);
  EXPECT_EQ(decode_duration("2w"), 1'209'600'000);
  EXPECT_EQ(decode_duration("1d12h"), 129'600'000);
  EXPECT_EQ(decode_duration("1m1ms"), 60'001);
}

TEST(DecodeDuration, IsBounded) {
  EXPECT_EQ(decode_duration("36500d"), kDurationMsMax);
  EXPECT_FALSE(decode_duration("36500d1ms"));
  EXPECT_FALSE(decode_duration("36501d"));
  EXPECT_FALSE(decode_duration(std::string(1000, '9') + "w"));
}

TEST(DecodeDate, ExistsOrSaysWhy) {
  std::string why;
  EXPECT_EQ(decode_date("2024-02-29", why)->day, 29);
  EXPECT_EQ(decode_date("2000-02-29", why)->day, 29);
  EXPECT_EQ(decode_date("1970-01-01", why)->year, 1970);
  EXPECT_EQ(decode_date("2100-12-31", why)->year, 2100);
  const auto wrong = [](std::string_view written) {
    std::string reason;
    EXPECT_FALSE(decode_date(written, reason)) << written;
    return reason;
  };
  EXPECT_EQ(wrong("2025-02-29"), "February 2025 has 28 days");
  EXPECT_EQ(wrong("2100-02-29"), "February 2100 has 28 days");
  EXPECT_EQ(wrong("2025-04-31"), "April 2025 has 30 days");
  EXPECT_EQ(wrong("2025-13-01"), "months go from 01 to 12");
  EXPECT_EQ(wrong("2025-00-01"), "months go from 01 to 12");
  EXPECT_EQ(wrong("1969-12-31"), "years go from 1970 to 2100");
}

TEST(DecodeInstant, CountsMilliseconds) {
  std::string why;
  const auto ms = [&](std::string_view written) { return decode_instant(written, why)->ms; };
  EXPECT_EQ(ms("1970-01-01T00:00Z"), 0);
  EXPECT_EQ(ms("2025-06-01T10:00Z"), 1'748'772'000'000);
  EXPECT_EQ(ms("2025-06-01T10:00:01.5Z"), 1'748'772'001'500);
  EXPECT_EQ(ms("2025-06-01T10:00:01.12399Z"), 1'748'772'001'123);
  EXPECT_EQ(ms("2025-06-01T12:00+02:00"), 1'748'772'000'000);
  EXPECT_EQ(ms("2025-06-01T04:30-05:30"), 1'748'772'000'000);
  EXPECT_TRUE(decode_instant("2025-06-01T10:00Z", why)->has_offset);
  EXPECT_FALSE(decode_instant("2025-06-01T10:00", why)->has_offset);
  EXPECT_EQ(decode_instant("2025-06-01T04:30-05:30", why)->offset_minutes, -330);
  EXPECT_FALSE(decode_instant("2025-06-01T24:00Z", why));
  EXPECT_FALSE(decode_instant("2025-06-01T10:60Z", why));
  EXPECT_FALSE(decode_instant("2025-06-01T10:00:60Z", why));
  EXPECT_FALSE(decode_instant("2025-06-01T10:00+14:01", why));
  EXPECT_EQ(why, "offsets go from -14:00 to +14:00");
}

TEST(Days, FromCivil) {
  EXPECT_EQ(days_from_civil(1970, 1, 1), 0);
  EXPECT_EQ(days_from_civil(2000, 3, 1), 11'017);
  EXPECT_EQ(days_from_civil(2025, 6, 1), 20'240);
}

}  // namespace
}  // namespace segue
