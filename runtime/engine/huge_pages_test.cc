#include "runtime/engine/huge_pages.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace segue {
namespace {

TEST(HugePages, AreZeroesThatBeginWithAPage) {
  for (const size_t bytes : {size_t{1}, HugeBytes::kPageBytes, 3 * HugeBytes::kPageBytes + 1}) {
    HugeBytes made(bytes);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(made.data()) % HugeBytes::kPageBytes, 0u);
    EXPECT_TRUE(std::all_of(made.data(), made.data() + bytes,
                            [](std::byte byte) { return byte == std::byte{0}; }));
    made.data()[bytes - 1] = std::byte{7};
    std::byte* const at = made.data();
    HugeBytes moved(std::move(made));
    EXPECT_EQ(moved.data(), at);
    moved = HugeBytes(bytes, false);
    EXPECT_EQ(moved.data()[bytes - 1], std::byte{0});
    moved.reset();
    EXPECT_FALSE(moved);
  }
}

}  // namespace
}  // namespace segue
