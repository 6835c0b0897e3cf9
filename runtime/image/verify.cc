#include "runtime/image/verify.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>

#include "runtime/image/limits.h"

namespace segue::image {
namespace {

/// Bytes of the letter that `rest` begins with; 0 if it is not UTF-8 (no surrogates, no long
/// forms).
size_t letter_bytes(std::string_view rest) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(i < rest.size() ? rest[i] : 0); };
  const auto tail = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const bool too_long = lead == 0xE0 && byte(1) < 0xA0;
    const bool surrogate = lead == 0xED && byte(1) > 0x9F;
    return tail(1) && tail(2) && !too_long && !surrogate ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const bool too_long = lead == 0xF0 && byte(1) < 0x90;
    const bool too_great = lead == 0xF4 && byte(1) > 0x8F;
    return tail(1) && tail(2) && tail(3) && !too_long && !too_great ? 4 : 0;
  }
  return 0;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const size_t bytes = letter_bytes(text);
    if (bytes == 0) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

Status verify_texts(const View& view) {
  uint64_t total = 0;
  for (size_t i = 0; i < view.texts.size(); ++i) {
    const TextRow row = view.texts[i];
    if (!inside({row.offset, row.size}, view.strings.size())) {
      return corrupt("text {}: outside the strings", i);
    }
    total += row.size;
    if (total > kTextBytesMax) return corrupt("texts of more than {} bytes", kTextBytesMax);
    if (!is_utf8(view.text(static_cast<uint32_t>(i)))) return corrupt("text {}: not UTF-8", i);
  }
  if (!is_utf8({view.tzdata.data(), view.tzdata.size()})) return corrupt("tzdata: not UTF-8");
  return {};
}

bool time_in_reach(int64_t ms) { return ms >= -2 * kDurationMax.ms && ms <= 2 * kDurationMax.ms; }

Status verify_window(const WindowRow& row) {
  const bool calendar = row.kind == WindowRow::Kind::kCalendar;
  const bool has_unit = row.unit != CalendarUnit::kDay || row.periods != 0 || row.full != 0;
  if (!calendar && has_unit) return corrupt("periods of a window of another kind");
  if (static_cast<uint32_t>(row.counted) >= kCalendarUnitCount) {
    return corrupt("a count of an unknown unit");
  }
  const bool anchored = row.kind == WindowRow::Kind::kAnchored;
  if (anchored != (row.anchor != kNone)) return corrupt("an anchor that it must not have, or none");
  switch (row.kind) {
    case WindowRow::Kind::kEver:
      if (row.from_ms != 0 || row.to_ms != 0) return corrupt("bounds of a window without any");
      return {};
    case WindowRow::Kind::kRolling:
      if (row.to_ms < 0 || row.from_ms <= row.to_ms || row.to_ms > kDurationMax.ms ||
          (row.from_ms > kDurationMax.ms && row.from_ms != INT64_MAX)) {
        return corrupt("a rolling window from {} to {}", row.from_ms, row.to_ms);
      }
      return {};
    case WindowRow::Kind::kAbsolute:
    case WindowRow::Kind::kAnchored: {
      const bool from_ok = row.from_ms == INT64_MIN || time_in_reach(row.from_ms);
      const bool to_ok = row.to_ms == INT64_MAX || time_in_reach(row.to_ms);
      if (!from_ok || !to_ok || row.from_ms > row.to_ms) {
        return corrupt("a window from {} to {}", row.from_ms, row.to_ms);
      }
      return {};
    }
    case WindowRow::Kind::kCalendar:
      if (static_cast<uint32_t>(row.unit) >= kCalendarUnitCount) {
        return corrupt("a calendar window of an unknown unit");
      }
      if (row.periods == 0 || row.periods > kDaysMax || row.full > 1) {
        return corrupt("a window of {} {}", row.periods, plural_of(row.unit));
      }
      if (row.from_ms != 0 || row.to_ms != 0) return corrupt("bounds of a window of periods");
      return {};
  }
  return corrupt("a window of an unknown kind");
}

bool zone_of_image(const View& view, uint32_t zone) {
  return zone == kNone || zone < view.zones.size() || zone == kUserZone;
}

Status verify_period(const View& view, const PeriodRow& row) {
  if (!zone_of_image(view, row.zone)) return corrupt("zone {}", row.zone);
  if (static_cast<uint32_t>(row.unit) >= kCalendarUnitCount) return corrupt("of an unknown unit");
  if (row.shift > kPeriodShiftMax || row.shift < -kPeriodShiftMax) {
    return corrupt("{} {} from now", row.shift, plural_of(row.unit));
  }
  if (row.slope < -kSlopeBias || row.slope > kSlopeBias) return corrupt("a slope of {}", row.slope);
  if (row.yearly > 1 || row.reserved[0] != 0 || row.reserved[1] != 0) {
    return corrupt("a flag that is none");
  }
  return {};
}

Status verify_constants(const View& view) {
  for (const double number : view.numbers) {
    if (!std::isfinite(number)) return corrupt("a number that is not finite");
  }
  const std::optional<Decimal> greatest = decimal_from_text("999999999999999999.999999999");
  for (const Decimal decimal : view.decimals) {
    if (decimal > *greatest || -decimal > *greatest) return corrupt("a decimal of 1e18 or more");
  }
  for (const int64_t time : view.times) {
    if (!time_in_reach(time)) return corrupt("a time of {} ms", time);
  }
  for (size_t i = 0; i < view.windows.size(); ++i) {
    if (Status s = verify_window(view.windows[i]); !s) return in_row("window", i, s.error());
  }
  for (size_t i = 0; i < view.periods.size(); ++i) {
    if (Status s = verify_period(view, view.periods[i]); !s) return in_row("period", i, s.error());
  }
  for (size_t i = 0; i < view.nths.size(); ++i) {
    const NthRow& row = view.nths[i];
    if (row.reserved != 0 || !time_in_reach(row.bound_ms)) {
      return corrupt("nth {}: newest {} within {} ms", i, row.k, row.bound_ms);
    }
  }
  return {};
}

Status verify_paths(const View& view) {
  for (size_t i = 0; i < view.paths.size(); ++i) {
    if (!inside(view.paths[i], view.indices.size())) return corrupt("path {}: outside", i);
    for (const uint32_t text : view.list(view.paths[i])) {
      if (text >= view.texts.size()) return corrupt("path {}: text {}", i, text);
    }
  }
  return {};
}

/// The words are those a blob would keep for that value, so that comparing words compares values.
bool canonical(const View& view, const MemberRow& row) {
  if (row.reserved != 0) return false;
  if (row.text != kNone) {
    return row.text < view.texts.size() && row.scalar == scalar_of_text(view.text(row.text));
  }
  switch (tag_of(row.scalar)) {
    case ScalarTag::kTruth:
      return row.scalar == scalar_of_truth(row.scalar.lo != 0);
    case ScalarTag::kNumber: {
      const double number = std::bit_cast<double>(row.scalar.lo);
      return std::isfinite(number) && row.scalar == scalar_of_number(number);
    }
    case ScalarTag::kInstant: {
      const auto ms = static_cast<int64_t>(row.scalar.lo);
      return time_in_reach(ms) && row.scalar == scalar_of_instant({ms});
    }
    case ScalarTag::kMissing:
    case ScalarTag::kText:
    case ScalarTag::kOther:
      break;
  }
  return false;
}

bool before(Scalar a, Scalar b) { return a.hi != b.hi ? a.hi < b.hi : a.lo < b.lo; }

Status verify_sets(const View& view) {
  for (size_t i = 0; i < view.members.size(); ++i) {
    if (!canonical(view, view.members[i])) return corrupt("member {}: not a value", i);
  }
  uint64_t total = 0;
  for (size_t i = 0; i < view.sets.size(); ++i) {
    const Range set = view.sets[i];
    if (!inside(set, view.members.size())) return corrupt("set {}: outside the members", i);
    total += set.count;
    if (total > kListRowsMax) return corrupt("sets of more than {} members", kListRowsMax);
    const auto rows = view.members.subspan(set.first, set.count);
    for (size_t k = 1; k < rows.size(); ++k) {
      if (!before(rows[k - 1].scalar, rows[k].scalar)) return corrupt("set {}: not ascending", i);
    }
  }
  return {};
}

Status verify_zones(const View& view) {
  for (const ZoneTransition& row : view.transitions) {
    if (!time_in_reach(row.at_ms) || row.offset_ms > kZoneOffsetMaxMs ||
        row.offset_ms < -kZoneOffsetMaxMs) {
      return corrupt("a zone's offset of {} ms from {} on", row.offset_ms, row.at_ms);
    }
  }
  for (size_t i = 0; i < view.zones.size(); ++i) {
    const ZoneRow& row = view.zones[i];
    if (row.name >= view.texts.size() || row.transitions.count == 0 ||
        !inside(row.transitions, view.transitions.size())) {
      return corrupt("zone {}: no name or no offsets", i);
    }
    const auto rows = view.transitions.subspan(row.transitions.first, row.transitions.count);
    const auto later = [](const auto& a, const auto& b) { return a.at_ms >= b.at_ms; };
    if (std::adjacent_find(rows.begin(), rows.end(), later) != rows.end()) {
      return corrupt("zone {}: offsets not ascending", i);
    }
  }
  return {};
}

}  // namespace

Status verify_list(const View& view, Range range, size_t size, std::string_view of) {
  if (!inside(range, view.indices.size())) return corrupt("a list of {} outside the indices", of);
  const std::span<const uint32_t> list = view.list(range);
  for (size_t i = 0; i < list.size(); ++i) {
    if (list[i] >= size) return corrupt("{} {} of {}", of, list[i], size);
    if (i != 0 && list[i - 1] >= list[i]) return corrupt("a list of {} is not ascending", of);
  }
  return {};
}

Status verify_leaves(const View& view) {
  SEGUE_TRY_STATUS(verify_texts(view));
  SEGUE_TRY_STATUS(verify_constants(view));
  SEGUE_TRY_STATUS(verify_sets(view));
  SEGUE_TRY_STATUS(verify_paths(view));
  SEGUE_TRY_STATUS(verify_zones(view));
  for (size_t i = 0; i < view.kind_sets.size(); ++i) {
    if (Status s = verify_list(view, view.kind_sets[i], view.kinds.size(), "kind"); !s) {
      return in_row("kind set", i, s.error());
    }
  }
  return {};
}

Status verify_totals(const View& view) {
  uint64_t ops = 0;
  uint64_t indices = 0;
  for (const StreamRow& row : view.streams) {
    ops += row.predicate.count;
    indices += uint64_t{row.cells.count} + row.sequences.count + row.unions.count;
  }
  for (const CellRow& row : view.cells) ops += row.value.count;
  for (const NodeRow& row : view.nodes) {
    ops += row.code.count;
    indices += row.held.count;
  }
  for (const KindRow& row : view.kinds) {
    indices += uint64_t{row.slots.count} + row.streams.count + row.chunks.count;
  }
  for (const Range& row : view.item_tests) ops += row.count;
  for (const Range& row : view.kind_sets) indices += row.count;
  for (const Range& row : view.paths) indices += row.count;
  for (const SlotRow& row : view.slots) indices += row.path.count;
  for (const SegmentRow& row : view.segments) indices += row.metadata.count;
  for (const ScoreRow& row : view.scores) indices += row.metadata.count;
  uint64_t steps = 0;
  for (const SequenceRow& row : view.sequences) steps += row.steps.count;
  for (const StepRow& row : view.steps) indices += row.without.count;
  uint64_t transitions = 0;
  for (const ZoneRow& row : view.zones) transitions += row.transitions.count;
  if (ops > kCodeRowsMax) return corrupt("codes of {} ops: the limit is {}", ops, kCodeRowsMax);
  if (std::max({indices, steps, transitions}) > kListRowsMax) {
    return corrupt("lists of {} rows: the limit is {}", indices, kListRowsMax);
  }
  return {};
}

Status verify(const View& view) {
  SEGUE_TRY_STATUS(verify_totals(view));
  SEGUE_TRY_STATUS(verify_leaves(view));
  SEGUE_TRY_STATUS(verify_input(view));
  SEGUE_TRY_STATUS(verify_streams(view));
  SEGUE_TRY_STATUS(verify_cells(view));
  SEGUE_TRY_STATUS(verify_nodes(view));
  SEGUE_TRY_STATUS(verify_codes(view));
  return verify_deadlines(view);
}

}  // namespace segue::image
