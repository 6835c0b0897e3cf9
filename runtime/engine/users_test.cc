#include "runtime/engine/users.h"

#include <gtest/gtest.h>

#include <string>

#include "runtime/base/hash.h"

namespace segue {
namespace {

TEST(Users, AreNumberedAsTheyCome) {
  UserTable users;
  for (uint32_t i = 0; i < 100'000; ++i) {
    const std::string id = "user " + std::to_string(i);
    EXPECT_EQ(users.find_or_add(hash64(id), id), i);
  }
  for (uint32_t i = 0; i < 100'000; ++i) {
    const std::string id = "user " + std::to_string(i);
    EXPECT_EQ(users.find_or_add(hash64(id), id), i);
    EXPECT_EQ(users[i].id(), id);
  }
  EXPECT_EQ(users.size(), 100'000u);
  EXPECT_EQ(users.find(hash64("nobody"), "nobody"), nullptr);
}

TEST(Users, EqualHashesAreToldApartByTheirIds) {
  UserTable users;
  EXPECT_EQ(users.find_or_add(7, "a"), 0u);
  EXPECT_EQ(users.find_or_add(7, "b"), 1u);
  EXPECT_EQ(users.find_or_add(7, std::string_view("a\0", 2)), 2u);
  EXPECT_EQ(users.find_or_add(7, "a"), 0u);
  EXPECT_EQ(users.find(7, "b")->id(), "b");
  EXPECT_EQ(users.find(7, "c"), nullptr);
}

TEST(Users, TheLastPlaceIsFollowedByTheFirst) {
  UserTable users;
  for (int i = 0; i < 40; ++i) {
    const std::string id = std::to_string(i);
    EXPECT_EQ(users.find_or_add(UINT64_MAX, id), static_cast<uint32_t>(i));
    EXPECT_EQ(users.find(UINT64_MAX, id)->id(), id);
  }
}

TEST(Users, IdsMayHaveAnyLength) {
  UserTable users;
  for (const size_t size : {size_t{0}, size_t{43}, size_t{44}, size_t{45}, size_t{1'000'000}}) {
    const std::string id(size, 'x');
    const uint32_t number = users.find_or_add(hash64(id), id);
    EXPECT_EQ(users[number].id(), id);
    EXPECT_EQ(users.find_or_add(hash64(id), id), number);
  }
  EXPECT_EQ(users.size(), 5u);
}

}  // namespace
}  // namespace segue
