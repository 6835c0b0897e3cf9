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

/// As a reader has them: in a buffer.
bool read(const std::string& bytes, uint32_t width, std::vector<uint64_t>& values) {
  Buffer buffer;
  bytes.copy(buffer.make(bytes.size()), bytes.size());
  return read_fitted({buffer.data(), bytes.size()}, width, values);
}

TEST(Fitted, AreReadAsTheyWereWritten) {
  std::mt19937_64 random(20261130);
  for (uint32_t width = 0; width <= 8; ++width) {
    for (size_t count = 0; count < 50; ++count) {
      std::vector<uint64_t> values(count);
      for (uint64_t& value : values) {
        const uint32_t bytes = width == 0 ? 0 : random() % (width + 1);
        value = bytes == 0 ? 0 : random() >> (64 - 8 * bytes);
      }
      std::string bytes;
      put_fitted(bytes, values, width);
      EXPECT_LE(bytes.size(), (count + 3) / 4 + count * width);
      std::vector<uint64_t> again(count, 1);
      ASSERT_TRUE(read(bytes, width, again));
      ASSERT_EQ(again, values) << width << " bytes, " << count << " values";
      EXPECT_FALSE(read(bytes + '\0', width, again));
      EXPECT_TRUE(bytes.empty() || !read(bytes.substr(0, bytes.size() - 1), width, again));
      if (count % 4 == 0) continue;
      bytes[count / 4] = static_cast<char>(bytes[count / 4] | '\x80');
      EXPECT_FALSE(read(bytes, width, again)) << "a length behind the last";
    }
  }
}

TEST(Compress, IsLeftWhereItSavesTooLittle) {
  std::mt19937 random(20261130);
  std::string raw;
  for (int i = 0; i < 10'000; ++i) raw += static_cast<char>(random());
  EXPECT_TRUE(compress(raw).empty());
  raw.resize(12'000, '\0');
  EXPECT_TRUE(compress(raw, 0.25).empty());
  const std::string frame = compress(raw);
  ASSERT_FALSE(frame.empty());
  std::string again(raw.size(), 'x');
  ASSERT_TRUE(decompress(frame, again));
  EXPECT_EQ(again, raw);
}

}  // namespace
}  // namespace segue::pack
