#include "runtime/engine/dedupe.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace segue
