#include "runtime/engine/places.h"

#include <gtest/gtest.h>

#include <random>
#include <unordered_map>
#include <vector>

namespace segue {
namespace {

uint32_t find(const Places& places, uint32_t tag, uint32_t number) {
  return places.find(tag, [&](uint32_t candidate) { return candidate == number; });
}

/// After each number that is added all are found, so also while the table moves.
TEST(Places, AreFoundWhileTheTableGrows) {
  std::mt19937 random(1);
  for (int round = 0; round < 20; ++round) {
    Places places;
    std::vector<uint32_t> tags;
    for (uint32_t number = 0; number < 1500; ++number) {
      // Random tags, tags in a few heaps, and tags at the end of the table, which go on at its
      // begin.
      uint32_t tag = static_cast<uint32_t>(random());
      if (round % 3 == 1) tag = tag % 40 * 100'000'000 + tag % 7;
      if (round % 3 == 2) tag = UINT32_MAX - tag % 50'000'000;
      ASSERT_EQ(find(places, tag, number), Places::kNone);
      places.add(tag, number);
      tags.push_back(tag);
      if (number % 5 != 0) continue;
      for (uint32_t i = 0; i <= number; ++i) ASSERT_EQ(find(places, tags[i], i), i) << number;
    }
  }
}

TEST(Places, OneTagMayHaveManyNumbers) {
  Places places;
  for (uint32_t number = 0; number < 500; ++number) places.add(UINT32_MAX, number);
  for (uint32_t number = 0; number < 500; ++number) {
    ASSERT_EQ(find(places, UINT32_MAX, number), number);
  }
  EXPECT_EQ(find(places, UINT32_MAX, 500), Places::kNone);
  EXPECT_EQ(find(places, 0, 5), Places::kNone);
}

TEST(Places, TakeElevenToSixteenBytesEach) {
  Places places;
  std::mt19937 random(2);
  for (uint32_t number = 0; number < 200'000; ++number) {
    places.add(static_cast<uint32_t>(random()), number);
  }
  EXPECT_GE(places.bytes(), size_t{200'000} * 10);
  EXPECT_LE(places.bytes(), size_t{200'000} * 27) << "while it grows, both tables are there";
}

}  // namespace
}  // namespace segue
