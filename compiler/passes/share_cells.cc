#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>

#include "compiler/passes/passes.h"

namespace segue::passes {

namespace {

using plan::Cell;
using plan::CellId;
using plan::CellKind;

std::string value_key(const Cell& cell) {
  return cell.value ? plan::print(*cell.value) : std::string();
}

/// What two cells must have in common so that the larger of them answers for both.
std::string family_of(const Cell& cell) {
  switch (cell.kind) {
    case CellKind::kNewest:
    case CellKind::kDays:
    case CellKind::kSteps:
      return fmt::format("{} {} {}", static_cast<int>(cell.kind), cell.source, cell.zone);
    case CellKind::kLog:
    case CellKind::kDistinct:
      return fmt::format("{} {} {} {}", static_cast<int>(cell.kind), cell.source, cell.zone,
                         value_key(cell));
    case CellKind::kTotal:
      // A total with a sum also counts; one stream has rarely more than one summed property.
      return fmt::format("{} {} {}", static_cast<int>(cell.kind), cell.source, value_key(cell));
    case CellKind::kSessions:
    case CellKind::kCrossing:
    case CellKind::kChange:
    case CellKind::kLatch:
      break;  // what feeds a stream, or is moved by a node, is that one's
    case CellKind::kOldest:
    case CellKind::kSeen:
    case CellKind::kExtreme:
    case CellKind::kLatest:
    case CellKind::kEarliest:
    case CellKind::kSequence:
    case CellKind::kHeld:
    case CellKind::kDecayed:
      return fmt::format("{} {} {} {} {} {} {}", static_cast<int>(cell.kind), cell.source, cell.k,
                         cell.cap, cell.horizon_ms, cell.feeds, value_key(cell));
  }
  return "";
}

bool reads_cell(const plan::Expr& part) {
  const plan::Immediate immediate = plan::immediate_of(part.op);
  return immediate == plan::Immediate::kCell || immediate == plan::Immediate::kCellWindow ||
         immediate == plan::Immediate::kCellNth;
}

/// Cells that some expression reads, and those that feed a stream. The others are dead (`fit-cells`
/// leaves logs behind): they must widen nothing.
std::vector<bool> used_cells(const plan::Plan& plan) {
  std::vector<bool> used(plan.cells.size());
  const auto visit = [&](const plan::Expr& part) {
    if (reads_cell(part)) used[part.index] = true;
  };
  for (const plan::Stream& stream : plan.streams) plan::walk(stream.predicate, visit);
  for (const Cell& cell : plan.cells) plan::walk(cell.value, visit);
  for (const plan::Node& node : plan.nodes) plan::walk(node.value, visit);
  if (plan.zone_cell != image::kNone) used[plan.zone_cell] = true;
  for (size_t i = 0; i < plan.cells.size(); ++i) {
    if (plan.cells[i].feeds != image::kNone) used[i] = true;
  }
  return used;
}

/// Makes `kept` keep at least what `other` keeps.
void widen(Cell& kept, const Cell& other) {
  kept.k = std::max(kept.k, other.k);
  kept.horizon_ms = std::max(kept.horizon_ms, other.horizon_ms);
  kept.cap = kept.cap == 0 || other.cap == 0 ? 0 : std::max(kept.cap, other.cap);
}

/// A counter of a stream that also has a sum is the sum's.
void lend_counts(const plan::Plan& plan, const std::vector<bool>& used, std::vector<CellId>& to) {
  std::map<uint32_t, uint32_t> summed;
  for (uint32_t i = 0; i < plan.cells.size(); ++i) {
    if (used[i] && plan.cells[i].kind == CellKind::kTotal && plan.cells[i].value)
      summed.emplace(plan.cells[i].source, to[i].index);
  }
  for (uint32_t i = 0; i < plan.cells.size(); ++i) {
    if (plan.cells[i].kind != CellKind::kTotal || plan.cells[i].value) continue;
    if (const auto sum = summed.find(plan.cells[i].source); sum != summed.end())
      to[i] = {sum->second};
  }
}

/// Cells that an expression reads otherwise than by whether their newest is inside a window.
std::vector<bool> read_beyond_windows(const plan::Plan& plan) {
  std::vector<bool> beyond(plan.cells.size());
  const auto visit = [&](const plan::Expr& part) {
    if (reads_cell(part) && part.op != plan::Op::kNthWithin) beyond[part.index] = true;
  };
  for (const plan::Stream& stream : plan.streams) plan::walk(stream.predicate, visit);
  for (const Cell& cell : plan.cells) plan::walk(cell.value, visit);
  for (const plan::Node& node : plan.nodes) plan::walk(node.value, visit);
  return beyond;
}

/// The newest time of all is the first that a cell by days keeps too. Of windows alone: as of an
/// instant a cell by days does not say how many occurrences are enough for it, only how old.
void lend_newest(const plan::Plan& plan, const std::vector<bool>& used, std::vector<CellId>& to) {
  std::map<uint32_t, uint32_t> by_days;
  for (uint32_t i = 0; i < plan.cells.size(); ++i) {
    const Cell& cell = plan.cells[i];
    if (used[i] && cell.kind == CellKind::kNewest && cell.zone != image::kNone)
      by_days.emplace(cell.source, to[i].index);
  }
  const std::vector<bool> beyond = read_beyond_windows(plan);
  std::vector<bool> lends(plan.cells.size(), true);  // by the cell that is kept
  for (uint32_t i = 0; i < plan.cells.size(); ++i) {
    if (beyond[i]) lends[to[i].index] = false;
  }
  for (uint32_t i = 0; i < plan.cells.size(); ++i) {
    const Cell& kept = plan.cells[to[i].index];
    const bool lone = kept.kind == CellKind::kNewest && kept.zone == image::kNone && kept.k == 1;
    if (!used[i] || !lone || !lends[to[i].index]) continue;
    if (const auto days = by_days.find(kept.source); days != by_days.end()) to[i] = {days->second};
  }
}

}  // namespace

// before                            after
//   cell c0 = newest s0 k 3           cell c0 = newest s0 k 5
//   cell c1 = newest s0 k 5
// PROOF: the k newest contain the j < k newest in the same order; a log with a longer horizon, or a
// larger cap, contains the shorter one, and every read names its own window and cap. Of the newest
// of each day the first is the newest of all.
void share_cells(plan::Plan& plan) {
  std::map<std::string, uint32_t> first;
  std::vector<CellId> to(plan.cells.size());
  const std::vector<bool> used = used_cells(plan);
  for (uint32_t i = 0; i < plan.cells.size(); ++i) {
    to[i] = {i};
    if (!used[i]) continue;
    const std::string family = family_of(plan.cells[i]);
    if (family.empty()) continue;
    const uint32_t kept = first.emplace(family, i).first->second;
    to[i] = {kept};
    if (kept != i) widen(plan.cells[kept], plan.cells[i]);
  }
  lend_counts(plan, used, to);
  lend_newest(plan, used, to);
  plan::redirect_cells(plan, to);
}

}  // namespace segue::passes
