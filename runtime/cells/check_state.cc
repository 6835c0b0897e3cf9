#include "runtime/cells/check_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "runtime/cells/bytes.h"
#include "runtime/cells/check_kept.h"
#include "runtime/cells/deadlines.h"
#include "runtime/cells/entries.h"
#include "runtime/cells/near.h"
#include "runtime/image/limits.h"
#include "runtime/image/op_info.h"

namespace segue::cells {
namespace {

template <class... Args>
Error corrupt(fmt::format_string<Args...> format, Args&&... args) {
  return {Errc::kCorrupt, "state: " + fmt::format(format, std::forward<Args>(args)...)};
}

/// What is settled may lie behind the last instant of the wire: deadlines do, of deadlines too. No
/// cell keeps later times.
constexpr int64_t kSettledEnd = int64_t{1} << 47;

Status check_head(const image::Layout& layout, uint64_t identity,
                  std::span<const std::byte> bytes) {
  if (bytes.size() < layout.fixed_bytes || bytes.size() > image::kBlobBytesMax) {
    return corrupt("{} bytes, where from {} to {} can be", bytes.size(), layout.fixed_bytes,
                   image::kBlobBytesMax);
  }
  const auto head = load<BlobHeader>(bytes.data());
  if (head.program != program_mark(identity)) {
    return Error{Errc::kInvalid, "state: it is of another program"};
  }
  if (head.bytes != bytes.size()) {
    return corrupt("{} bytes, where its head says {}", bytes.size(), head.bytes);
  }
  const bool begun = head.first_ms >= kInstantMin.ms && head.first_ms < kInstantEnd.ms;
  if (!begun || head.last_ms < head.first_ms || head.last_ms >= kSettledEnd ||
      head.next_ms <= head.last_ms) {
    return corrupt("the instants of its head are out of order");
  }
  return {};
}

Status check_growing(const image::CellRow& row, uint32_t fixed_bytes,
                     std::span<const std::byte> bytes) {
  const auto part = load<GrowingPart>(bytes.data() + row.offset);
  const uint32_t stride = entry_bytes(row);
  if (part.offset == 0 && part.capacity_bytes == 0 && part.count == 0 && part.first == 0) return {};
  const bool inside = part.offset >= fixed_bytes && part.offset <= bytes.size() &&
                      part.capacity_bytes >= stride &&
                      part.capacity_bytes <= bytes.size() - part.offset;
  if (!inside || part.offset % 8 != 0 || part.capacity_bytes % 8 != 0) {
    return corrupt("entries of a cell lie outside of it");
  }
  if (uint64_t{part.first} + part.count > part.capacity_bytes / stride) {
    return corrupt("more entries of a cell than there is room for");
  }
  // Where there is none the word that a first one would be in is read too.
  if (part.count == 0 && part.first != 0) return corrupt("nothing of a cell begins late");
  // A ring goes on a period before its end, so that it must have come that far.
  const uint32_t period = ring_period(row, part);
  if (period != 0 && part.count > period) {
    return corrupt("more entries of a ring than it keeps");
  }
  return {};
}

/// Growing parts that share bytes would write into each other.
Status check_apart(std::vector<GrowingPart>& parts) {
  std::sort(parts.begin(), parts.end(),
            [](const GrowingPart& a, const GrowingPart& b) { return a.offset < b.offset; });
  uint64_t end = 0;
  for (const GrowingPart& part : parts) {
    if (part.offset < end) return corrupt("entries of two cells share bytes");
    end = uint64_t{part.offset} + part.capacity_bytes;
  }
  return {};
}

/// Each word above is the least of those below: what is due is found by them. None is before 1970,
/// as `words_due` asks.
Status check_deadlines(const std::byte* words, uint32_t slots) {
  for (uint32_t i = 0; i < slots; ++i) {
    if (load_time(words + size_t{8} * i) < 0) return corrupt("a deadline is before 1970");
  }
  for (uint32_t count = slots; count > 1;) {
    const std::byte* parents = words + size_t{8} * count;
    for (uint32_t parent = 0; parent < deadline_parents(count); ++parent) {
      int64_t least = kNever.ms;
      const uint32_t end = std::min(count, (parent + 1) * kDeadlineFan);
      for (uint32_t i = parent * kDeadlineFan; i < end; ++i) {
        least = std::min(least, load_time(words + size_t{8} * i));
      }
      if (load_time(parents + size_t{8} * parent) != least) {
        return corrupt("a deadline is not the least of its own");
      }
    }
    words = parents;
    count = deadline_parents(count);
  }
  return {};
}

}  // namespace

Status check_state(const image::View& view, uint64_t identity, uint32_t deadline_slots,
                   std::span<const std::byte> bytes) {
  const image::Layout& layout = view.layout[0];
  SEGUE_TRY_STATUS(check_head(layout, identity, bytes));
  const int64_t last_ms = load<BlobHeader>(bytes.data()).last_ms;
  if (layout.near_at != image::kNone && near_base(bytes.data() + layout.near_at) > last_ms) {
    return corrupt("times count from behind its last instant");
  }
  std::vector<GrowingPart> parts;
  for (const image::CellRow& row : view.cells) {
    if (image::grows(row.kind)) {
      SEGUE_TRY_STATUS(check_growing(row, layout.fixed_bytes, bytes));
      const auto part = load<GrowingPart>(bytes.data() + row.offset);
      if (part.offset != 0) parts.push_back(part);
    }
    SEGUE_TRY_STATUS(check_kept(view, row, bytes, last_ms));
  }
  SEGUE_TRY_STATUS(check_apart(parts));
  if (layout.deadlines_at == image::kNone) return {};
  return check_deadlines(bytes.data() + layout.deadlines_at, deadline_slots);
}

}  // namespace segue::cells
