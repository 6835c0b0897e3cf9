#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "runtime/base/hash.h"
#include "runtime/image/assemble.h"
#include "runtime/image/file_format.h"

namespace segue::image {
namespace {

std::vector<std::byte> sample(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  const Result<Tables> tables = assemble(text.str());
  EXPECT_TRUE(tables) << tables.error().message;
  return tables ? tables->finish() : std::vector<std::byte>();
}

void seal(std::vector<std::byte>& bytes) {
  const auto* body = reinterpret_cast<const char*>(bytes.data() + sizeof(FileHeader));
  const uint64_t checksum = hash64({body, bytes.size() - sizeof(FileHeader)});
  std::memcpy(bytes.data() + offsetof(FileHeader, checksum), &checksum, sizeof checksum);
}

/// Whether `open` took the bytes; a view that it took must be fit to be read in full.
bool survives(const std::vector<std::byte>& bytes) {
  const Result<Image> image = Image::open(bytes);
  if (!image) {
    EXPECT_FALSE(image.error().message.empty());
    return false;
  }
  EXPECT_FALSE(print(image->view()).empty());
  EXPECT_EQ(image->schema().kinds.size(), image->view().kinds.size());
  return true;
}

TEST(Mutation, NoFlippedBitPassesTheChecksum) {
  std::vector<std::byte> bytes = sample("tests/images/segments.image");
  for (size_t i = 0; i < bytes.size() * 8; ++i) {
    const std::byte bit{static_cast<uint8_t>(1u << (i % 8))};
    bytes[i / 8] ^= bit;
    EXPECT_FALSE(survives(bytes)) << "bit " << i;
    bytes[i / 8] ^= bit;
  }
}

TEST(Mutation, UnderARightChecksumAChangeIsRefusedOrHarmless) {
  for (const std::string_view name : {"every_op", "calendar", "segments", "sequence", "tracked"}) {
    std::vector<std::byte> bytes = sample("tests/images/" + std::string(name) + ".image");
    size_t taken = 0;
    for (size_t i = sizeof(FileHeader); i < bytes.size(); ++i) {
      const std::byte old = bytes[i];
      for (const uint8_t value : {0x00, 0x01, 0x7F, 0x80, 0xFF, static_cast<int>(old) ^ 4}) {
        bytes[i] = std::byte{value};
        seal(bytes);
        taken += survives(bytes) ? 1 : 0;
      }
      bytes[i] = old;
    }
    // Constants, identities and texts may be anything, so some are taken; most are not.
    EXPECT_GT(taken, 0u);
    EXPECT_LT(taken, bytes.size() * 3);
  }
}

TEST(Mutation, CutShortIsRefused) {
  const std::vector<std::byte> bytes = sample("tests/images/sequence.image");
  for (size_t size = 0; size < bytes.size(); ++size) {
    std::vector<std::byte> cut(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size));
    EXPECT_FALSE(survives(cut));
    if (size < sizeof(FileHeader)) continue;
    const uint64_t said = size;
    std::memcpy(cut.data() + offsetof(FileHeader, bytes), &said, sizeof said);
    seal(cut);
    EXPECT_FALSE(survives(cut));
  }
}

}  // namespace
}  // namespace segue::image
