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
  Published published({kSegments, kScoreWords});
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
  Published published({kSegments, kScoreWords});
  for (int i = 0; i < 2; ++i) set_all(published, "ann", true);
  EXPECT_EQ(published.count(7), 1U);
}

TEST(PublishedTest, ScoresAreThoseOfTheUsersInstantOrOfWhatIsSettledSince) {
  Published published({kSegments, kScoreWords});
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
  Published published({kSegments, kScoreWords});
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
  Published published({kSegments, kScoreWords});
  for (uint32_t i = 0; i < 100; ++i) set_all(published, user(i), i % 50 == 0);
  std::vector<std::string> members;
  published.each_member(129, [&](std::string_view id) { members.emplace_back(id); });
  EXPECT_THAT(members, testing::UnorderedElementsAre(user(0), user(50)));
}

// ---- another numbering --------------------------------------------------------------------------

/// Segment i was i + 1, and the last one is new; scores take more words.
Published::Numbering moved_by_one(const Published::Numbering& before) {
  Published::Numbering next{before.segments, before.score_words + 3};
  for (uint32_t i = 0; i < before.segments; ++i) {
    next.old_segments.push_back(i + 1 < before.segments ? i + 1 : Published::kNoOld);
  }
  return next;
}

TEST(PublishedTest, NumbersAreThoseOfNowOfWhoeverIsAsked) {
  Published::Numbering numbering{kSegments, kScoreWords};
  Published published(numbering);
  for (const char* const id : {"ann", "bob"}) {
    published.begin(id);
    for (const uint32_t segment : {0u, 1u, 70u}) published.set(segment, true);
    published.set_scores(std::vector<uint64_t>{1, 2, 3, 4, 5});
    published.end({10});
  }
  numbering = moved_by_one(numbering);
  numbering.since = {20};
  published.go_over(numbering);
  published.settle_to({30});
  std::vector<uint64_t> words(8);
  std::vector<uint32_t> segments;
  const auto expect = [&](const std::string& id, size_t score_words, int64_t at_ms) {
    const Published::Seen seen = published.look_up(id, &segments, words);
    EXPECT_THAT(segments, ElementsAre(0, 69)) << id;
    EXPECT_THAT(published.segments_of(id), ElementsAre(0, 69));
    EXPECT_TRUE(published.is_member(id, 69));
    EXPECT_FALSE(published.is_member(id, 70));
    EXPECT_EQ(seen.score_words, score_words) << "those of its own numbering";
    EXPECT_EQ(seen.at, Instant{at_ms});
  };
  expect("ann", kScoreWords, 20);
  EXPECT_EQ(words[4], 5u);
  EXPECT_EQ(published.count(69), 2u);
  EXPECT_EQ(published.count(1), 0u);
  published.begin("ann");
  published.set_all(std::vector<uint32_t>{0, 69});
  published.set_scores(std::vector<uint64_t>{8, 7, 6, 5, 4, 3, 2, 1});
  published.end({25});
  expect("ann", 8, 30);
  EXPECT_EQ(words[7], 1u);
  expect("bob", kScoreWords, 20);
  published.begin("bob");
  published.set_all(std::vector<uint32_t>{129});
  published.end({25});
  EXPECT_THAT(published.segments_of("bob"), ElementsAre(129));
  EXPECT_EQ(published.count(69), 1u);
  EXPECT_EQ(published.count(129), 1u);
}

TEST(PublishedTest, WhoWasGoneBeforeIsNothingTwoNumberingsOn) {
  Published::Numbering numbering{kSegments, kScoreWords};
  Published published(numbering);
  set_all(published, "ann", true);
  set_all(published, "ann", false);
  published.begin("ann");
  published.end_gone();
  for (int i = 0; i < 3; ++i) published.go_over(numbering = moved_by_one(numbering));
  std::vector<uint64_t> words(20);
  EXPECT_FALSE(published.look_up("ann", nullptr, words).is_known);
  EXPECT_THAT(published.segments_of("ann"), IsEmpty());
  published.begin("ann");
  published.set(5, true);
  published.set_scores(std::vector<uint64_t>(14, 1));
  published.end({40});
  EXPECT_THAT(published.segments_of("ann"), ElementsAre(5));
  EXPECT_TRUE(published.look_up("ann", nullptr, words).is_known);
}

// All users hold all segments or none, under any numbering; words move and are another's later.
TEST(PublishedTest, ReadersSeeAllOrNothingWhileNumberingsBegin) {
  constexpr uint32_t kUsers = 300;
  Published::Numbering numbering{70, 1};
  for (uint32_t i = 0; i < 70; ++i) numbering.old_segments.push_back(i);
  Published published({70, 1});
  std::atomic<bool> done{false};
  std::atomic<uint64_t> torn{0};
  std::atomic<uint64_t> found{0};
  const auto read = [&] {
    std::vector<uint32_t> segments;
    std::vector<uint64_t> scores(64);
    for (uint32_t i = 0; !done.load(); i = (i + 7) % kUsers) {
      const Published::Seen seen = published.look_up(user(i), &segments, scores);
      if (!seen.is_known) continue;
      if (!segments.empty() && segments.size() != 70) ++torn;
      for (size_t k = 0; k < seen.score_words; ++k) {
        torn += scores[k] != seen.score_words + (segments.empty() ? 100 : 0) ? 1 : 0;
      }
      ++found;
    }
  };
  std::thread first(read);
  std::thread second(read);
  std::vector<uint32_t> all(70);
  for (uint32_t i = 0; i < 70; ++i) all[i] = i;
  for (uint32_t turn = 0; turn < 60 || found.load() < 20'000; ++turn) {
    numbering.score_words = 1 + turn * 5 % 40;
    if (turn > 0) published.go_over(numbering);
    for (uint32_t i = 0; i < kUsers; ++i) {
      const bool in = (turn + i) % 3 != 0;
      published.begin(user(i));
      published.set_all(in ? std::span<const uint32_t>(all) : std::span<const uint32_t>());
      published.set_scores(
          std::vector<uint64_t>(numbering.score_words, numbering.score_words + (in ? 0 : 100)));
      published.end({turn});
    }
    EXPECT_EQ(published.count(69), 200u);
  }
  done = true;
  first.join();
  second.join();
  EXPECT_EQ(torn.load(), 0U);
}

// The table grows under the readers, from 64 places to thousands.
TEST(PublishedTest, ReadersSeeAllOrNothingWhileItGrows) {
  constexpr uint32_t kUsers = 3000;
  Published published({kSegments, kScoreWords});
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
