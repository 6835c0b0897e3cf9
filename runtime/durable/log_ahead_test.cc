#include "runtime/durable/log_ahead.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace segue::durable {
namespace {

/// As a reader of several files makes it: the lines lie in arenas of others.
EventBatch merged_batch(const std::shared_ptr<const std::string>& line, size_t events) {
  EventBatch batch;
  batch.owners.push_back(line);
  batch.events.resize(events);
  for (size_t i = 0; i < events; ++i) batch.origins.push_back({0, i + 1, *line});
  return batch;
}

TEST(LogAheadTest, LinesOfOthersAreHeldToo) {
  LogAhead ahead([](const InputBatch&) { return Status(); });
  const auto line = std::make_shared<const std::string>(1000, 'x');
  ahead.add({merged_batch(line, 10), {}});
  EXPECT_GE(ahead.bytes_held(), 10'000u);
  ahead.add({merged_batch(line, 20), {}});
  EXPECT_GE(ahead.bytes_held(), 30'000u);
  for (const size_t events : {10u, 20u}) {
    const auto taken = ahead.take();
    ASSERT_TRUE(taken.has_value());
    EXPECT_EQ(taken->batch.events.size(), events);
  }
  EXPECT_TRUE(ahead.empty());
  EXPECT_EQ(ahead.bytes_held(), 0u);
}

TEST(LogAheadTest, WhatCannotBeLoggedTakesWithItWhatCameBehind) {
  int calls = 0;
  LogAhead ahead([&](const InputBatch&) {
    return ++calls == 2 ? Status(Error{Errc::kUnreadable, "full"}) : Status();
  });
  const auto line = std::make_shared<const std::string>("x");
  for (int i = 0; i < 4; ++i) ahead.add({merged_batch(line, 1), {}});
  EXPECT_TRUE(ahead.take().has_value());
  EXPECT_FALSE(ahead.take().has_value());
  EXPECT_TRUE(ahead.empty());
  EXPECT_EQ(calls, 2);
  ahead.add({merged_batch(line, 1), {}});
  EXPECT_TRUE(ahead.take().has_value());
}

}  // namespace
}  // namespace segue::durable
