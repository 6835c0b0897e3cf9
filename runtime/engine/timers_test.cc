#include "runtime/engine/timers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

namespace segue {
namespace {

std::vector<uint32_t> take(Timers& timers, int64_t end_ms) {
  timers.move_to({end_ms});
  const size_t count = timers.due_count();
  std::vector<uint32_t> users;
  for (auto due = timers.take_due(); !due.empty(); due = timers.take_due()) {
    for (const Timers::Wake& wake : due) {
      EXPECT_LT(wake.ms, end_ms);
      users.push_back(wake.user);
    }
  }
  EXPECT_EQ(users.size(), count);
  EXPECT_EQ(timers.due_count(), 0u);
  std::sort(users.begin(), users.end());
  return users;
}

using Users = std::vector<uint32_t>;

TEST(Timers, TheEndIsNotDue) {
  Timers timers;
  timers.set({10}, 1);
  timers.set({11}, 2);
  EXPECT_EQ(take(timers, 10), Users{});
  EXPECT_EQ(take(timers, 11), Users{1});
  EXPECT_EQ(take(timers, 11), Users{});
  timers.set({11}, 3);
  EXPECT_EQ(take(timers, 12), (Users{2, 3}));
}

TEST(Timers, WhatIsFurtherThanMarksReachIsSetBeforeIt) {
  Timers timers;
  const int64_t ms = timers.set(kNever - Duration{1}, 1);
  EXPECT_GT(ms, 49 * kDayMs);
  EXPECT_LE(timers.earliest().ms, ms);
  EXPECT_EQ(take(timers, ms), Users{});
  EXPECT_EQ(take(timers, kInstantEnd.ms), Users{1});
  EXPECT_EQ(timers.earliest(), kNever);
}

TEST(Timers, MarksTellWhen) {
  Timers timers;
  std::mt19937_64 random(6);
  for (int64_t now = 0; now < 1'700'000'000'000; now += 100'000'000'000) {
    take(timers, now);
    for (int i = 0; i < 1000; ++i) {
      const int64_t ms = timers.set({now + static_cast<int64_t>(random() % (1ull << 33))}, 1);
      const uint32_t mark = Timers::mark_of(ms);
      EXPECT_NE(mark, 0u);
      EXPECT_GE(timers.of_mark(mark).ms, ms);
      EXPECT_LE(timers.of_mark(mark).ms, ms + 1);
    }
  }
  const int64_t zero = int64_t{400} << 32;
  EXPECT_EQ(Timers::mark_of(zero), 1u);
}

TEST(Timers, ManyOfOneInstantAreDueAtOnce) {
  Timers timers;
  Users expected;
  for (uint32_t user = 0; user < 5000; ++user) {
    timers.set({user % 1000 == 999 ? 8000 : 5000}, user);
    if (user % 1000 != 999) expected.push_back(user);
  }
  EXPECT_EQ(take(timers, 5001), expected);
  EXPECT_EQ(take(timers, 8001), (Users{999, 1999, 2999, 3999, 4999}));
}

TEST(Timers, AgreesWithAnOrderedMap) {
  std::mt19937_64 random(5);
  Timers timers;
  std::multimap<int64_t, uint32_t> expected;
  int64_t now = 0;
  for (uint32_t step = 0; step < 20'000; ++step) {
    for (uint32_t i = 0; i < 3; ++i) {
      const int64_t ms = now + static_cast<int64_t>(random() % (uint64_t{1} << (random() % 40)));
      expected.emplace(timers.set({ms}, step * 3 + i), step * 3 + i);
    }
    EXPECT_LE(timers.earliest().ms, expected.begin()->first);
    now += static_cast<int64_t>(random() % (uint64_t{1} << (random() % 30)));
    Users want;
    const auto end = expected.lower_bound(now);
    for (auto it = expected.begin(); it != end; ++it) want.push_back(it->second);
    expected.erase(expected.begin(), end);
    std::sort(want.begin(), want.end());
    ASSERT_EQ(take(timers, now), want);
  }
}

}  // namespace
}  // namespace segue
