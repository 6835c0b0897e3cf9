#include "runtime/engine/users.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/hash.h"

namespace segue {
namespace {

constexpr image::Layout kSmall{.fixed_bytes = 48};

TEST(Users, AreNumberedAsTheyCome) {
  UserTable users(kSmall);
  for (uint32_t i = 0; i < 100'000; ++i) {
    const std::string id = "user " + std::to_string(i);
    EXPECT_EQ(users.find_or_add(hash_user(id), id), i);
  }
  for (uint32_t i = 0; i < 100'000; ++i) {
    const std::string id = "user " + std::to_string(i);
    EXPECT_EQ(users.find_or_add(hash_user(id), id), i);
    EXPECT_EQ(users.id(i), id);
    EXPECT_EQ((*users.ids())[users.id_place(i)], id);
  }
  EXPECT_EQ(users.size(), 100'000u);
  EXPECT_EQ(users.find(hash_user("nobody"), "nobody"), UserTable::kNobody);
}

TEST(Users, AreForgotten) {
  UserTable users(kSmall);
  const auto number_of = [&](const std::string& id) { return users.find(hash_user(id), id); };
  const auto add = [&](const std::string& id) { return users.find_or_add(hash_user(id), id); };
  for (int i = 0; i < 1000; ++i) add("user " + std::to_string(i));
  const std::string long_id(300, 'x');
  add(long_id);
  const size_t bytes = users.bytes();
  for (int round = 0; round < 1000; ++round) {
    for (const std::string& id : {std::string("user 7"), long_id}) {
      const uint32_t number = number_of(id);
      users.wake(number) = 5;
      const uint32_t place = users.remove(number);
      EXPECT_EQ(number_of(id), UserTable::kNobody);
      EXPECT_EQ((*users.ids())[place], id) << "until it is erased";
      users.erase_id(place);
      EXPECT_EQ(users.living(), 1000u);
      EXPECT_EQ(add(id), number) << "numbers are used again";
      EXPECT_EQ(users.id(number), id);
      EXPECT_EQ(users.wake(number), 0u);
      EXPECT_TRUE(users.blob(number).empty());
    }
  }
  EXPECT_LT(users.bytes(), bytes + 400 * 1024) << "of long ids the bytes are not";
  for (int i = 0; i < 1000; ++i) {
    const std::string id = "user " + std::to_string(i);
    EXPECT_EQ(users.id(number_of(id)), id);
  }
}

/// Of ids whose places cannot be told apart.
UserHash clash(std::string_view id) { return {7, hash_user(id).seeded}; }

TEST(Users, EqualHashesAreToldApart) {
  UserTable users(kSmall);
  EXPECT_EQ(users.find_or_add(clash("a"), "a"), 0u);
  EXPECT_EQ(users.find_or_add(clash("b"), "b"), 1u);
  EXPECT_EQ(users.find_or_add(clash(std::string_view("a\0", 2)), std::string_view("a\0", 2)), 2u);
  EXPECT_EQ(users.find_or_add(clash("a"), "a"), 0u);
  EXPECT_EQ(users.find(clash("b"), "b"), 1u);
  EXPECT_EQ(users.find(clash("c"), "c"), UserTable::kNobody);
}

/// At home, outside of it, and so large that they are mappings.
TEST(Users, AreRestoredWithStatesOfAnySize) {
  UserTable users(kSmall);
  size_t kept_bytes = 0;
  for (const uint32_t bytes : {48u, 1'000u, 256u << 10, 3'000'000u}) {
    std::vector<std::byte> state(bytes, std::byte{7});
    const BlobHeader head{.bytes = bytes, .program = 1};
    std::memcpy(state.data(), &head, sizeof head);
    const std::string id = std::to_string(bytes);
    const uint32_t number = users.find_or_add(hash_user(id), id);
    users.restore(number, state);
    const Blob blob = users.blob(number);
    ASSERT_EQ(blob.bytes().size(), bytes);
    EXPECT_TRUE(std::equal(state.begin(), state.end(), blob.bytes().begin()));
    kept_bytes += bytes;
    EXPECT_GE(users.blob_bytes(), kept_bytes);
  }
}

TEST(Users, IdsMayHaveAnyLength) {
  UserTable users(kSmall);
  uint32_t expected = 0;
  for (const size_t size :
       {size_t{0}, size_t{1}, size_t{253}, size_t{254}, size_t{255}, size_t{1'000'000}}) {
    const std::string id(size, 'x');
    const uint32_t number = users.find_or_add(hash_user(id), id);
    EXPECT_EQ(number, expected++);
    EXPECT_EQ(users.id(number), id);
    EXPECT_EQ(users.find_or_add(hash_user(id), id), number);
  }
}

TEST(Users, IdsFillOneChunkAfterAnother) {
  Ids ids;
  std::vector<std::pair<uint32_t, std::string>> added;
  for (uint32_t i = 0; i < 20'000; ++i) {
    std::string id(i % 300, static_cast<char>('a' + i % 26));
    added.emplace_back(ids.add(id), std::move(id));
  }
  for (const auto& [place, id] : added) ASSERT_EQ(ids[place], id);
}

/// States of all sizes come back as they were put, in their row or outside.
TEST(Users, StatesStandInTheirRowsUntilTheyMoveOut) {
  for (const uint32_t fixed : {40u, 48u, 104u, 400u, 4096u, 9000u, 40'000u, 1u << 20}) {
    for (const uint32_t growing : {0u, 1u}) {
      const image::Layout layout{.fixed_bytes = fixed, .growing_cells = growing};
      UserTable users(layout);
      for (uint32_t i = 0; i < 70; ++i) {
        const std::string id = std::to_string(i);
        users.find_or_add(hash_user(id), id);
        EXPECT_TRUE(users.blob(i).empty());
        Blob blob = users.take(i);
        blob.create(layout, 7);
        blob.data()[fixed - 1] = static_cast<std::byte>(i);
        users.put_back(i, blob);
        EXPECT_EQ(users.wake(i), 0u);
        users.wake(i) = i;
      }
      for (uint32_t i = 0; i < 70; ++i) {
        const Blob blob = users.blob(i);
        ASSERT_EQ(blob.bytes().size(), fixed);
        EXPECT_EQ(blob.bytes().back(), static_cast<std::byte>(i));
        EXPECT_GE(blob.capacity(), fixed);
        EXPECT_EQ(users.id(i), std::to_string(i));
        EXPECT_EQ(users.wake(i), i);
      }
      EXPECT_GE(users.blob_bytes(), size_t{70} * fixed);
    }
  }
}

TEST(Users, AStateThatMovesAgainLeavesNothingBehind) {
  const image::CellRow log{.kind = image::CellKind::kLog, .offset = 32, .bytes = 16};
  const image::Layout layout{.fixed_bytes = 48, .growing_cells = 1};
  UserTable users(layout);
  users.find_or_add(hash_user("a"), "a");
  size_t before = users.blob_bytes();
  for (uint32_t bytes = 16; bytes < 1u << 16; bytes *= 2) {
    Blob blob = users.take(0);
    if (blob.empty()) blob.create(layout, 7);
    ASSERT_TRUE(blob.grow(32, bytes, layout, {&log, 1}));
    users.put_back(0, blob);
    EXPECT_EQ(users.blob(0).bytes().size(), 48 + bytes);
    EXPECT_GE(users.blob_bytes(), before);
    before = users.blob_bytes();
  }
  EXPECT_LT(before, size_t{3} << 15);
}

}  // namespace
}  // namespace segue
