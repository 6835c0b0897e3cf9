#include "api/state_size.h"

#include <fmt/format.h>
#include <algorithm>
#include <numeric>
#include <vector>

#include "compiler/sema/print.h"
#include "runtime/cells/distinct.h"
#include "runtime/cells/entries.h"
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
      what = cell.k == 0 ? fmt::format("each open match of `{}`", source)
                         : fmt::format("each open wait of `{}`", source);
      break;
    default:
      what = fmt::format("the time{} of each `{}`", cell.value.count > 0 ? " and a value" : "",
                         source);
  }
  if (cell.horizon_ms != INT64_MAX && cell.horizon_ms > 0) {
    what += fmt::format(" of the last {}", duration_text({cell.horizon_ms}));
  }
  what += fmt::format(", {} bytes", bytes_of_entry(cell));
  if (cell.cap > 0) what += fmt::format(", at most {}", cell.cap);
  return what;
}

void add_growth(const image::View& view, std::span<const uint32_t> cells, StateSize& size) {
  const uint64_t most = view.layout[0].blob_bytes_max;
  size.typical_bytes = size.fixed_bytes;
  size.worst_bytes = size.fixed_bytes;
  for (const uint32_t index : cells) {
    const image::CellRow& cell = view.cells[index];
    const uint64_t entry = bytes_of_entry(cell);
    if (entry == 0) continue;
    const uint64_t cap = cell.cap > 0 ? cell.cap : most / entry;
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
