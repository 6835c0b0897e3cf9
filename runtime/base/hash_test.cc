#include "runtime/base/hash.h"

#include <gtest/gtest.h>

namespace segue {
namespace {

// The published values of XXH3: formats depend on them, so they may never change.
TEST(Hash, IsXxh3) {
  EXPECT_EQ(hash64(""), 0x2D06800538D394C2u);
  EXPECT_EQ(hash128("").lo, 0x6001C324468D497Fu);
  EXPECT_EQ(hash128("").hi, 0x99AA06D3014798D8u);
}

TEST(Hash, DependsOnBytesAndSeed) {
  EXPECT_NE(hash64("a"), hash64("b"));
  EXPECT_NE(hash64("a"), hash64("a", 1));
  EXPECT_EQ(hash64("a", 1), hash64("a", 1));
  EXPECT_NE(hash64(std::string_view("a\0", 2)), hash64("a"));
}

}  // namespace
}  // namespace segue
