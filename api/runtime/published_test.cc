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
constexpr uint32_t kScoreWords = 5;

std::string user(uint32_t number) { return "user " + std::to_string(number); }

void set_all(Published& published, const std::string& id, bool member) {
  published.begin(id);
  for (uint32_t segment = 0; segment < kSegments; ++segment) published.set(segment, member);
  const std::vector<uint64_t> scores(kScoreWords, member ? 7 : 8);
  published.set_scores(scores);
  published.end({1});
}

TEST(PublishedTest, SaysWhatWasSet) {
  Published published(kSegments, kScoreWords);
  published.begin("ann");
  published.set(64, true);
  published.set(3, true);
  published.set(129, true);
  published.end({1});
  published.begin("ann");
  published.set(3, false);
  published.end({2});
  EXPECT_THAT(published.segments_of("ann"), ElementsAre(64, 129));
  EXPECT_TRUE(published.is_member("ann", 129));
  EXPECT_FALSE(published.is_member("ann", 3));
  EXPECT_THAT(published.segments_of("bob"), IsEmpty());
  EXPECT_EQ(published.count(3), 0U);
  EXPECT_EQ(published.count(64), 1U);
}

TEST(PublishedTest, WhatIsSetTwiceCountsOnce) {
  Published published(kSegments, kScoreWords);
  for (int i = 0; i < 2; ++i) set_all(published, "ann", true);
  EXPECT_EQ(published.count(7), 1U);
}

TEST(PublishedTest, ScoresAreThoseOfTheUsersInstantOrOfWhatIsSettledSince) {
  Published published(kSegments, kScoreWords);
  std::vector<uint64_t> words(kScoreWords);
  EXPECT_FALSE(published.look_up("ann", nullptr, words).is_known);
  published.begin("ann");
  published.set(5, true);
  published.set_scores(std::vector<uint64_t>{1, 2, 3, 4, 5});
  published.end({100});
  std::vector<uint32_t> segments;
  EXPECT_EQ(published.look_up("ann", &segments, words).at, Instant{100});
  EXPECT_THAT(segments, ElementsAre(5));
  EXPECT_THAT(words, ElementsAre(1, 2, 3, 4, 5));
  published.settle_to({150});
  EXPECT_EQ(published.look_up("ann", &segments, words).at, Instant{150});
  published.begin("ann");
  published.end({170});
  EXPECT_EQ(published.look_up("ann", &segments, words).at, Instant{170});
}

TEST(PublishedTest, WhoIsGoneIsNotKnown) {
  Published published(kSegments, kScoreWords);
  std::vector<uint64_t> words(kScoreWords);
  set_all(published, "ann", true);
  published.settle_to({9});
  EXPECT_TRUE(published.look_up("ann", nullptr, words).is_known);
  published.begin("ann");
  published.end_gone();
  EXPECT_FALSE(published.look_up("ann", nullptr, words).is_known);
  EXPECT_EQ(published.look_up("ann", nullptr, words).at, Instant{9});
  set_all(published, "ann", true);
  EXPECT_TRUE(published.look_up("ann", nullptr, words).is_known);
}

TEST(PublishedTest, EachMemberIsGivenOnce) {
  Published published(kSegments, kScoreWords);
  for (uint32_t i = 0; i < 100; ++i) set_all(published, user(i), i % 50 == 0);
  std::vector<std::string> members;
  published.each_member(129, [&](std::string_view id) { members.emplace_back(id); });
  EXPECT_THAT(members, testing::UnorderedElementsAre(user(0), user(50)));
}

// The table grows under the readers, from 64 places to thousands.
TEST(PublishedTest, ReadersSeeAllOrNothingWhileItGrows) {
  constexpr uint32_t kUsers = 3000;
  Published published(kSegments, kScoreWords);
  std::atomic<bool> done{false};
  std::atomic<uint64_t> torn{0};
  std::atomic<uint64_t> found{0};
  const auto read = [&] {
    std::vector<uint32_t> segments;
    std::vector<uint64_t> scores(kScoreWords);
    for (uint32_t i = 0; !done.load(); i = (i + 7) % kUsers) {
      segments.clear();
      if (!published.look_up(user(i), &segments, scores).is_known) continue;
      const bool all = segments.size() == kSegments;
      if (!all && !segments.empty()) ++torn;
      for (const uint64_t word : scores) torn += word != (all ? 7 : 8) ? 1 : 0;
      if (all) ++found;
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
