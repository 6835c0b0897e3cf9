#include "runtime/cells/known.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "runtime/base/civil.h"
#include "runtime/base/instant.h"
#include "runtime/image/op_info.h"

namespace segue::cells {
namespace {

using image::CellKind;
using image::kNone;
using image::Op;
using image::Use;
using image::WindowRow;

constexpr int64_t kAlways = kLongAgo.ms;
constexpr int64_t kNeverMs = kNever.ms;
constexpr int64_t kEverMs = INT64_MAX;  // a reach

/// No period of the unit is longer, whatever the zone's clock does inside it.
constexpr int64_t longest_ms(CalendarUnit unit) {
  switch (unit) {
    case CalendarUnit::kDay:
      return kDayMs;
    case CalendarUnit::kWeek:
      return 7 * kDayMs;
    case CalendarUnit::kMonth:
      return 31 * kDayMs;
    case CalendarUnit::kQuarter:
      return 92 * kDayMs;
    case CalendarUnit::kYear:
      return 366 * kDayMs;
  }
  return kEverMs;
}
// What a change of the clock or of the zone may add to a number of whole periods.
constexpr int64_t kZoneSlackMs = 2 * kDayMs;

int64_t later(int64_t begin_ms, int64_t reach_ms) {
  if (begin_ms == kAlways || begin_ms == kNeverMs) return begin_ms;
  return reach_ms >= kNeverMs - std::max<int64_t>(begin_ms, 0) ? kNeverMs : begin_ms + reach_ms;
}

class Finder {
 public:
  Finder(const image::View& view, std::span<const Began> began, bool counts_reach)
      : view_(view),
        began_(began),
        counts_reach_(counts_reach),
        cells_(view.cells.size()),
        streams_(view.streams.size()),
        sources_(view.streams.size()),
        feeder_(view.streams.size(), kNone),
        nodes_(view.nodes.size(), kNeverMs) {
    for (uint32_t s = 0; s < view.streams.size(); ++s) {
      for (const uint32_t to : view.list(view.streams[s].unions)) sources_[to].push_back(s);
    }
    for (uint32_t c = 0; c < view.cells.size(); ++c) {
      const image::CellRow& row = view.cells[c];
      if (row.feeds != kNone) feeder_[row.feeds] = c;
      if (row.kind != CellKind::kSequence) continue;
      const uint32_t derived = view.sequences[row.source].derived_stream;
      if (derived != kNone) feeder_[derived] = c;
    }
  }

  /// As far as nodes are known.
  std::vector<int64_t> fed() {
    std::vector<int64_t> cells(view_.cells.size());
    for (uint32_t i = 0; i < cells.size(); ++i) cells[i] = of_cell(i);
    return cells;
  }

  void find_nodes() {
    for (uint32_t i = 0; i < nodes_.size(); ++i) nodes_[i] = of_code(view_.nodes[i].code);
  }

  std::vector<int64_t> run() {
    find_nodes();
    return std::move(nodes_);
  }

 private:
  int64_t after(int64_t begin_ms, int64_t reach_ms) const {
    return counts_reach_ ? later(begin_ms, reach_ms) : begin_ms;
  }

  /// A cell's answer that looks so far back.
  int64_t read(uint32_t cell, int64_t reach_ms) {
    const int64_t begin = of_cell(cell);
    const image::CellRow& row = view_.cells[cell];
    const bool forgets = row.kind == CellKind::kLog || row.kind == CellKind::kDistinct ||
                         row.kind == CellKind::kSteps;
    if (forgets) reach_ms = std::min(reach_ms, row.horizon_ms);
    if (reach_ms == kEverMs && began_[cell].history_starts_now) return begin;
    return after(begin, reach_ms);
  }

  int64_t in_window(uint32_t cell, const WindowRow& window) {
    switch (window.kind) {
      case WindowRow::Kind::kRolling:
        return read(cell, window.from_ms);
      case WindowRow::Kind::kAbsolute:
        return of_cell(cell) < window.from_ms ? kAlways : read(cell, kEverMs);
      case WindowRow::Kind::kCalendar:
        return read(cell, days_back(uint64_t{window.periods} + 1, window.unit));
      case WindowRow::Kind::kEver:
      case WindowRow::Kind::kAnchored:
        break;
    }
    return read(cell, kEverMs);
  }

  static int64_t days_back(uint64_t periods, CalendarUnit unit) {
    const int64_t longest = longest_ms(unit);
    if (periods > static_cast<uint64_t>((kEverMs - kZoneSlackMs) / longest)) return kEverMs;
    return static_cast<int64_t>(periods) * longest + kZoneSlackMs;
  }

  int64_t of_read(const image::OpRow& op) {
    const image::CellRow& row = view_.cells[op.a];
    if (image::op_info(op.op).b == Use::kWindow) return in_window(op.a, view_.windows[op.b]);
    switch (op.op) {
      case Op::kNthWithin:
        if (view_.nths[op.b].k <= began_[op.a].newest) return of_input(op.a);
        return read(op.a, view_.nths[op.b].bound_ms);
      case Op::kNewestTime:
        if (began_[op.a].newest != 0) return of_input(op.a);
        return read(op.a, kEverMs);
      case Op::kDaysStreak:
        return read(op.a, days_back(uint64_t{row.k} + 1, CalendarUnit::kDay));
      case Op::kHeld:
        return after(of_cell(op.a), row.horizon_ms);
      default:
        return read(op.a, kEverMs);
    }
  }

  bool in_user_zone(Use use, uint32_t index) const {
    if (use == Use::kZone) return index == image::kUserZone;
    if (use == Use::kPeriod) return view_.periods[index].zone == image::kUserZone;
    return use == Use::kCell && view_.cells[index].zone == image::kUserZone;
  }

  int64_t of_code(image::Range code) {
    int64_t known = kAlways;
    for (const image::OpRow& row : view_.code(code)) {
      const image::OpInfo& info = image::op_info(row.op);
      if (info.a == Use::kCell) known = std::max(known, of_read(row));
      for (const auto& [use, index] : {std::pair{info.a, row.a}, std::pair{info.b, row.b}}) {
        if (use == Use::kNode || use == Use::kNumberNode) known = std::max(known, nodes_[index]);
        if (use == Use::kWindow && view_.windows[index].anchor != kNone) {
          known = std::max(known, nodes_[view_.windows[index].anchor]);
        }
        if (use == Use::kItemTest) known = std::max(known, of_code(view_.item_tests[index]));
        const uint32_t zone_cell = view_.layout[0].zone_cell;
        if (zone_cell != kNone && in_user_zone(use, index)) {
          known = std::max(known, read(zone_cell, kEverMs));
        }
      }
    }
    return known;
  }

  int64_t of_cell(uint32_t index) {
    if (cells_[index]) return *cells_[index];
    cells_[index] = kNeverMs;  // no image reads itself
    return *(cells_[index] = std::max(began_[index].since_ms, of_input(index)));
  }

  /// What a cell is fed.
  int64_t of_input(uint32_t index) {
    const image::CellRow& row = view_.cells[index];
    const int64_t known = of_code(row.value);
    switch (image::source_of(row.kind)) {
      case image::Source::kStream:
        return std::max(known, of_stream(row.source));
      case image::Source::kSequence:
        return std::max(known, of_steps(row.source));
      case image::Source::kNode:
        return std::max(known, nodes_[row.source]);
      case image::Source::kNone:
        break;
    }
    return known;
  }

  int64_t of_stream(uint32_t index) {
    if (streams_[index]) return *streams_[index];
    streams_[index] = kNeverMs;
    int64_t known = of_code(view_.streams[index].predicate);
    for (const uint32_t source : sources_[index]) known = std::max(known, of_stream(source));
    if (feeder_[index] != kNone) known = std::max(known, of_fed(feeder_[index]));
    return *(streams_[index] = known);
  }

  int64_t of_steps(uint32_t sequence) {
    const image::SequenceRow& row = view_.sequences[sequence];
    int64_t known = kAlways;
    if (row.absence_stream != kNone) known = of_stream(row.absence_stream);
    for (const image::StepRow& step : view_.steps.subspan(row.steps.first, row.steps.count)) {
      known = std::max(known, of_stream(step.stream));
      for (const uint32_t without : view_.list(step.without)) {
        known = std::max(known, of_stream(without));
      }
    }
    return known;
  }

  /// After which instant the occurrences that a cell makes are those of all history.
  int64_t of_fed(uint32_t cell) {
    const image::CellRow& row = view_.cells[cell];
    switch (row.kind) {
      case CellKind::kCrossing:
        return of_cell(cell);
      case CellKind::kSessions:
        return after(of_cell(cell), row.horizon_ms);
      case CellKind::kSequence:
        return read(cell, match_ms(view_.sequences[row.source]));
      default:
        return read(cell, kEverMs);
    }
  }

  /// How far back a match hangs on what was before. Where a match ends what is under way, which
  /// matches come hangs on all matches before it, unless each is of one step.
  int64_t match_ms(const image::SequenceRow& row) const {
    if (row.steps.count != 1 && row.starts == 0) return kEverMs;
    int64_t reach = row.absence_stream != kNone ? row.absence_ms : 0;
    if (row.steps.count == 1) return reach;
    if (row.all_within_ms != INT64_MAX) return later(reach, row.all_within_ms);
    for (const image::StepRow& step :
         view_.steps.subspan(row.steps.first, row.steps.count).subspan(1)) {
      if (step.within_ms == INT64_MAX) return kEverMs;
      reach = later(reach, step.within_ms);
    }
    return reach;
  }

  const image::View& view_;
  std::span<const Began> began_;
  bool counts_reach_;  // else only who began when
  std::vector<std::optional<int64_t>> cells_, streams_;
  std::vector<std::vector<uint32_t>> sources_;  // of unions
  std::vector<uint32_t> feeder_;                // by stream: the cell that feeds it
  std::vector<int64_t> nodes_;
};

}  // namespace

Known known_from(const image::View& view, std::span<const Began> began) {
  return {Finder(view, began, true).run(), Finder(view, began, false).run()};
}

std::vector<int64_t> fed_right_from(const image::View& view, std::span<const Began> began) {
  return Finder(view, began, true).fed();
}

std::vector<int64_t> right_from(const image::View& view, std::span<const Began> began) {
  Finder finder(view, began, true);
  finder.find_nodes();
  return finder.fed();
}

}  // namespace segue::cells
