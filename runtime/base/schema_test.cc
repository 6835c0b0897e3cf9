#include "runtime/base/schema.h"

#include <gtest/gtest.h>

namespace segue {
namespace {

TEST(InputSchema, FindsKindsByName) {
  InputSchema schema;
  schema.kinds.resize(kFirstNamedKind);
  EXPECT_EQ(schema.kind_of("login"), kOtherKind);
  for (const char* name : {"Order Completed", "login", "view"}) schema.kinds.push_back({name, {}});
  EXPECT_EQ(schema.kind_of("Order Completed"), KindId{2});
  EXPECT_EQ(schema.kind_of("login"), KindId{3});
  EXPECT_EQ(schema.kind_of("view"), KindId{4});
  EXPECT_EQ(schema.kind_of("views"), kOtherKind);
  EXPECT_EQ(schema.kind_of(""), kOtherKind);
}

TEST(InputSchema, FindsTheSlotOfAKind) {
  InputSchema schema;
  schema.kinds.resize(2);
  schema.kinds[1].slots = {1, 4, 9};
  EXPECT_EQ(schema.local_slot({0}, 4), -1);
  EXPECT_EQ(schema.local_slot({1}, 1), 0);
  EXPECT_EQ(schema.local_slot({1}, 9), 2);
  EXPECT_EQ(schema.local_slot({1}, 5), -1);
  EXPECT_EQ(schema.local_slot({1}, 10), -1);
}

}  // namespace
}  // namespace segue
