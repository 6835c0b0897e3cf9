#include "runtime/engine/places.h"

#include <gtest/gtest.h>

#include <algorithm>
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

/// What is taken out is gone, the rest stays, and room is used again.
TEST(Places, AreTakenOut) {
  for (const uint32_t spread : {1u, 7u, 100'000'000u}) {
    std::mt19937 random(spread);
    Places places;
    std::unordered_map<uint32_t, uint32_t> tags;  // by number
    std::vector<uint32_t> free;
    for (uint32_t number = 0; number < 2000; ++number) free.push_back(number);
    size_t most = 0;
    for (int i = 0; i < 60'000; ++i) {
      if (free.empty() || (random() % 2 == 0 && !tags.empty())) {
        const auto gone = tags.begin();
        places.remove(gone->second, gone->first);
        ASSERT_EQ(find(places, gone->second, gone->first), Places::kNone);
        free.push_back(gone->first);
        tags.erase(gone);
      } else {
        const uint32_t tag = static_cast<uint32_t>(random()) / spread * spread;
        places.add(tag, free.back());
        tags.emplace(free.back(), tag);
        free.pop_back();
      }
      if (i % 100 != 0) continue;
      for (const auto& [number, tag] : tags) ASSERT_EQ(find(places, tag, number), number);
      most = std::max(most, places.bytes());
    }
    EXPECT_LT(most, size_t{2000} * 64);
  }
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
