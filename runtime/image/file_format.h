#pragma once

#include <cstdint>
#include <type_traits>

#include "runtime/image/view.h"

/// Head of an image's bytes: docs/formats/image.md. Little-endian hosts only, as is all that is
/// built here.
namespace segue::image {

inline constexpr char kMagic[4] = {'S', 'E', 'G', 'I'};
inline constexpr uint32_t kVersion = 5;
inline constexpr uint32_t kSectionAlign = 8;

struct FileHeader {
  char magic[4];
  uint32_t version;
  uint64_t bytes;     // of the whole image
  uint64_t checksum;  // XXH3-64 of all that follows it
};
static_assert(sizeof(FileHeader) == 24);

struct SectionRow {
  uint32_t offset;  // from the image's begin
  uint32_t count;   // rows
};
static_assert(sizeof(SectionRow) == 8);

inline constexpr uint32_t kSectionCount =
#define IMAGE_SECTION(member, row, bytes) +1
#include "runtime/image/sections.def"
#undef IMAGE_SECTION
    ;

inline constexpr uint32_t kSectionsBegin = sizeof(FileHeader) + kSectionCount * sizeof(SectionRow);

constexpr uint64_t align_section(uint64_t offset) {
  return (offset + kSectionAlign - 1) / kSectionAlign * kSectionAlign;
}

#define IMAGE_SECTION(member, row, bytes)                                        \
  static_assert(sizeof(row) == (bytes), "a row has no padding and never grows"); \
  static_assert(std::is_trivially_copyable_v<row> && alignof(row) <= kSectionAlign);
#include "runtime/image/sections.def"
#undef IMAGE_SECTION

}  // namespace segue::image
