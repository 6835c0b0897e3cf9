#include "cli/progress.h"

#include <gtest/gtest.h>

#include "cli/state_text.h"
#include "cli/summary.h"

namespace segue::cli {
namespace {

TEST(Progress, ShowsTimeLeftWhereTheSizeIsKnown) {
  const InputProgress half{.bytes_read = 500, .bytes_total = 1000, .events = 1'240'000};
  EXPECT_EQ(progress_line(half, 10, 100),
            " 50% [============            ]  1,240,000 events  124 k/s  0:10 left");
  const InputProgress pipe{.bytes_read = 500, .bytes_total = 0, .events = 3'000'000};
  EXPECT_EQ(progress_line(pipe, 2, 100), "3,000,000 events  1.50 M/s");
  EXPECT_EQ(progress_line(half, 10, 20).size(), 19U);  // never wraps
}

TEST(Progress, CompressionThatWasNotKnownDoesNotPassTheEnd) {
  const InputProgress over{.bytes_read = 2000, .bytes_total = 1000, .events = 1};
  EXPECT_EQ(progress_line(over, 1, 100),
            "100% [========================]  1 event  1/s  0:00 left");
}

TEST(Summary, NamesTheFirstLinesOfEachReason) {
  RunStats stats;
  stats.events = 1'271'245;
  stats.users = 2;
  stats.changes = 7;
  stats.duplicates = 3;
  stats.capped = 1;
  stats.state_bytes = 300;
  stats.rejects = {{"late",
                    "older than the newest event by more than the lateness",
                    4,
                    {{"a.jsonl", 3}, {"a.jsonl", 17}, {"b.jsonl", 2}}},
                   {"no_user", "without userId and anonymousId", 1, {{"a.jsonl", 9}}}};
  EXPECT_EQ(summary_text(stats, 2),
            "1,271,245 events of 2 users, 7 changes, in 2.00 s (636 k/s), 150 bytes a user\n"
            "3 duplicates dropped\n"
            "warning: 1 occurrence given up at a cap, so that state stays bounded\n"
            "warning: 4 lines left out: older than the newest event by more than the lateness "
            "(lines 3, 17 of a.jsonl, 2 of b.jsonl, …)\n"
            "warning: 1 line left out: without userId and anonymousId (line 9 of a.jsonl)\n");
}

TEST(StateText, CountsAndSizes) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(1'000), "1,000");
  EXPECT_EQ(count_text(12'345'678), "12,345,678");
  EXPECT_EQ(size_text(1023), "1023");
  EXPECT_EQ(size_text(1536), "1.5 KiB");
  EXPECT_EQ(
      bytes_text({.fixed_bytes = 104, .typical_bytes = 104, .worst_bytes = 104, .growth = {}}),
      "104 bytes a user");
  EXPECT_EQ(
      bytes_text({.fixed_bytes = 104, .typical_bytes = 360, .worst_bytes = 1 << 20, .growth = {}}),
      "104 bytes a user, typically 360, at most 1.0 MiB");
}

}  // namespace
}  // namespace segue::cli
