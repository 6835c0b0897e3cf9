#include "runtime/engine/reorder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace segue {
namespace {

constexpr UserHash kHash{7, 8};

EventBatch batch_of(const std::vector<int64_t>& times) {
  EventBatch batch;
  for (const int64_t ms : times) {
    Event event;
    event.at = {ms};
    batch.events.push_back(event);
  }
  return batch;
}

void add_all(ReorderBuffer& buffer, const std::vector<int64_t>& times) {
  for (const Event& event : buffer.hold(batch_of(times)).events) buffer.add(event, kHash);
}

std::vector<int64_t> release(ReorderBuffer& buffer, int64_t end_ms) {
  std::vector<int64_t> times;
  for (const Arrival& arrival : buffer.release({end_ms})) {
    EXPECT_EQ(arrival.event->at, arrival.at);
    EXPECT_EQ(arrival.hash, kHash);
    times.push_back(arrival.at.ms);
  }
  buffer.drop_before({end_ms});
  return times;
}

using Times = std::vector<int64_t>;

/// As the engine adds them: those that rise at once, the others one by one.
void add_rising_first(ReorderBuffer& buffer, const std::vector<int64_t>& times, int64_t newest) {
  const EventBatch& held = buffer.hold(batch_of(times));
  const std::vector<UserHash> hashes(times.size(), kHash);
  const size_t rising = buffer.add_rising(held.events, hashes, {newest});
  for (size_t i = rising; i < times.size(); ++i) buffer.add(held.events[i], kHash);
}

TEST(Reorder, TakesWhatRisesAtOnce) {
  ReorderBuffer buffer;
  add_rising_first(buffer, {1, 2, 2, 5, 3, 6}, 0);
  EXPECT_EQ(buffer.waiting(), 6u);
  EXPECT_EQ(release(buffer, 3), (Times{1, 2, 2}));
  add_rising_first(buffer, {4, 7}, 6);  // nothing rises: the first is before the newest
  add_rising_first(buffer, {7, 8, 4, 9}, 7);
  EXPECT_EQ(release(buffer, 8), (Times{3, 4, 4, 5, 6, 7, 7}));
  EXPECT_EQ(release(buffer, 20), (Times{8, 9}));
  EXPECT_EQ(buffer.waiting(), 0u);
}

TEST(Reorder, GivesOutWhatIsBeforeTheEnd) {
  ReorderBuffer buffer;
  add_all(buffer, {1, 2, 3, 3, 5});
  EXPECT_EQ(release(buffer, 3), (Times{1, 2}));
  EXPECT_EQ(buffer.waiting(), 3u);
  EXPECT_EQ(release(buffer, 3), Times{});
  add_all(buffer, {4, 9});
  EXPECT_EQ(release(buffer, 6), (Times{3, 3, 4, 5}));
  EXPECT_EQ(release(buffer, 10), (Times{9}));
  EXPECT_EQ(buffer.waiting(), 0u);
  add_all(buffer, {10});
  EXPECT_EQ(release(buffer, 11), (Times{10}));
}

TEST(Reorder, SortsDescendingInput) {
  ReorderBuffer buffer;
  Times times;
  for (int64_t ms = 1000; ms > 0; --ms) times.push_back(ms);
  add_all(buffer, times);
  std::reverse(times.begin(), times.end());
  EXPECT_EQ(release(buffer, 501), Times(times.begin(), times.begin() + 500));
  EXPECT_EQ(release(buffer, 2000), Times(times.begin() + 500, times.end()));
}

TEST(Reorder, EqualsSortingForAnyInput) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    ReorderBuffer buffer;
    Times all;
    Times out;
    int64_t passed = 0;
    for (int push = 0; push < 20; ++push) {
      Times times(random() % 30);
      for (int64_t& ms : times) ms = passed + static_cast<int64_t>(random() % 100);
      add_all(buffer, times);
      all.insert(all.end(), times.begin(), times.end());
      passed += static_cast<int64_t>(random() % 60);
      const Times released = release(buffer, passed);
      out.insert(out.end(), released.begin(), released.end());
    }
    const Times rest = release(buffer, 1'000'000);
    out.insert(out.end(), rest.begin(), rest.end());
    std::sort(all.begin(), all.end());
    EXPECT_EQ(out, all);
  }
}

}  // namespace
}  // namespace segue
