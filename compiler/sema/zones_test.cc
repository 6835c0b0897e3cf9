#include "compiler/sema/zones.h"

#include <gtest/gtest.h>

#include "compiler/sema/zone_rule.h"
#include "runtime/base/text.h"

namespace segue {
namespace {

/// `count` rows from the first at or after `from_ms`, as text.
std::string rows_from(const std::string& name, int64_t from_ms, int count) {
  const auto rows = load_zone(name);
  if (!rows.has_value()) return rows.error().message;
  std::string out;
  for (const ZoneTransition& row : *rows) {
    if (row.at_ms < from_ms || count-- <= 0) continue;
    out += instant_text({row.at_ms}) + " " + duration_text({row.offset_ms}) + "\n";
  }
  return out;
}

TEST(LoadZone, UtcIsOneRow) { EXPECT_EQ(rows_from("UTC", 0, 9), "1970-01-01T00:00:00Z 0ms\n"); }

TEST(LoadZone, ListsTransitions) {
  EXPECT_EQ(rows_from("Europe/Paris", 1'735'689'600'000, 2),
            "2025-03-30T01:00:00Z 2h\n2025-10-26T01:00:00Z 1h\n");
  EXPECT_EQ(rows_from("America/New_York", 1'735'689'600'000, 2),
            "2025-03-09T07:00:00Z -4h\n2025-11-02T06:00:00Z -5h\n");
}

TEST(LoadZone, WritesTheRuleOutTo2100) {
  EXPECT_EQ(rows_from("Europe/Paris", 4'070'908'800'000, 9),
            "2099-03-29T01:00:00Z 2h\n2099-10-25T01:00:00Z 1h\n");
  EXPECT_EQ(rows_from("Australia/Sydney", 2'500'000'000'000, 2),
            "2049-04-03T16:00:00Z 10h\n2049-10-02T16:00:00Z 11h\n");
}

TEST(LoadZone, BeginsWithWhatHeldIn1970) {
  const auto rows = load_zone("Asia/Kolkata");
  ASSERT_TRUE(rows.has_value());
  ASSERT_EQ(rows->size(), 1u);
  EXPECT_EQ((*rows)[0].offset_ms, 19'800'000);
}

TEST(LoadZone, RowsAreInOrderAndChangeSomething) {
  for (const char* name : {"Europe/Paris", "Africa/Casablanca", "Pacific/Apia", "Europe/Dublin"}) {
    const auto rows = load_zone(name);
    ASSERT_TRUE(rows.has_value()) << name;
    for (size_t i = 1; i < rows->size(); ++i) {
      EXPECT_LT((*rows)[i - 1].at_ms, (*rows)[i].at_ms) << name;
      EXPECT_NE((*rows)[i - 1].offset_ms, (*rows)[i].offset_ms) << name;
    }
    EXPECT_LT(rows->back().at_ms, kInstantEnd.ms);
  }
}

TEST(LoadZone, RefusesWhatIsNoZone) {
  for (const char* name : {"", "Europe/Pariss", "../passwd", "/etc/passwd", "Europe", "tzdata.zi",
                           "Europe/Paris/", "a b"}) {
    EXPECT_FALSE(zone_exists(name)) << name;
  }
}

TEST(FromLocal, GapMovesOnAndDoubledIsTheFirst) {
  const std::vector<ZoneTransition> rows = *load_zone("Europe/Paris");
  const ZoneView paris(rows);
  const int64_t day = 1'743'292'800'000;  // 2025-03-30, 02:00 becomes 03:00
  EXPECT_EQ(instant_text(instant_of_local(day + 90 * 60'000, paris)), "2025-03-30T00:30:00Z");
  EXPECT_EQ(instant_text(instant_of_local(day + 150 * 60'000, paris)), "2025-03-30T01:30:00Z");
  EXPECT_EQ(instant_text(instant_of_local(day + 180 * 60'000, paris)), "2025-03-30T01:00:00Z");
  const int64_t autumn = 1'761'436'800'000;  // 2025-10-26, 03:00 becomes 02:00
  EXPECT_EQ(instant_text(instant_of_local(autumn + 150 * 60'000, paris)), "2025-10-26T00:30:00Z");
  EXPECT_EQ(instant_text(instant_of_local(autumn + 180 * 60'000, paris)), "2025-10-26T02:00:00Z");
}

TEST(ZoneRule, ReadsEachNotation) {
  EXPECT_TRUE(ZoneRule::parse("CET-1CEST,M3.5.0,M10.5.0/3"));
  EXPECT_TRUE(ZoneRule::parse("<-03>3<-02>,M3.5.0/-2,M10.5.0/-1"));
  EXPECT_TRUE(ZoneRule::parse("IST-5:30"));
  EXPECT_TRUE(ZoneRule::parse("IST-1GMT0,M10.5.0,M3.5.0/1"));
  EXPECT_TRUE(ZoneRule::parse("EST5EDT,J60/0,300/26:30:15"));
  for (const char* wrong : {"", "C-1", "CET", "CET-1CEST", "CET-1CEST,M13.5.0,M10.5.0",
                            "CET-1CEST,M3.5.0", "CET-1 ", "CET-1CEST,M3.6.0,M10.5.0"}) {
    EXPECT_FALSE(ZoneRule::parse(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace segue
