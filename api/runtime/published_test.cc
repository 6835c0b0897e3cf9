#include "api/runtime/published.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace segue {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr uint32_t kSegments = 130;  // three words

std::string user(uint32_t number) { return "user " + std::to_string(number); }

void set_all(Published& published, const std::string& id, bool member) {
  published.begin(id);
  for (uint32_t segment = 0; segment < kSegments; ++segment) published.set(segment, member);
  published.end();
}

TEST(PublishedTest, SaysWhatWasSet) {
  Published published(kSegments);
  published.begin("ann");
  published.set(64, true);
  published.set(3, true);
  published.set(129, true);
  published.end();
  published.begin("ann");
  published.set(3, false);
  published.end();
  EXPECT_THAT(published.segments_of("ann"), ElementsAre(64, 129));
  EXPECT_TRUE(published.is_member("ann", 129));
  EXPECT_FALSE(published.is_member("ann", 3));
  EXPECT_THAT(published.segments_of("bob"), IsEmpty());
  EXPECT_EQ(published.count(3), 0U);
  EXPECT_EQ(published.count(64), 1U);
}

TEST(PublishedTest, WhatIsSetTwiceCountsOnce) {
  Published published(kSegments);
  for (int i = 0; i < 2; ++i) set_all(published, "ann", true);
  EXPECT_EQ(published.count(7), 1U);
}

// The table grows under the readers, from 64 places to thousands.
TEST(PublishedTest, ReadersSeeAllOrNothingWhileItGrows) {
  constexpr uint32_t kUsers = 3000;
  Published published(kSegments);
  std::atomic<bool> done{false};
  std::atomic<uint64_t> torn{0};
  std::atomic<uint64_t> found{0};
  const auto read = [&] {
    for (uint32_t i = 0; !done.load(); i = (i + 7) % kUsers) {
      const size_t held = published.segments_of(user(i)).size();
      if (held != 0 && held != kSegments) ++torn;
      if (held == kSegments) ++found;
    }
  };
  std::thread first(read);
  std::thread second(read);
  for (uint32_t round = 0; round < 4 || found.load() < 100; ++round) {
    for (uint32_t i = 0; i < kUsers; ++i) set_all(published, user(i), round % 2 == 0);
  }
  done = true;
  first.join();
  second.join();
  EXPECT_EQ(torn.load(), 0U);
}

}  // namespace
}  // namespace segue
