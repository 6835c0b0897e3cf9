#include <algorithm>
#include <vector>

#include "runtime/image/limits.h"
#include "runtime/image/verify.h"

/// Cells: fed by the right thing, with parameters in their limits, in places of their own.
namespace segue::image {
namespace {

/// Bytes of the header of a blob; runtime/cells/blob.h asserts that it is that.
constexpr uint32_t kBlobHeaderBytes = 40;

struct Place {
  uint32_t offset;
  uint32_t bytes;
  friend bool operator<(const Place& a, const Place& b) { return a.offset < b.offset; }
};

Status verify_source(const View& view, const CellRow& row) {
  switch (row.kind) {
    case CellKind::kSteps:
    case CellKind::kSequence:
      if (row.source >= view.sequences.size()) return corrupt("of no sequence");
      if (row.kind == CellKind::kSequence && view.sequences[row.source].derived_stream == kNone) {
        return corrupt("its sequence feeds nothing");
      }
      return {};
    case CellKind::kHeld: {
      if (row.source >= view.nodes.size()) return corrupt("of no node");
      return {};
    }
    case CellKind::kNewest:
    case CellKind::kOldest:
    case CellKind::kSeen:
    case CellKind::kTotal:
    case CellKind::kExtreme:
    case CellKind::kDays:
    case CellKind::kLog:
    case CellKind::kDistinct:
    case CellKind::kLatest:
    case CellKind::kEarliest:
      break;
  }
  if (row.source >= view.streams.size()) return corrupt("of no stream");
  const StreamRow& stream = view.streams[row.source];
  if (stream.predicate.count == 0 && row.value.count != 0) {
    return corrupt("a value of what is no event");
  }
  return {};
}

Status verify_value(const View& view, const CellRow& row, std::string_view types, bool optional) {
  if (!inside(row.value, view.ops.size())) return corrupt("a value outside the ops");
  if (row.value.count == 0) {
    if (row.value_type != Type::B) return corrupt("the type of no value");
    return optional ? Status() : Status(corrupt("without a value"));
  }
  if (row.value_type > Type::V || types.find(letter(row.value_type)) == std::string_view::npos) {
    return corrupt("a value of the wrong type");
  }
  return {};
}

Status verify_params(const CellRow& row) {
  const bool keeps_horizon = row.kind == CellKind::kLog || row.kind == CellKind::kDistinct ||
                             row.kind == CellKind::kSteps || row.kind == CellKind::kHeld;
  if (keeps_horizon && row.horizon_ms != INT64_MAX &&
      (row.horizon_ms <= 0 || row.horizon_ms > kDurationMax.ms)) {
    return corrupt("a horizon of {} ms", row.horizon_ms);
  }
  if (row.kind == CellKind::kHeld && row.horizon_ms == INT64_MAX) return corrupt("held for ever");
  if (row.kind == CellKind::kDistinct && row.cap == 0) return corrupt("no room for values");
  if (row.kind == CellKind::kNewest && (row.k == 0 || row.k > kNewestMax)) {
    return corrupt("the {} newest: 1 to {} can be kept", row.k, kNewestMax);
  }
  if (row.kind == CellKind::kDays && (row.k == 0 || row.k > kDaysMax || row.zone == kNone)) {
    return corrupt("{} days, or days of no zone", row.k);
  }
  if (row.bytes != fixed_bytes(row)) {
    return corrupt("{} bytes: cells like it have {}", row.bytes, fixed_bytes(row));
  }
  if (row.kind == CellKind::kExtreme && row.k > 1) return corrupt("neither least nor greatest");
  return {};
}

Status verify_cell(const View& view, const CellRow& row) {
  if (static_cast<uint32_t>(row.kind) >= kCellKindCount) return corrupt("of an unknown kind");
  if (row.reserved[0] != 0 || row.reserved[1] != 0 || row.reserved2 != 0) {
    return corrupt("a flag that is none");
  }
  if (row.zone != kNone && row.zone != kUserZone && row.zone >= view.zones.size())
    return corrupt("zone {}", row.zone);
  SEGUE_TRY_STATUS(verify_source(view, row));
  switch (row.kind) {
    case CellKind::kTotal:
      SEGUE_TRY_STATUS(verify_value(view, row, "X", true));
      break;
    case CellKind::kLog:
      SEGUE_TRY_STATUS(verify_value(view, row, "XS", true));
      break;
    case CellKind::kExtreme:
      SEGUE_TRY_STATUS(verify_value(view, row, "N", false));
      break;
    case CellKind::kDistinct:
    case CellKind::kLatest:
    case CellKind::kEarliest:
      SEGUE_TRY_STATUS(verify_value(view, row, "S", false));
      break;
    case CellKind::kNewest:
    case CellKind::kOldest:
    case CellKind::kSeen:
    case CellKind::kDays:
    case CellKind::kSteps:
    case CellKind::kSequence:
    case CellKind::kHeld:
      SEGUE_TRY_STATUS(verify_value(view, row, "", true));
      break;
  }
  return verify_params(row);
}

/// A cell that nobody feeds would answer as if nothing ever happened.
Status verify_fed(const View& view) {
  std::vector<uint8_t> fed(view.cells.size(), 0);
  for (const StreamRow& row : view.streams) {
    for (const uint32_t cell : view.list(row.cells)) fed[cell] = 1;
  }
  for (const NodeRow& row : view.nodes) {
    if (!inside(row.held, view.indices.size())) continue;  // refused by verify_nodes
    for (const uint32_t cell : view.list(row.held)) {
      if (cell < fed.size()) fed[cell] = 1;
    }
  }
  for (size_t i = 0; i < view.cells.size(); ++i) {
    const CellKind kind = view.cells[i].kind;
    const bool by_sequence = kind == CellKind::kSteps || kind == CellKind::kSequence;
    if (!by_sequence && fed[i] == 0) return corrupt("cell {}: fed by nothing", i);
  }
  return {};
}

/// Header, truth words, then kept numbers and fixed cells in any order: no byte belongs to two.
Status verify_places(const View& view) {
  const Layout& layout = view.layout[0];
  std::vector<Place> places;
  std::vector<bool> bits(uint64_t{layout.truth_words} * 64);
  for (size_t i = 0; i < view.cells.size(); ++i) {
    places.push_back({view.cells[i].offset, view.cells[i].bytes});
  }
  for (size_t i = 0; i < view.nodes.size(); ++i) {
    const NodeRow& row = view.nodes[i];
    if (row.type != Type::B) {
      places.push_back({row.place, 8});
    } else if (row.place >= bits.size() || bits[row.place]) {
      return corrupt("node {}: bit {} is not free", i, row.place);
    } else {
      bits[row.place] = true;
    }
  }
  std::sort(places.begin(), places.end());
  uint64_t end = kBlobHeaderBytes + uint64_t{layout.truth_words} * 8;
  for (const Place& place : places) {
    if (place.offset % 8 != 0 || place.bytes % 8 != 0 || place.bytes == 0) {
      return corrupt("{} bytes at {} of the blob: not in words", place.bytes, place.offset);
    }
    if (place.offset < end) return corrupt("two things at {} of the blob", place.offset);
    end = uint64_t{place.offset} + place.bytes;
  }
  if (end > layout.fixed_bytes)
    return corrupt("something behind the blob's {} fixed bytes", layout.fixed_bytes);
  return {};
}

/// The user's zone is what one `latest` cell keeps, and its stream feeds it apart from all others.
Status verify_zone_cell(const View& view) {
  const Layout& layout = view.layout[0];
  if (layout.zone_cell == kNone && layout.zone_stream == kNone) return {};
  if (layout.zone_cell >= view.cells.size() || layout.zone_stream >= view.streams.size()) {
    return corrupt("cell {} and stream {} of the user's zone", layout.zone_cell,
                   layout.zone_stream);
  }
  const CellRow& cell = view.cells[layout.zone_cell];
  if (cell.kind != CellKind::kLatest || cell.source != layout.zone_stream) {
    return corrupt("cell {} keeps no zone", layout.zone_cell);
  }
  if (view.streams[layout.zone_stream].predicate.count == 0) {
    return corrupt("stream {} is none of events", layout.zone_stream);
  }
  for (const KindRow& kind : view.kinds) {
    const auto streams = view.list(kind.streams);
    if (std::binary_search(streams.begin(), streams.end(), layout.zone_stream)) {
      return corrupt("stream {} would be applied twice", layout.zone_stream);
    }
  }
  return {};
}

Status verify_layout(const View& view) {
  if (view.layout.size() != 1) return corrupt("{} layouts", view.layout.size());
  const Layout& layout = view.layout[0];
  if (layout.fixed_bytes % 8 != 0 || layout.fixed_bytes > kFixedBytesMax ||
      layout.truth_words > kFixedBytesMax / 8) {
    return corrupt("a layout of {} fixed bytes", layout.fixed_bytes);
  }
  if (layout.blob_bytes_max < layout.fixed_bytes || layout.blob_bytes_max > kBlobBytesMax) {
    return corrupt("blobs of up to {} bytes", layout.blob_bytes_max);
  }
  SEGUE_TRY_STATUS(verify_zone_cell(view));
  const auto growing = std::count_if(view.cells.begin(), view.cells.end(),
                                     [](const CellRow& row) { return grows(row.kind); });
  if (layout.growing_cells != growing) {
    return corrupt("{} growing cells: the layout says {}", growing, layout.growing_cells);
  }
  return verify_places(view);
}

}  // namespace

Status verify_cells(const View& view) {
  for (size_t i = 0; i < view.cells.size(); ++i) {
    if (Status s = verify_cell(view, view.cells[i]); !s.ok()) return in_row("cell", i, s.error());
  }
  SEGUE_TRY_STATUS(verify_fed(view));
  return verify_layout(view);
}

}  // namespace segue::image
