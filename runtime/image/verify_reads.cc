#include "runtime/image/verify.h"

/// What each read asks of the cell and the window it names.
namespace segue::image {
namespace {

Status of_kind(const CellRow& cell, CellKind kind) {
  if (cell.kind == kind) return {};
  return corrupt("it reads a cell of kind `{}`, not `{}`", name_of(kind), name_of(cell.kind));
}

Status log_of(const CellRow& cell, Type type) {
  SEGUE_TRY_STATUS(of_kind(cell, CellKind::kLog));
  if (cell.value.count != 0 && cell.value_type == type) return {};
  return corrupt("it reads a log of {}", letter(type));
}

/// A window that a `newest` cell can answer for.
Status newest_of(const CellRow& cell, int64_t window_ms) {
  SEGUE_TRY_STATUS(of_kind(cell, CellKind::kNewest));
  if (!is_near(cell) || window_ms <= cell.horizon_ms) return {};
  return corrupt("it reads a cell that forgets");
}

Status all_kept(const CellRow& cell) {
  return cell.horizon_ms == INT64_MAX ? Status() : Status(corrupt("it reads a cell that forgets"));
}

/// A window that `cell` can answer for: of a kind it can count, and no longer than what it keeps.
Status window_of(const View& view, const CellRow& cell, const WindowRow& window, uint32_t node) {
  switch (window.kind) {
    case WindowRow::Kind::kAnchored:
      if (window.anchor >= node || view.nodes[window.anchor].type != Type::T) {
        return corrupt("node {} is no earlier time", window.anchor);
      }
      return all_kept(cell);
    case WindowRow::Kind::kEver:
    case WindowRow::Kind::kAbsolute:
      return all_kept(cell);
    case WindowRow::Kind::kRolling:
      return window.from_ms <= cell.horizon_ms ? Status()
                                               : Status(corrupt("a window longer than the cell's"));
    case WindowRow::Kind::kCalendar:
      return cell.zone != kNone ? Status() : Status(corrupt("days of a cell without a zone"));
  }
  return corrupt("a window of an unknown kind");
}

/// Whether the cell answers `within D` alone: rolling up to now.
Status up_to_now(const WindowRow& window) {
  if (window.kind == WindowRow::Kind::kRolling && window.to_ms == 0 &&
      window.from_ms != INT64_MAX) {
    return {};
  }
  return corrupt("a window that is not rolling up to now");
}

Status days_of(const View& view, const CellRow& cell, const WindowRow& window, uint32_t node) {
  if (cell.zone == kNone) return corrupt("days of a cell without a zone");
  return window_of(view, cell, window, node);
}

Status latch_of(const CellRow& cell, const NthRow& nth) {
  SEGUE_TRY_STATUS(of_kind(cell, CellKind::kLatch));
  const bool fits = nth.k == 0 && nth.bound_ms >= 0;
  return fits ? Status() : Status(corrupt("a pause of {} ms", nth.bound_ms));
}

Status times_of(const CellRow& cell, const NthRow& nth) {
  if (nth.bound_ms <= 0) return corrupt("a half-life of {} ms", nth.bound_ms);
  if (cell.kind == CellKind::kLog) return all_kept(cell);
  SEGUE_TRY_STATUS(newest_of(cell, INT64_MAX));
  if (nth.k == 0 || nth.k > cell.k) return corrupt("newest {} of {}", nth.k, cell.k);
  return {};
}

Status nth_of(const View& view, const OpRow& row, const CellRow& cell) {
  const NthRow& nth = view.nths[row.b];
  if (row.op == Op::kLatch) return latch_of(cell, nth);
  if (row.op == Op::kTimesDecayed) return times_of(cell, nth);
  SEGUE_TRY_STATUS(newest_of(cell, nth.bound_ms));
  if (nth.k == 0 || nth.k > cell.k) return corrupt("newest {} of {}", nth.k, cell.k);
  if (row.op == Op::kNthWithin && nth.bound_ms <= 0) {
    return corrupt("a window of {} ms", nth.bound_ms);
  }
  return {};
}

/// Reads of a window: the cell's kind is right; checks what the op asks of the window itself.
Status windowed(const View& view, const OpRow& row, const CellRow& cell, uint32_t node) {
  const WindowRow& window = view.windows[row.b];
  switch (row.op) {
    case Op::kNewestCount:
      SEGUE_TRY_STATUS(newest_of(cell, window.from_ms));
      return up_to_now(window);
    case Op::kDistinctCount:
      SEGUE_TRY_STATUS(of_kind(cell, CellKind::kDistinct));
      if (window.kind == WindowRow::Kind::kEver) return all_kept(cell);
      SEGUE_TRY_STATUS(up_to_now(window));
      return window_of(view, cell, window, node);
    case Op::kDaysCount:
    case Op::kDaysStreak:
      SEGUE_TRY_STATUS(of_kind(cell, CellKind::kDays));
      if (window.kind != WindowRow::Kind::kCalendar || window.unit != CalendarUnit::kDay ||
          window.periods > cell.k) {
        return corrupt("a window of other days than the cell's {}", cell.k);
      }
      return {};
    case Op::kStepsCount:
      SEGUE_TRY_STATUS(of_kind(cell, CellKind::kSteps));
      return window_of(view, cell, window, node);
    case Op::kStepsDays:
      SEGUE_TRY_STATUS(of_kind(cell, CellKind::kSteps));
      return days_of(view, cell, window, node);
    case Op::kLogStreak:
      if (window.kind != WindowRow::Kind::kCalendar) return corrupt("a streak of no periods");
      [[fallthrough]];
    case Op::kLogDays:
      SEGUE_TRY_STATUS(of_kind(cell, CellKind::kLog));
      return days_of(view, cell, window, node);
    case Op::kLogSum:
    case Op::kLogAvg:
      SEGUE_TRY_STATUS(log_of(cell, Type::X));
      return window_of(view, cell, window, node);
    case Op::kLogMin:
    case Op::kLogMax:
    case Op::kLogDistinct:
    case Op::kLogPercentile:
    case Op::kLogCommon:
    case Op::kLogFirst:
    case Op::kLogLast:
      SEGUE_TRY_STATUS(log_of(cell, Type::S));
      return window_of(view, cell, window, node);
    default:  // kLogCount; the ops without a window never come here
      SEGUE_TRY_STATUS(of_kind(cell, CellKind::kLog));
      return window_of(view, cell, window, node);
  }
}

Status unwindowed(const OpRow& row, const CellRow& cell, uint32_t node) {
  switch (row.op) {
    case Op::kNewestTime:
      return cell.kind == CellKind::kLog ? Status() : newest_of(cell, INT64_MAX);
    case Op::kOldestTime:
      return cell.kind == CellKind::kLog ? all_kept(cell) : of_kind(cell, CellKind::kOldest);
    case Op::kSeen:
      return of_kind(cell, CellKind::kSeen);
    case Op::kTotalCount:
      return of_kind(cell, CellKind::kTotal);
    case Op::kTotalSum:
    case Op::kTotalAvg:
      SEGUE_TRY_STATUS(of_kind(cell, CellKind::kTotal));
      return cell.value.count != 0 ? Status() : Status(corrupt("a sum of no values"));
    case Op::kExtreme:
      return of_kind(cell, CellKind::kExtreme);
    case Op::kStepsFirst:
    case Op::kStepsLast:
      SEGUE_TRY_STATUS(of_kind(cell, CellKind::kSteps));
      return all_kept(cell);
    case Op::kValue:
      return cell.kind == CellKind::kEarliest ? Status() : of_kind(cell, CellKind::kLatest);
    case Op::kDecayed:
      return of_kind(cell, CellKind::kDecayed);
    case Op::kHeld:
      SEGUE_TRY_STATUS(of_kind(cell, CellKind::kHeld));
      // The cell moves when its node is evaluated: read before, it would be an instant behind.
      return cell.source < node ? Status() : Status(corrupt("node {} is not earlier", cell.source));
    default:
      return corrupt("it reads no cell");
  }
}

}  // namespace

Status verify_read(const View& view, const OpRow& row, uint32_t node) {
  const CellRow& cell = view.cells[row.a];
  const Use b = op_info(row.op).b;
  if (node == kNone && b == Use::kWindow && view.windows[row.b].kind != WindowRow::Kind::kEver) {
    return corrupt("a filter reads what changes by time alone");
  }
  if (b == Use::kNth) return nth_of(view, row, cell);
  return b == Use::kWindow ? windowed(view, row, cell, node) : unwindowed(row, cell, node);
}

}  // namespace segue::image
