#include "runtime/engine/change_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace segue {
namespace {

constexpr uint32_t kRanks[] = {2, 0, 1};

std::string random_id(std::mt19937& random, int kind, uint32_t user) {
  // What the first ones begin with is not what all do.
  if (kind == 3 && user < 100) return "every-user-" + std::to_string(random() % 2000);
  if (kind == 4) return std::string(random() % 30, 'x') + std::to_string(random() % 100);
  if (kind == 0) return "user-" + std::to_string(random() % 2000);
  std::string id(random() % 12, '\0');
  for (char& byte : id) byte = static_cast<char>(kind == 1 ? random() % 256 : random() % 2);
  return id;
}

std::vector<Change> given(ChangeOrder& order) {
  std::vector<Change> all;
  order.put_in_order();
  for (auto some = order.next(); !some.empty(); some = order.next()) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

/// Few and many changes, in few instants and many, of alike and of any ids.
TEST(ChangeOrder, IsThatOfComparing) {
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    Ids ids;
    ChangeOrder order(ids, kRanks);
    std::vector<Change> expected;
    const uint32_t users = 1 + random() % (round % 50 == 0 ? 4000 : 600);
    const int64_t span_ms = round % 4 == 0 ? 1 : 1 + random() % 90'000'000;
    const int64_t step_ms = round % 7 == 0 ? int64_t{1} << 36 : 1;  // too long for keys
    std::vector<std::string> known;
    for (uint32_t user = 0; user < users; ++user) {
      std::string id = random_id(random, round % 5, user);
      if (std::find(known.begin(), known.end(), id) != known.end()) continue;
      known.push_back(id);
      const uint32_t place = ids.add(id);
      int64_t ms = 1'700'000'000'000 + static_cast<int64_t>(random()) % span_ms * step_ms;
      for (uint32_t i = random() % 3; i > 0; --i) {
        const Transition made{Instant{ms}, i, random() % 2 == 0, Cause::kTime, {}};
        order.transitions().push_back(made);
        expected.push_back({made.at, ids[place], i, made.entered, made.cause, {}});
        if (random() % 2 == 0) ms += 1;
      }
      order.belong_to(place);
    }
    std::sort(expected.begin(), expected.end(),
              [](const Change& a, const Change& b) { return goes_before(a, b, kRanks); });
    const std::vector<Change> got = given(order);
    ASSERT_EQ(got.size(), expected.size());
    for (size_t i = 0; i < got.size(); ++i) {
      ASSERT_EQ(got[i].at, expected[i].at) << round;
      ASSERT_EQ(got[i].user, expected[i].user) << round;
      ASSERT_EQ(got[i].segment, expected[i].segment) << round;
      ASSERT_EQ(got[i].entered, expected[i].entered) << round;
    }
  }
}

TEST(ChangeOrder, WhatBelongsToAUserIsWhatCameSince) {
  Ids ids;
  ChangeOrder order(ids, kRanks);
  order.transitions().resize(3);
  EXPECT_EQ(order.unowned(), 3u);
  EXPECT_EQ(order.belong_to(ids.add("a")).size(), 3u);
  EXPECT_EQ(order.belong_to(ids.add("b")).size(), 0u);
  order.transitions().resize(5);
  EXPECT_EQ(order.belong_to(ids.add("c")).size(), 2u);
  EXPECT_EQ(given(order).size(), 5u);
  order.clear();
  EXPECT_TRUE(given(order).empty());
}

}  // namespace
}  // namespace segue
