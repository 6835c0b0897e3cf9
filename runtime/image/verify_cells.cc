#include <algorithm>
#include <vector>

#include "runtime/image/deadlines.h"
#include "runtime/image/limits.h"
#include "runtime/image/verify.h"

/// Cells: fed by the right thing, with parameters in their limits, in places of their own.
namespace segue::image {
namespace {

/// Bytes of the header of a blob; runtime/cells/blob.h asserts that it is that.
constexpr uint32_t kBlobHeaderBytes = 24;
/// … and of the base of near times.
constexpr uint32_t kNearBaseBytes = 4;

struct Place {
  uint32_t offset;
  uint32_t bytes;
  bool in_words;  // stands at a multiple of 8
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
    case CellKind::kHeld:
    case CellKind::kCrossing: {
      if (row.source >= view.nodes.size()) return corrupt("of no node");
      return {};
    }
    case CellKind::kLatch:
      return row.source == kNone ? Status() : Status(corrupt("of something: it has no source"));
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
    case CellKind::kSessions:
    case CellKind::kChange:
    case CellKind::kDecayed:
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

Status verify_params(const View& view, const CellRow& row) {
  const bool keeps_horizon = row.kind == CellKind::kLog || row.kind == CellKind::kDistinct ||
                             row.kind == CellKind::kSteps || row.kind == CellKind::kHeld ||
                             row.kind == CellKind::kSessions || row.kind == CellKind::kDecayed;
  if (keeps_horizon && row.horizon_ms != INT64_MAX &&
      (row.horizon_ms <= 0 || row.horizon_ms > kDurationMax.ms)) {
    return corrupt("a horizon of {} ms", row.horizon_ms);
  }
  const bool is_length = row.kind == CellKind::kHeld || row.kind == CellKind::kSessions ||
                         row.kind == CellKind::kDecayed;
  if (is_length && row.horizon_ms == INT64_MAX) return corrupt("a length of for ever");
  if (row.kind == CellKind::kLatch && (row.horizon_ms < 0 || row.horizon_ms > kDurationMax.ms)) {
    return corrupt("a stay of {} ms", row.horizon_ms);
  }
  if (row.kind == CellKind::kDistinct && row.cap == 0) return corrupt("no room for values");
  if (row.kind == CellKind::kNewest && (row.k == 0 || row.k > kNewestMax)) {
    return corrupt("the {} newest: 1 to {} can be kept", row.k, kNewestMax);
  }
  if (row.kind == CellKind::kNewest && row.horizon_ms != 0 && !is_near(row)) {
    return corrupt("a horizon of {} ms", row.horizon_ms);
  }
  if (is_near(row) && view.layout[0].near_at == kNone) {
    return corrupt("distances to a base that is nowhere");
  }
  if (row.kind == CellKind::kNewest && row.zone == kUserZone) {
    return corrupt("newest days of the user's zone");
  }
  if (row.kind == CellKind::kDays && (row.k == 0 || row.k > kDaysMax || row.zone == kNone)) {
    return corrupt("{} days, or days of no zone", row.k);
  }
  if (row.bytes != fixed_bytes(row)) {
    return corrupt("{} bytes: cells like it have {}", row.bytes, fixed_bytes(row));
  }
  if (row.kind == CellKind::kExtreme && row.k > 1) return corrupt("neither least nor greatest");
  if (row.kind == CellKind::kCrossing && row.k > 1) return corrupt("neither true nor false");
  return {};
}

/// Whether two words a step are all that a sequence needs: gaps with upper limits alone.
bool is_plain(const View& view, const SequenceRow& row) {
  const auto steps = view.steps.subspan(row.steps.first, row.steps.count);
  const auto is_plain_step = [](const StepRow& step) {
    return step.after_ms == 0 && step.without.count == 0;
  };
  return row.by == kNone && row.all_within_ms == INT64_MAX && row.starts == 0 &&
         std::all_of(steps.begin(), steps.end(), is_plain_step);
}

/// The small form of a sequence that tells starts: no gap has a lower limit. Such a one neither
/// waits nor has a `by`, see verify_starts.
Status verify_starts_form(const View& view, const CellRow& row) {
  const SequenceRow& sequence = view.sequences[row.source];
  const auto steps = view.steps.subspan(sequence.steps.first, sequence.steps.count);
  const bool fits = std::all_of(steps.begin(), steps.end(),
                                [](const StepRow& step) { return step.after_ms == 0; });
  if (!fits) return corrupt("too small for its sequence");
  return row.k == 2 * steps.size() - 2 ? Status() : Status(corrupt("a form {} of it", row.k));
}

/// The small forms of `steps` and `sequence` are for plain sequences.
Status verify_form(const View& view, const CellRow& row) {
  const SequenceRow& sequence = view.sequences[row.source];
  const bool tells = row.kind == CellKind::kSequence && sequence.starts != 0;
  if (tells && row.k != 0) return verify_starts_form(view, row);
  const bool small = (row.kind == CellKind::kSteps) == (row.k == 0);
  if (small && !is_plain(view, sequence)) return corrupt("too small for its sequence");
  const uint32_t most = row.kind == CellKind::kSteps ? 1 : sequence.steps.count;
  if (row.k > most || (row.k != 0 && row.k != most)) return corrupt("a form {} of it", row.k);
  return {};
}

/// Who feeds a stream by itself, and which values it tells apart.
Status verify_feeds(const View& view, const CellRow& row) {
  const bool feeds = row.kind == CellKind::kSessions || row.kind == CellKind::kCrossing ||
                     row.kind == CellKind::kChange;
  if (feeds != (row.feeds != kNone)) return corrupt("feeds nothing, or what it may not");
  if (feeds && (row.feeds >= view.streams.size() || view.streams[row.feeds].predicate.count != 0)) {
    return corrupt("feeds no derived stream");
  }
  // Fed while its source is, so the way ends.
  if (row.kind == CellKind::kSessions && row.feeds <= row.source) {
    return corrupt("feeds stream {}, which is not behind its own", row.feeds);
  }
  const bool named = row.before != kNone || row.after != kNone;
  if (named && row.kind != CellKind::kChange) return corrupt("values of what is no change");
  for (const uint32_t member : {row.before, row.after}) {
    if (member != kNone && member >= view.members.size()) return corrupt("member {}", member);
  }
  return {};
}

Status verify_cell(const View& view, const CellRow& row) {
  if (static_cast<uint32_t>(row.kind) >= kCellKindCount) return corrupt("of an unknown kind");
  if (row.reserved[0] != 0 || row.reserved[1] != 0) {
    return corrupt("a flag that is none");
  }
  if (row.zone != kNone && row.zone != kUserZone && row.zone >= view.zones.size())
    return corrupt("zone {}", row.zone);
  SEGUE_TRY_STATUS(verify_source(view, row));
  SEGUE_TRY_STATUS(verify_feeds(view, row));
  if (source_of(row.kind) == Source::kSequence) SEGUE_TRY_STATUS(verify_form(view, row));
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
    case CellKind::kChange:
      SEGUE_TRY_STATUS(verify_value(view, row, "S", false));
      break;
    case CellKind::kNewest:
    case CellKind::kOldest:
    case CellKind::kSeen:
    case CellKind::kDays:
    case CellKind::kSteps:
    case CellKind::kSequence:
    case CellKind::kHeld:
    case CellKind::kSessions:
    case CellKind::kCrossing:
    case CellKind::kLatch:
    case CellKind::kDecayed:
      SEGUE_TRY_STATUS(verify_value(view, row, "", true));
      break;
  }
  return verify_params(view, row);
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
    const bool listed = source_of(kind) == Source::kStream || kind == CellKind::kHeld;
    if (listed && fed[i] == 0) return corrupt("cell {}: fed by nothing", i);
  }
  return {};
}

/// Header, truth words, then kept numbers, fixed cells, deadlines and the base in any order: no
/// byte belongs to two.
Status verify_places(const View& view, uint32_t deadline_bytes) {
  const Layout& layout = view.layout[0];
  std::vector<Place> places;
  std::vector<bool> bits(uint64_t{layout.truth_words} * 64);
  for (size_t i = 0; i < view.cells.size(); ++i) {
    places.push_back({view.cells[i].offset, view.cells[i].bytes, grows(view.cells[i].kind)});
  }
  for (size_t i = 0; i < view.nodes.size(); ++i) {
    const NodeRow& row = view.nodes[i];
    if (row.type != Type::B) {
      places.push_back({row.place, 8, true});
    } else if (row.place >= bits.size() || bits[row.place]) {
      return corrupt("node {}: bit {} is not free", i, row.place);
    } else {
      bits[row.place] = true;
    }
  }
  if (layout.near_at != kNone) places.push_back({layout.near_at, kNearBaseBytes, false});
  if (deadline_bytes != 0) places.push_back({layout.deadlines_at, deadline_bytes, true});
  if (layout.deadlines_at != kNone && layout.deadlines_at > layout.fixed_bytes) {
    return corrupt("deadlines behind the blob's {} fixed bytes", layout.fixed_bytes);
  }
  std::sort(places.begin(), places.end());
  uint64_t end = kBlobHeaderBytes + uint64_t{layout.truth_words} * 8;
  for (const Place& place : places) {
    if (place.bytes == 0 || (place.in_words && place.offset % 8 != 0)) {
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
  return verify_places(view, 0);
}

}  // namespace

Status verify_cells(const View& view) {
  if (view.layout.size() != 1) return corrupt("{} layouts", view.layout.size());
  for (size_t i = 0; i < view.cells.size(); ++i) {
    if (Status s = verify_cell(view, view.cells[i]); !s.ok()) return in_row("cell", i, s.error());
  }
  SEGUE_TRY_STATUS(verify_fed(view));
  return verify_layout(view);
}

Status verify_deadlines(const View& view) {
  if (view.layout[0].deadlines_at == kNone) return {};
  return verify_places(view, 8 * deadline_words(deadline_slots(view)));
}

}  // namespace segue::image
