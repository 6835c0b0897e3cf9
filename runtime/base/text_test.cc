#include "runtime/base/text.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <optional>
#include <string>

namespace segue {
namespace {

constexpr std::array<ZoneTransition, 1> kUtcRows = {{{0, 0}}};
constexpr int64_t kHour = 3'600'000;
// Central Europe in 2025: summer time from 30 March 01:00 UTC to 26 October 01:00 UTC.
constexpr int64_t kSpring = 1'743'296'400'000;
constexpr int64_t kAutumn = 1'761'440'400'000;
constexpr std::array<ZoneTransition, 3> kParisRows = {
    {{0, kHour}, {kSpring, 2 * kHour}, {kAutumn, kHour}}};
constexpr ZoneView kUtc{kUtcRows};
constexpr ZoneView kParis{kParisRows};

std::string read(std::string_view text, ZoneView zone = kUtc) {
  const auto t = parse_instant(text, zone);
  return t ? format_instant(*t) : "none";
}

TEST(FoldCase, FoldsLettersOfTheStatedScripts) {
  EXPECT_EQ(fold_case("Hello, WORLD 1@[`{"), "hello, world 1@[`{");
  EXPECT_EQ(fold_case("ÀÉÖØÞ ×÷ß ÿŸ"), "àéöøþ ×÷ß ÿÿ");
  EXPECT_EQ(fold_case("ĀāĹĺĽŁłŊŋŹźŽž"), "āāĺĺľłłŋŋźźžž");
  EXPECT_EQ(fold_case("İı"), "İı") << "no simple folding: no locale may decide";
  EXPECT_EQ(fold_case("ſ"), "s");
  EXPECT_EQ(fold_case("µ"), "μ") << "the micro sign is the Greek letter";
  EXPECT_EQ(fold_case("ΆΈΌΎΑΣΩΪΫ ΣΊΣΥΦΟΣ σίσυφος"), "άέόύασωϊϋ σίσυφοσ σίσυφοσ");
  EXPECT_EQ(fold_case("ЀЏАЯЖ ѠѡҊӀӁӂӐԮ"), "ѐџаяж ѡѡҋӏӂӂӑԯ");
}

TEST(FoldCase, LeavesTheRestAlone) {
  EXPECT_EQ(fold_case("日本語 😀 Ａ ẞ"), "日本語 😀 Ａ ẞ");
  EXPECT_EQ(fold_case("\xC3"), "\xC3");
  EXPECT_EQ(fold_case("\xFF\x80 A\xC3Z"), "\xFF\x80 a\xC3z");
}

TEST(IgnoringCase, Compares) {
  EXPECT_TRUE(equal_ignoring_case("Straße", "STRAßE"));
  EXPECT_FALSE(equal_ignoring_case("Straße", "STRASSE"));
  EXPECT_TRUE(equal_ignoring_case("", ""));
  EXPECT_FALSE(equal_ignoring_case("a", "ab"));
  EXPECT_FALSE(equal_ignoring_case("ab", "a"));
  EXPECT_TRUE(starts_with_ignoring_case("École", "éCO"));
  EXPECT_FALSE(starts_with_ignoring_case("Éc", "éco"));
  EXPECT_TRUE(starts_with_ignoring_case("x", ""));
  EXPECT_TRUE(ends_with_ignoring_case("Menü", "NÜ"));
  EXPECT_TRUE(ends_with_ignoring_case("mai\xC5\xBF", "S")) << "letters of different length";
  EXPECT_TRUE(ends_with_ignoring_case("x", ""));
  EXPECT_FALSE(ends_with_ignoring_case("x", "xx"));
  EXPECT_TRUE(contains_ignoring_case("Grüße aus ΑΘΗΝΑ", "aus αθη"));
  EXPECT_TRUE(contains_ignoring_case("", ""));
  EXPECT_FALSE(contains_ignoring_case("abc", "abd"));
  EXPECT_TRUE(contains_ignoring_case("aaab", "AAB"));
}

TEST(ParseInstant, ReadsRfc3339) {
  EXPECT_EQ(read("2025-06-01T17:00:00Z"), "2025-06-01T17:00:00.000Z");
  EXPECT_EQ(read("2025-06-01t17:00:00.1z"), "2025-06-01T17:00:00.100Z");
  EXPECT_EQ(read("2025-06-01 17:00Z"), "2025-06-01T17:00:00.000Z");
  EXPECT_EQ(read("2025-06-01T17:00:00.123999Z"), "2025-06-01T17:00:00.123Z") << "cut, not rounded";
  EXPECT_EQ(read("2025-06-01T01:00:00+02:30"), "2025-05-31T22:30:00.000Z");
  EXPECT_EQ(read("2025-06-01T17:00:00-0730"), "2025-06-02T00:30:00.000Z");
  EXPECT_EQ(read("2024-02-29T23:59:60Z"), "2024-03-01T00:00:00.000Z") << "a leap second";
}

TEST(ParseInstant, KeepsToItsBounds) {
  EXPECT_EQ(read("1970-01-01T00:00:00Z"), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(read("1970-01-01T00:00:00+00:01"), "none");
  EXPECT_EQ(read("1969-12-31T23:59:59.999Z"), "none");
  EXPECT_EQ(read("1969-12-31T23:59:59.999-01:00"), "1970-01-01T00:59:59.999Z");
  EXPECT_EQ(read("2099-12-31T23:59:59.999Z"), "2099-12-31T23:59:59.999Z");
  EXPECT_EQ(read("2100-01-01T00:00:00Z"), "none");
  EXPECT_EQ(read("9999-01-01T00:00:00Z"), "none");
  EXPECT_EQ(read("0000-01-01T00:00:00Z"), "none");
}

TEST(ParseInstant, RefusesWhatIsNone) {
  for (const char* text : {"",
                           "2025",
                           "2025-06",
                           "2025-6-1",
                           "2025-02-29T00:00Z",
                           "2025-13-01",
                           "2025-00-01",
                           "2025-06-00",
                           "2025-06-31",
                           "2025-06-01T",
                           "2025-06-01T17",
                           "2025-06-01T24:00Z",
                           "2025-06-01T17:60Z",
                           "2025-06-01T17:00:61Z",
                           "2025-06-01T17:00:00.Z",
                           "2025-06-01T17:00:00+2",
                           "2025-06-01T17:00:00+24:00",
                           "2025-06-01T17:00:00Zx",
                           "2025-06-01x17:00",
                           " 2025-06-01",
                           "20250601",
                           "1748797200000",
                           "+025-06-01"}) {
    EXPECT_EQ(read(text), "none") << text;
  }
}

TEST(ParseInstant, LocalTimesFollowTheZone) {
  EXPECT_EQ(read("2025-06-01T12:00", kParis), "2025-06-01T10:00:00.000Z");
  EXPECT_EQ(read("2025-01-01T12:00", kParis), "2025-01-01T11:00:00.000Z");
  EXPECT_EQ(read("2025-06-01T12:00Z", kParis), "2025-06-01T12:00:00.000Z");
  EXPECT_EQ(read("2025-03-30T01:59:59.999", kParis), "2025-03-30T00:59:59.999Z");
  EXPECT_EQ(read("2025-03-30T02:00", kParis), "2025-03-30T01:00:00.000Z") << "skipped: moved on";
  EXPECT_EQ(read("2025-03-30T02:30", kParis), "2025-03-30T01:30:00.000Z");
  EXPECT_EQ(read("2025-03-30T03:00", kParis), "2025-03-30T01:00:00.000Z");
  EXPECT_EQ(read("2025-10-26T01:59", kParis), "2025-10-25T23:59:00.000Z");
  EXPECT_EQ(read("2025-10-26T02:30", kParis), "2025-10-26T00:30:00.000Z") << "doubled: the first";
  EXPECT_EQ(read("2025-10-26T03:00", kParis), "2025-10-26T02:00:00.000Z");
}

TEST(ParseInstant, ADateIsItsFirstInstant) {
  EXPECT_EQ(read("2025-06-01"), "2025-06-01T00:00:00.000Z");
  EXPECT_EQ(read("2025-06-01", kParis), "2025-05-31T22:00:00.000Z");
  EXPECT_EQ(read("1970-01-01", kParis), "none");
}

TEST(EpochMs, CutsFractionsAndKeepsToItsBounds) {
  EXPECT_EQ(instant_from_epoch_ms(1.9), Instant{1});
  EXPECT_EQ(instant_from_epoch_ms(0), Instant{0});
  EXPECT_EQ(instant_from_epoch_ms(-0.5), std::nullopt);
  EXPECT_EQ(instant_from_epoch_ms(4'102'444'799'999.0), Instant{4'102'444'799'999});
  EXPECT_EQ(instant_from_epoch_ms(4'102'444'800'000.0), std::nullopt);
  EXPECT_EQ(instant_from_epoch_ms(1e300), std::nullopt);
  EXPECT_EQ(instant_from_epoch_ms(std::numeric_limits<double>::quiet_NaN()), std::nullopt);
}

TEST(Text, LowerCaseIsOneLetterForOne) {
  EXPECT_EQ(lower_case("ABC xyz 1"), "abc xyz 1");
  EXPECT_EQ(lower_case("ÄÖÜ ß"), "äöü ß");
  EXPECT_EQ(lower_case("ΑΣ"), "ασ") << "no rule for a last sigma";
  EXPECT_EQ(lower_case("İ"), "i");
  EXPECT_EQ(lower_case("Ÿ Ѐ Ǆ Ǆǅ Ա Ა ẞ K Ⓐ Ａ 𐐀"), "ÿ ѐ ǆ ǆǆ ա ა ß k ⓐ ａ 𐐨");
  EXPECT_EQ(lower_case("µ ſ ς"), "µ ſ ς") << "small already, though folding changes them";
  EXPECT_EQ(lower_case("A\xC3"), "a\xC3") << "half a letter";
  EXPECT_EQ(lower_case("\xC3"
                       "A\xFF\xE0"
                       "A"),
            "\xC3"
            "a\xFF\xE0"
            "a");
}

TEST(JsonQuoted, EscapesWhatJsonDoesNotTake) {
  EXPECT_EQ(json_quoted(""), R"("")");
  EXPECT_EQ(json_quoted("a \"b\" c:\\d"), R"("a \"b\" c:\\d")");
  EXPECT_EQ(json_quoted(std::string_view("\n\x1f\0", 3)), R"("\u000a\u001f\u0000")");
  EXPECT_EQ(json_quoted("\xc3\xa9 \x7f"), "\"\xc3\xa9 \x7f\"");
}

}  // namespace
}  // namespace segue
