#include <algorithm>
#include <cstring>

#include "runtime/base/check.h"
#include "runtime/base/hash.h"
#include "runtime/image/file_format.h"
#include "runtime/image/limits.h"

namespace segue::image {
namespace {

class Writer {
 public:
  Writer() : bytes_(kSectionsBegin) {}

  void section(const void* rows, size_t count, size_t row_bytes) {
    const SectionRow row{static_cast<uint32_t>(bytes_.size()), static_cast<uint32_t>(count)};
    const uint64_t end = align_section(bytes_.size() + uint64_t{count} * row_bytes);
    SEGUE_CHECK(end <= kImageBytesMax, "an image is below its size limit");
    bytes_.resize(end);
    if (count != 0) std::memcpy(bytes_.data() + row.offset, rows, count * row_bytes);
    std::memcpy(bytes_.data() + sizeof(FileHeader) + next_++ * sizeof row, &row, sizeof row);
  }

  std::vector<std::byte> finish() {
    FileHeader header{};
    std::memcpy(header.magic, kMagic, sizeof kMagic);
    header.version = kVersion;
    header.bytes = bytes_.size();
    // SAFETY: any object may be looked at as chars.
    const auto* body = reinterpret_cast<const char*>(bytes_.data() + sizeof header);
    header.checksum = hash64({body, bytes_.size() - sizeof header});
    std::memcpy(bytes_.data(), &header, sizeof header);
    return std::move(bytes_);
  }

 private:
  std::vector<std::byte> bytes_;
  size_t next_ = 0;
};

bool before(const MemberRow& a, const MemberRow& b) {
  return a.scalar.hi != b.scalar.hi ? a.scalar.hi < b.scalar.hi : a.scalar.lo < b.scalar.lo;
}

}  // namespace

std::vector<std::byte> Tables::finish() const {
  Writer writer;
#define IMAGE_SECTION(member, row, bytes) writer.section(member.data(), member.size(), sizeof(row));
#include "runtime/image/sections.def"
#undef IMAGE_SECTION
  return writer.finish();
}

uint32_t Tables::add_text(std::string_view text) {
  const auto [place, added] =
      interned_.try_emplace(std::string(text), static_cast<uint32_t>(texts.size()));
  if (added) {
    texts.push_back({static_cast<uint32_t>(strings.size()), static_cast<uint32_t>(text.size())});
    strings.append(text);
  }
  return place->second;
}

Range Tables::add_list(std::span<const uint32_t> list) {
  const Range range{static_cast<uint32_t>(indices.size()), static_cast<uint32_t>(list.size())};
  indices.insert(indices.end(), list.begin(), list.end());
  return list.empty() ? Range{} : range;
}

MemberRow Tables::member_of_text(std::string_view text) {
  return {scalar_of_text(text), add_text(text), 0};
}

Range Tables::add_members(std::vector<MemberRow> set) {
  std::sort(set.begin(), set.end(), before);
  const auto equal = [](const MemberRow& a, const MemberRow& b) { return a.scalar == b.scalar; };
  set.erase(std::unique(set.begin(), set.end(), equal), set.end());
  const Range range{static_cast<uint32_t>(members.size()), static_cast<uint32_t>(set.size())};
  members.insert(members.end(), set.begin(), set.end());
  return set.empty() ? Range{} : range;
}

}  // namespace segue::image
