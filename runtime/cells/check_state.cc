#include "runtime/cells/check_state.h"

#include <fmt/format.h>

#include "runtime/cells/attempts.h"
#include "runtime/cells/bytes.h"
#include "runtime/cells/entries.h"
#include "runtime/cells/links.h"
#include "runtime/image/limits.h"
#include "runtime/image/op_info.h"

namespace segue::cells {
namespace {

template <class... Args>
Error corrupt(fmt::format_string<Args...> format, Args&&... args) {
  return {Errc::kCorrupt, "state: " + fmt::format(format, std::forward<Args>(args)...)};
}

bool is_instant(int64_t ms) { return ms >= kInstantMin.ms && ms < kInstantEnd.ms; }

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
  if (!is_instant(head.first_ms) || head.last_ms < head.first_ms || head.next_ms <= head.last_ms) {
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
                      part.capacity_bytes <= bytes.size() - part.offset;
  if (!inside || part.offset % 8 != 0 || part.capacity_bytes % 8 != 0) {
    return corrupt("entries of a cell lie outside of it");
  }
  if (uint64_t{part.first} + part.count > part.capacity_bytes / stride) {
    return corrupt("more entries of a cell than there is room for");
  }
  // A ring goes on a period before its end, so that it must have come that far.
  const uint32_t period = ring_period(row, part);
  if (period != 0 && part.count > period) {
    return corrupt("more entries of a ring than it keeps");
  }
  return {};
}

/// The steps that partial matches of any sequence have reached.
Status check_attempts(const image::View& view, const image::CellRow& row,
                      std::span<const std::byte> bytes) {
  const auto part = load<GrowingPart>(bytes.data() + row.offset);
  const image::SequenceRow& sequence = view.sequences[row.source];
  // With an absence the whole match waits for it, at a step behind the last.
  const bool waits = sequence.absence_stream != image::kNone;
  const std::byte* run = bytes.data() + part.offset;
  for (uint32_t i = 0; i < part.count; ++i) {
    const auto attempt = load<Attempt>(run + size_t{part.first + i} * sizeof(Attempt));
    const bool partial = attempt.step + 1 < sequence.steps.count;
    if (!partial && !(waits && attempt.step == sequence.steps.count)) {
      return corrupt("a partial match has reached step {} of {}", attempt.step,
                     sequence.steps.count);
    }
  }
  return {};
}

/// The links between the entries of a plain sequence's steps.
Status check_links(const image::CellRow& row, std::span<const std::byte> bytes) {
  const auto part = load<GrowingPart>(bytes.data() + row.offset);
  const std::byte* run = bytes.data() + part.offset;
  const uint32_t stride = entry_bytes(row);
  for (uint32_t i = 0; i < part.count; ++i) {
    const std::byte* entry = run + size_t{part.first + i} * stride;
    const uint32_t ahead = Link::of(load<uint64_t>(entry + kStepsLinkAt)).ahead;
    if (ahead > part.count - i) return corrupt("a link of an entry leads out of its cell");
  }
  return {};
}

Status check_cell(const image::View& view, const image::CellRow& row,
                  std::span<const std::byte> bytes) {
  if (!image::grows(row.kind)) return {};
  SEGUE_TRY_STATUS(check_growing(row, view.layout[0].fixed_bytes, bytes));
  const bool any_sequence = row.kind == image::CellKind::kSequence && row.k == 0;
  if (row.kind == image::CellKind::kSteps && row.k == 0) return check_links(row, bytes);
  return any_sequence ? check_attempts(view, row, bytes) : Status();
}

}  // namespace

Status check_state(const image::View& view, uint64_t identity, std::span<const std::byte> bytes) {
  SEGUE_TRY_STATUS(check_head(view.layout[0], identity, bytes));
  uint64_t room = view.layout[0].fixed_bytes;
  for (const image::CellRow& row : view.cells) {
    SEGUE_TRY_STATUS(check_cell(view, row, bytes));
    if (image::grows(row.kind)) {
      room += load<GrowingPart>(bytes.data() + row.offset).capacity_bytes;
    }
  }
  if (room > bytes.size()) return corrupt("its cells claim more than there is");
  return {};
}

}  // namespace segue::cells
