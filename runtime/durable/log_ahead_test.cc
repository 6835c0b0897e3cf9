#include "runtime/durable/log_ahead.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

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

/// Lets batches be logged only when it is told to.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return is_open_; });
  }
  void await_one() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ > 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_open_ = false;
  int waiting_ = 0;
};

/// A batch, whose commit waits at the gate, and so many behind it before that one goes on.
void commit_one_then(int count, LogAhead& ahead, Gate& gate) {
  const auto line = std::make_shared<const std::string>("x");
  ahead.add({merged_batch(line, 1), {}});
  gate.await_one();
  for (int i = 0; i < count; ++i) ahead.add({merged_batch(line, 1), {}});
  gate.open();
}

TEST(LogAheadTest, OneCommitServesAllThatCameDuringTheOneBefore) {
  Gate gate;
  std::atomic<int> logged = 0;
  std::vector<int> commits;  // how many were logged by then
  LogAhead ahead(
      [&](const InputBatch&) {
        ++logged;
        return Status();
      },
      [&] {
        gate.pass();
        commits.push_back(logged);
        return Status();
      });
  const auto line = std::make_shared<const std::string>("x");
  ahead.add({merged_batch(line, 1), {}});
  gate.await_one();
  for (size_t events = 2; events < 12; ++events) ahead.add({merged_batch(line, events), {}});
  EXPECT_FALSE(ahead.is_ready()) << "written, but not committed";
  gate.open();
  for (size_t events = 1; events < 12; ++events) {
    const auto taken = ahead.take();
    ASSERT_TRUE(taken.has_value());
    EXPECT_EQ(taken->batch.events.size(), events);
  }
  EXPECT_EQ(commits, (std::vector<int>{1, 11}));
}

TEST(LogAheadTest, OfAFailedCommitNoneCounts) {
  Gate gate;
  bool fails = false;
  LogAhead ahead([](const InputBatch&) { return Status(); },
                 [&] {
                   gate.pass();
                   const bool was_first = !fails;
                   fails = true;
                   return was_first ? Status() : Status(Error{Errc::kUnreadable, "no disk"});
                 });
  commit_one_then(3, ahead, gate);
  EXPECT_TRUE(ahead.take().has_value());
  const auto failed = ahead.take();
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().message, "no disk");
  EXPECT_TRUE(ahead.empty());
}

/// A write that fails takes nothing from those before it.
TEST(LogAheadTest, WhatWasWrittenBeforeAFailureIsCommitted) {
  Gate gate;
  int writes = 0;
  LogAhead ahead(
      [&](const InputBatch&) {
        return ++writes == 3 ? Status(Error{Errc::kUnreadable, "full"}) : Status();
      },
      [&] {
        gate.pass();
        return Status();
      });
  commit_one_then(3, ahead, gate);
  EXPECT_TRUE(ahead.take().has_value());
  EXPECT_TRUE(ahead.take().has_value());
  EXPECT_FALSE(ahead.take().has_value());
  EXPECT_EQ(writes, 3);
}

}  // namespace
}  // namespace segue::durable
