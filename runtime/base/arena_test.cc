#include "runtime/base/arena.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "runtime/base/value.h"

namespace segue {
namespace {

TEST(Arena, WhatItHandsOutStays) {
  Arena arena;
  std::vector<std::string_view> copies;
  for (int i = 0; i < 20'000; ++i) {
    copies.push_back(arena.copy("text " + std::to_string(i)));
    EXPECT_EQ(arena.make<Value>(i % 3 + 1)[i % 3].tag, ValueTag::kAbsent);
  }
  const std::string huge(1'000'000, 'x');
  EXPECT_EQ(arena.copy(huge), huge);
  for (int i = 0; i < 20'000; ++i) EXPECT_EQ(copies[i], "text " + std::to_string(i));
}

TEST(Arena, ObjectsAreAligned) {
  Arena arena;
  for (int i = 0; i < 100; ++i) {
    arena.bytes(1);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(arena.make<Value>(1).data()) % alignof(Value), 0u);
  }
}

TEST(Arena, RewindsToAMark) {
  Arena arena;
  const Arena::Mark empty = arena.mark();
  arena.copy("a");
  arena.rewind(empty);
  const std::string_view kept = arena.copy("kept");
  const Arena::Mark mark = arena.mark();
  const size_t held = arena.bytes_held();
  arena.copy(std::string(1'000'000, 'x'));
  arena.rewind(mark);
  EXPECT_EQ(arena.bytes_held(), held);
  EXPECT_EQ(arena.copy("next").data(), kept.data() + kept.size());
  EXPECT_EQ(kept, "kept");
}

TEST(Arena, KeepsWhatIsUsedOfARoom) {
  Arena arena;
  for (int i = 0; i < 20'000; ++i) {
    char* const room = arena.room(100);
    std::fill_n(room, 100, 'x');
    arena.keep(7);
    EXPECT_EQ(arena.copy("next").data(), room + 7);
  }
  EXPECT_LT(arena.bytes_held(), 400'000u);
}

TEST(Arena, NothingNeedsNoRoom) {
  Arena arena;
  EXPECT_EQ(arena.copy(""), "");
  EXPECT_TRUE(arena.make<Value>(0).empty());
}

}  // namespace
}  // namespace segue
