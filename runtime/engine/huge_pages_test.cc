#include "runtime/engine/huge_pages.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

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

TEST(HugePages, RoomGrowsAndWhatIsInItStays) {
  std::vector<uint64_t> items;
  for (const size_t count : {size_t{10}, size_t{1000}, size_t{1} << 20, (size_t{1} << 20) + 1}) {
    const size_t before = items.capacity();
    reserve_huge(items, count);
    EXPECT_GE(items.capacity(), count);
    EXPECT_TRUE(items.capacity() == before || items.capacity() >= 2 * before);
    const uint64_t* const at = items.data();
    while (items.size() < count) items.push_back(items.size());
    EXPECT_EQ(items.data(), at);
  }
  for (size_t i = 0; i < items.size(); ++i) ASSERT_EQ(items[i], i);
}

}  // namespace
}  // namespace segue
