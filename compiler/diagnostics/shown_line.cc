#include "compiler/diagnostics/shown_line.h"

#include <algorithm>

#include "compiler/source/utf8.h"

namespace segue {

namespace {

constexpr uint32_t kBytesMax = 240;    // a longer line is cut
constexpr uint32_t kBytesBefore = 60;  // what a cut line keeps before the focus
constexpr uint32_t kTabColumns = 4;

struct Range {
  uint32_t first, last;
};
// The blocks of Unicode's East Asian Width table that are wide, coarsely; emoji included.
constexpr Range kWide[] = {
    {0x1100, 0x115F}, {0x2E80, 0xA4CF}, {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},
    {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
constexpr Range kZero[] = {{0x0300, 0x036F}, {0x200B, 0x200F}, {0xFE00, 0xFE0F}};

template <size_t N>
bool contains(const Range (&ranges)[N], uint32_t c) {
  return std::any_of(ranges, ranges + N, [c](Range r) { return c >= r.first && c <= r.last; });
}

uint32_t decode(std::string_view sequence) {
  const auto byte = [&](size_t i) {
    return static_cast<uint32_t>(static_cast<unsigned char>(sequence[i]));
  };
  switch (sequence.size()) {
    case 1:
      return byte(0);
    case 2:
      return (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F);
    case 3:
      return (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
    default:
      return (byte(0) & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 |
             (byte(3) & 0x3F);
  }
}

}  // namespace

ShownLine::ShownLine(std::string_view line, uint32_t focus) {
  const auto size = static_cast<uint32_t>(line.size());
  uint32_t last = size;
  if (size > kBytesMax) {
    first_byte_ = focus > kBytesBefore ? std::min(focus - kBytesBefore, size) : 0;
    while (first_byte_ > 0 && (line[first_byte_ - 1] & 0x80) != 0 && focus - first_byte_ < 64) {
      --first_byte_;  // never inside a character: back to the ASCII before it
    }
    last = std::min(size, first_byte_ + kBytesMax);
    while (last < size && (static_cast<unsigned char>(line[last]) & 0xC0) == 0x80) ++last;
  }
  if (first_byte_ > 0) {
    text_ = "…";
    width_ = 1;
  }
  show(line.substr(first_byte_, last - first_byte_));
  if (last < size) text_ += "…";
}

void ShownLine::show(std::string_view piece) {
  for (size_t i = 0; i < piece.size();) {
    const size_t length = utf8_length(piece.substr(i));
    const std::string_view sequence = piece.substr(i, length == 0 ? 1 : length);
    columns_.insert(columns_.end(), sequence.size(), width_);
    i += sequence.size();
    const uint32_t c = length == 0 ? 0 : decode(sequence);
    if (c == '\t') {
      text_.append(kTabColumns, ' ');
      width_ += kTabColumns;
    } else if (c < 0x20 || (c >= 0x7F && c < 0xA0)) {
      append_utf8(text_, 0xFFFD);
      ++width_;
    } else {
      text_ += sequence;
      width_ += contains(kZero, c) ? 0 : contains(kWide, c) ? 2 : 1;
    }
  }
  columns_.push_back(width_);
}

uint32_t ShownLine::column(uint32_t byte) const {
  if (byte <= first_byte_) return columns_.front();
  return columns_[std::min<size_t>(byte - first_byte_, columns_.size() - 1)];
}

}  // namespace segue
