#include "api/runtime/state_size.h"

#include <fmt/format.h>
#include <algorithm>
#include <numeric>
#include <optional>
#include <vector>

#include "runtime/base/text.h"
#include "runtime/cells/distinct.h"
#include "runtime/cells/entries.h"
#include "runtime/image/limits.h"
#include "runtime/image/op_info.h"

namespace segue {
namespace {

uint64_t bytes_of_entry(const image::CellRow& cell) {
  return cell.kind == image::CellKind::kDistinct ? cells::kDistinctEntryBytes
                                                 : cells::entry_bytes(cell);
}

std::string name_of_stream(const image::View& view, uint32_t stream) {
  const uint32_t name = view.streams[stream].name;
  return name == image::kNone ? fmt::format("s{}", stream) : std::string(view.text(name));
}

std::string name_of_sequence(const image::View& view, uint32_t index) {
  const image::SequenceRow& sequence = view.sequences[index];
  std::string text;
  for (uint32_t i = 0; i < sequence.steps.count; ++i) {
    text += (i == 0 ? "" : " then ") +
            name_of_stream(view, view.steps[sequence.steps.first + i].stream);
  }
  if (sequence.absence_stream == image::kNone) return text;
  return text + " then no " + name_of_stream(view, sequence.absence_stream);
}

std::string source_text(const image::View& view, const image::CellRow& cell) {
  switch (cell.kind) {
    case image::CellKind::kHeld:
    case image::CellKind::kCrossing:
      return fmt::format("condition n{}", cell.source);
    case image::CellKind::kLatch:
      return "membership";
    case image::CellKind::kSteps:
    case image::CellKind::kSequence:
      return name_of_sequence(view, cell.source);
    default:
      return name_of_stream(view, cell.source);
  }
}

/// How many entries the cell of a sequence keeps at most; waits have no such number.
std::optional<uint64_t> matches_max(const image::View& view, const image::CellRow& cell) {
  const image::SequenceRow& sequence = view.sequences[cell.source];
  if (sequence.absence_stream != image::kNone) return std::nullopt;
  if (cell.k != 0) return 0;  // its steps are in the fixed part
  uint64_t count = 0;
  for (uint32_t i = 0; i + 1 < sequence.steps.count; ++i) {
    // One of a step, but where a shortest gap may hold back the newest, or starts do not rise.
    const bool waits = view.steps[sequence.steps.first + i + 1].after_ms > 0;
    const uint32_t first = view.steps[sequence.steps.first].stream;
    const bool derived = view.streams[first].predicate.count == 0;
    count += waits || derived ? image::kSequenceWaitingMax : 1;
  }
  return sequence.by == image::kNone ? count : count * image::kSequenceKeysMax;
}

/// The most entries of a growing cell, if they are limited.
std::optional<uint64_t> entries_max(const image::View& view, const image::CellRow& cell) {
  if (cell.kind == image::CellKind::kSequence) return matches_max(view, cell);
  return cell.cap > 0 ? std::optional<uint64_t>(cell.cap) : std::nullopt;
}

std::string matches_text(const image::View& view, const image::CellRow& cell,
                         const std::string& source) {
  const image::SequenceRow& sequence = view.sequences[cell.source];
  const bool waits = sequence.absence_stream != image::kNone;
  if (!waits || (cell.k == 0 && sequence.steps.count > 1)) {
    return fmt::format("each open match of `{}`", source);
  }
  return fmt::format("each open wait of `{}` of the last {}", source,
                     duration_text({sequence.absence_ms}));
}

std::string growth_text(const image::View& view, const image::CellRow& cell) {
  const std::string source = source_text(view, cell);
  std::string what;
  switch (cell.kind) {
    case image::CellKind::kDistinct:
      what = fmt::format("each value of `{}`", source);
      break;
    case image::CellKind::kSteps:
      what = fmt::format("each instant with a step of `{}`", source);
      break;
    case image::CellKind::kSequence:
      what = matches_text(view, cell, source);
      break;
    default:
      what = fmt::format("the time{} of each `{}`", cell.value.count > 0 ? " and a value" : "",
                         source);
  }
  if (cell.horizon_ms != INT64_MAX && cell.horizon_ms > 0) {
    what += fmt::format(" of the last {}", duration_text({cell.horizon_ms}));
  }
  what += fmt::format(", {} bytes", bytes_of_entry(cell));
  if (const auto most = entries_max(view, cell)) what += fmt::format(", at most {}", *most);
  return what;
}

void add_growth(const image::View& view, std::span<const uint32_t> cells, StateSize& size) {
  const uint64_t most = view.layout[0].blob_bytes_max;
  size.typical_bytes = size.fixed_bytes;
  size.worst_bytes = size.fixed_bytes;
  for (const uint32_t index : cells) {
    const image::CellRow& cell = view.cells[index];
    const uint64_t entry = bytes_of_entry(cell);
    const uint64_t cap = entries_max(view, cell).value_or(entry == 0 ? 0 : most / entry);
    if (entry == 0 || cap == 0) continue;
    size.typical_bytes += std::min(cap, StateSize::kTypicalEntries) * entry;
    size.worst_bytes += cap * entry;
    size.growth.push_back(growth_text(view, cell));
  }
  size.worst_bytes = std::min(size.worst_bytes, std::max(most, size.typical_bytes));
}

}  // namespace

StateSize state_size(const image::View& view, std::span<const uint32_t> cells,
                     std::span<const uint32_t> nodes) {
  StateSize size;
  uint64_t truths = 0;
  for (const uint32_t node : nodes) {
    if (view.nodes[node].type == image::Type::B) {
      ++truths;
    } else {
      size.fixed_bytes += sizeof(double);
    }
  }
  size.fixed_bytes += (truths + 7) / 8;
  for (const uint32_t cell : cells) size.fixed_bytes += view.cells[cell].bytes;
  add_growth(view, cells, size);
  return size;
}

StateSize state_size(const image::View& view) {
  StateSize size;
  size.fixed_bytes = view.layout[0].fixed_bytes;
  std::vector<uint32_t> cells(view.cells.size());
  std::iota(cells.begin(), cells.end(), 0);
  add_growth(view, cells, size);
  return size;
}

std::string cell_text(const image::View& view, const image::CellRow& cell) {
  std::string text(image::name_of(cell.kind));
  if (cell.kind == image::CellKind::kNewest || cell.kind == image::CellKind::kDays) {
    text += fmt::format("({})", cell.k);
  } else if (image::grows(cell.kind) && cell.horizon_ms != INT64_MAX && cell.horizon_ms > 0) {
    text += fmt::format("({})", duration_text({cell.horizon_ms}));
  }
  return text + " of " + source_text(view, cell);
}

}  // namespace segue
