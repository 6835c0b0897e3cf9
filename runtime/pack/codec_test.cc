#include "runtime/pack/codec.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace segue::pack {
namespace {

TEST(Planes, AreReadAsTheyWereWritten) {
  std::mt19937_64 random(20261130);
  for (uint32_t width = 0; width <= 8; ++width) {
    for (size_t count = 0; count < 50; ++count) {
      std::vector<uint64_t> values(count);
      for (uint64_t& value : values) value = width == 0 ? 0 : random() >> (64 - 8 * width);
      std::string planes;
      put_planes(planes, values, width);
      ASSERT_EQ(planes.size(), count * width);
      std::vector<uint64_t> read(count, 1);
      read_planes(planes.data(), width, read);
      ASSERT_EQ(read, values) << width << " bytes, " << count << " values";
    }
  }
}

TEST(Compress, PartsAreOneFrame) {
  std::mt19937 random(20261130);
  for (const size_t part : {0U, 100U, 40'000U}) {
    std::string raw = "head";
    for (const bool noise : {true, false, true, false, false}) {
      for (size_t i = 0; i < part; ++i) raw += noise ? static_cast<char>(random()) : '\0';
    }
    raw.resize(std::max(raw.size(), size_t{5000}), '\0');
    const std::string frame = compress(raw, part);
    ASSERT_FALSE(frame.empty());
    std::string read(raw.size(), 'x');
    ASSERT_TRUE(decompress(frame, read));
    EXPECT_EQ(read, raw);
  }
  std::string noise;
  for (int i = 0; i < 10'000; ++i) noise += static_cast<char>(random());
  EXPECT_TRUE(compress(noise, 1000).empty()) << "saves nothing";
}

}  // namespace
}  // namespace segue::pack
