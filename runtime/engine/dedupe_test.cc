#include "runtime/engine/dedupe.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

namespace segue {
namespace {

bool is_copy(DedupeWindow& window, int64_t ms, std::string_view id, uint32_t user = 0) {
  Event event;
  event.at = {ms};
  event.tie = id;
  event.has_message_id = true;
  return window.is_copy(user, event);
}

TEST(Dedupe, KnowsCopiesWithinItsTime) {
  DedupeWindow window(Duration{100});
  EXPECT_FALSE(is_copy(window, 1000, "m"));
  EXPECT_FALSE(is_copy(window, 1000, "m")) << "of one instant: not ours to drop";
  EXPECT_FALSE(is_copy(window, 1000, "n"));
  EXPECT_FALSE(is_copy(window, 1001, "m", 1)) << "another user's";
  EXPECT_TRUE(is_copy(window, 1100, "m"));
  EXPECT_FALSE(is_copy(window, 1101, "m")) << "a dropped copy does not pass the time on";
  EXPECT_TRUE(is_copy(window, 1201, "m"));
}

TEST(Dedupe, WithoutAMessageIdNothingIsACopy) {
  DedupeWindow window(Duration{100});
  Event event;
  event.tie = "hash";
  EXPECT_FALSE(window.is_copy(0, event));
  event.at = {1};
  EXPECT_FALSE(window.is_copy(0, event));
}

TEST(Dedupe, ForgetsOnlyWhatIsOver) {
  DedupeWindow window(Duration{100});
  EXPECT_FALSE(is_copy(window, 1000, "m"));
  EXPECT_FALSE(is_copy(window, 1050, "n"));
  window.forget_before({1100});
  EXPECT_TRUE(is_copy(window, 1100, "m"));
  window.forget_before({1101});
  EXPECT_FALSE(is_copy(window, 1101, "m"));
  window.forget_before({1151});
  EXPECT_TRUE(is_copy(window, 1160, "m")) << "kept anew at 1101";
}

/// At random: `take` and `join` against a window in which nobody is ever joined, since what both
/// did is the one's from the begin.
TEST(Dedupe, WhatIsJoinedIsKnownAsTheOthers) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    DedupeWindow window(Duration{60});
    DedupeWindow plain(Duration{60});
    std::array<Instant, 6> first;
    first.fill(kNever);
    int64_t now_ms = 1000;
    const uint32_t from = random() % 6;
    const uint32_t into = (from + 1 + random() % 5) % 6;
    bool is_joined = false;
    for (int i = 0; i < 120; ++i) {
      now_ms += 1 + static_cast<int64_t>(random() % 5);
      if (i == 60) {
        window.join(window.take(from, first[from]), into);
        is_joined = true;
      }
      uint32_t user = random() % 6;
      if (is_joined && user == from) user = into;
      first[user] = std::min(first[user], Instant{now_ms});
      // Ids of their own until then: one of both is two events.
      const bool is_of_from = user == from || (is_joined && random() % 2 == 0);
      const std::string id = (is_of_from ? "f" : "o") + std::to_string(random() % 8);
      const uint32_t plain_user = user == from ? into : user;
      EXPECT_EQ(is_copy(window, now_ms, id, user), is_copy(plain, now_ms, id, plain_user)) << round;
      window.forget_before({now_ms});
      plain.forget_before({now_ms});
    }
    std::vector<DedupeWindow::Kept> kept, of_plain;
    window.save(kept);
    plain.save(of_plain);
    ASSERT_EQ(kept.size(), of_plain.size());
    for (size_t i = 0; i < kept.size(); ++i) {
      EXPECT_TRUE(kept[i].at == of_plain[i].at && kept[i].key == of_plain[i].key) << round;
    }
  }
}

TEST(Dedupe, NothingIsLeftOfWhoIsTaken) {
  DedupeWindow window(Duration{100});
  for (int i = 0; i < 20; ++i) {
    EXPECT_FALSE(is_copy(window, 1000 + i, "m" + std::to_string(i), i % 3));
  }
  EXPECT_EQ(window.take(1, {1001}).size(), 7u);
  std::vector<DedupeWindow::Kept> kept;
  window.save(kept);
  EXPECT_EQ(kept.size(), 13u);
  for (const auto& one : kept) EXPECT_NE(one.user, 1u);
  EXPECT_FALSE(is_copy(window, 1030, "m4", 1));
  EXPECT_TRUE(is_copy(window, 1030, "m5", 2));
}

}  // namespace
}  // namespace segue
