#include <fmt/format.h>

#include <cstring>

#include "runtime/base/hash.h"
#include "runtime/image/file_format.h"
#include "runtime/image/limits.h"
#include "runtime/image/verify.h"

namespace segue::image {
namespace {

std::string_view chars(std::span<const std::byte> bytes) {
  // SAFETY: any object may be looked at as chars.
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Status check_header(std::span<const std::byte> bytes) {
  if (bytes.size() < kSectionsBegin) {
    return Error{Errc::kCorrupt, fmt::format("an image of {} bytes: too short", bytes.size())};
  }
  if (bytes.size() > kImageBytesMax) {
    return Error{Errc::kTooLarge, fmt::format("an image of {} bytes: the limit is {}", bytes.size(),
                                              kImageBytesMax)};
  }
  FileHeader header;
  std::memcpy(&header, bytes.data(), sizeof header);
  if (std::memcmp(header.magic, kMagic, sizeof kMagic) != 0) {
    return Error{Errc::kUnreadable, "not a program image: it does not begin with `SEGI`"};
  }
  if (header.version != kVersion) {
    return Error{Errc::kUnsupported,
                 fmt::format("an image of version {}: this build reads {}; make it again from its "
                             "rules",
                             header.version, kVersion)};
  }
  if (header.bytes != bytes.size()) {
    return Error{Errc::kCorrupt, fmt::format("an image of {} bytes: its header says {}",
                                             bytes.size(), header.bytes)};
  }
  if (header.checksum != hash64(chars(bytes.subspan(sizeof header)))) {
    return Error{Errc::kCorrupt, "the image's checksum does not fit its bytes"};
  }
  return {};
}

/// Hands out the sections one after the other; their places leave no choice, so equal tables are
/// equal bytes.
class Sections {
 public:
  explicit Sections(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <class Row>
  std::span<const Row> take(std::string_view name) {
    SectionRow row;
    std::memcpy(&row, bytes_.data() + sizeof(FileHeader) + next_ * sizeof row, sizeof row);
    ++next_;
    if (!status_.ok()) return {};
    const uint64_t end = row.offset + uint64_t{row.count} * sizeof(Row);
    if (row.offset != end_ || end > bytes_.size()) {
      fail(fmt::format("section `{}` is not where it has to be", name));
      return {};
    }
    end_ = align_section(end);
    if (end_ > bytes_.size()) end_ = end;  // found out below: what is left is not zero bytes
    for (uint64_t i = end; i < end_; ++i) {
      if (bytes_[i] != std::byte{0}) fail(fmt::format("bytes behind section `{}`", name));
    }
    // SAFETY: in bounds and aligned, checked above; rows are plain data of any bit pattern.
    return {reinterpret_cast<const Row*>(bytes_.data() + row.offset), row.count};
  }

  Status finish() {
    if (status_.ok() && end_ != bytes_.size()) fail("bytes behind the last section");
    return status_;
  }

 private:
  void fail(std::string what) { status_ = Error{Errc::kCorrupt, std::move(what)}; }

  std::span<const std::byte> bytes_;
  uint32_t next_ = 0;
  uint64_t end_ = kSectionsBegin;
  Status status_;
};

}  // namespace

Result<Image> Image::open(std::vector<std::byte> bytes) {
  SEGUE_TRY_STATUS(check_header(bytes));
  Image image;
  image.bytes_ = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
  Sections sections(*image.bytes_);
#define IMAGE_SECTION(member, row, bytes) image.view_.member = sections.take<row>(#member);
#include "runtime/image/sections.def"
#undef IMAGE_SECTION
  SEGUE_TRY_STATUS(sections.finish());
  SEGUE_TRY_STATUS(verify(image.view_));
  return image;
}

uint64_t Image::identity() const {
  FileHeader header;
  std::memcpy(&header, bytes_->data(), sizeof header);
  return header.checksum;
}

InputSchema Image::schema() const {
  InputSchema schema;
  for (const SlotRow& row : view_.slots) {
    InputSchema::Slot& slot = schema.slots.emplace_back();
    slot.is_trait = row.is_trait != 0;
    for (const uint32_t text : view_.list(row.path)) slot.path.emplace_back(view_.text(text));
  }
  for (const KindRow& row : view_.kinds) {
    InputSchema::Kind& kind = schema.kinds.emplace_back();
    if (row.name != kNone) kind.wire_name = view_.text(row.name);
    const std::span<const uint32_t> slots = view_.list(row.slots);
    kind.slots.assign(slots.begin(), slots.end());
  }
  return schema;
}

}  // namespace segue::image
