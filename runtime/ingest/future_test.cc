#include "runtime/ingest/future.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/ingest/memory_source.h"

namespace segue {
namespace {

using testing::ElementsAre;

std::string line(const std::string& user, int64_t ms) {
  return R"({"userId":")" + user + R"(","event":"x","timestamp":)" + std::to_string(ms) + "}\n";
}

/// Events as `user@ms`, rejects as `!line`.
std::vector<std::string> read(const std::string& bytes, int64_t newest_ms,
                              std::vector<uint64_t> told = {}, size_t batch_events = 1024) {
  ReaderOptions options;
  options.batch_events = batch_events;
  options.keep_all_raw = true;
  const InputSchema schema{{}, {{"", {}}, {"", {}}}};
  const auto source = leave_out_future(
      read_events(std::make_unique<MemorySource>(bytes), 0, schema, options),
      [=] { return Instant{newest_ms}; }, told);
  std::vector<std::string> all;
  for (;;) {
    EventBatch batch;
    EXPECT_TRUE(source->next(batch).ok());
    if (batch.empty()) return all;
    EXPECT_EQ(batch.events.size(), batch.origins.size());
    EXPECT_EQ(batch.events.size(), batch.user_hashes.size());
    for (const Event& event : batch.events) {
      all.push_back(std::string(event.user) + "@" + std::to_string(event.at.ms));
    }
    for (const Reject& reject : batch.rejects) {
      EXPECT_EQ(reject.kind, RejectKind::kFuture);
      EXPECT_THAT(reject.raw, testing::StartsWith("{\"userId\""));
      all.push_back("!" + std::to_string(reject.line));
    }
  }
}

TEST(Future, TheNewestThatIsAllowedCounts) {
  const std::string bytes = line("a", 999) + line("b", 1001) + line("c", 1000) + line("d", 5000);
  EXPECT_THAT(read(bytes, 1000), ElementsAre("a@999", "c@1000", "!2", "!4"));
  EXPECT_THAT(read(bytes, 1001), ElementsAre("a@999", "b@1001", "c@1000", "!4"));
  EXPECT_THAT(read(bytes, 5000), ElementsAre("a@999", "b@1001", "c@1000", "d@5000"));
}

TEST(Future, WhatWasToldStaysLeftOutUntoldAndEndsNothing) {
  const std::string bytes = line("a", 5000) + line("b", 5001) + line("c", 1000) + line("d", 5000);
  EXPECT_THAT(read(bytes, 1000, {1, 2}, 1), ElementsAre("c@1000", "!4"));
  EXPECT_THAT(read(bytes, 9000, {1, 2}, 1), ElementsAre("c@1000", "d@5000"));
}

}  // namespace
}  // namespace segue
