#include "runtime/interp/needed.h"

#include <algorithm>
#include <map>

#include "runtime/image/op_info.h"
#include "runtime/interp/prepared.h"

namespace segue::interp {
namespace {

using image::CellKind;
using image::Op;
using image::Use;

constexpr uint64_t kAlways = uint64_t{1} << 63;
constexpr size_t kBits = 63;  // for cells

/// The cells that filters and the values of cells read; nothing if they read conditions.
std::optional<std::vector<uint8_t>> read_by_events(const image::View& view) {
  std::vector<uint8_t> read(view.cells.size(), 0);
  bool reads_nodes = false;
  const auto look = [&](image::Range range) {
    for (const image::OpRow& row : view.code(range)) {
      const Use a = image::op_info(row.op).a;
      if (a == Use::kCell) read[row.a] = 1;
      reads_nodes = reads_nodes || a == Use::kNode || a == Use::kNumberNode;
    }
  };
  for (const image::StreamRow& stream : view.streams) look(stream.predicate);
  for (const image::CellRow& cell : view.cells) look(cell.value);
  for (const image::Range& test : view.item_tests) look(test);
  if (reads_nodes) return std::nullopt;
  return read;
}

}  // namespace

std::optional<bool> truth_by_kind(const Prepared& prepared, std::span<const image::OpRow> code,
                                  uint32_t kind) {
  std::vector<std::optional<bool>> stack;
  for (const image::OpRow& row : code) {
    const image::OpInfo& info = image::op_info(row.op);
    const size_t pops = info.pops < 0 ? row.a : static_cast<size_t>(info.pops);
    const auto operands = std::span(stack).last(pops);
    const auto any = [&](bool truth) {
      return std::find(operands.begin(), operands.end(), truth) != operands.end();
    };
    const auto unknown = [&] {
      return std::find(operands.begin(), operands.end(), std::nullopt) != operands.end();
    };
    std::optional<bool> result;
    switch (row.op) {
      case Op::kKindIn:
        result = prepared.in_kind_set(row.a, kind);
        break;
      case Op::kAnyKind:
        result = kind != kIdentifyKind.index;
        break;
      case Op::kConstTruth:
        result = row.a != 0;
        break;
      case Op::kAnd:
        if (any(false) || !unknown()) result = !any(false);
        break;
      case Op::kOr:
        if (any(true) || !unknown()) result = any(true);
        break;
      case Op::kNot:
        if (operands[0]) result = !*operands[0];
        break;
      default:
        break;
    }
    stack.resize(stack.size() - pops);
    stack.push_back(result);
  }
  return stack.empty() ? std::nullopt : stack.back();
}

std::vector<int64_t> looks_back(const image::View& view) {
  std::vector<int64_t> back(view.cells.size(), 0);
  for (const image::NodeRow& node : view.nodes) {
    for (const image::OpRow& row : view.code(node.code)) {
      if (image::op_info(row.op).a != Use::kCell) continue;
      int64_t ms = INT64_MAX;
      if (row.op == Op::kNthWithin) ms = view.nths[row.b].bound_ms;
      if (row.op == Op::kNewestCount) ms = view.windows[row.b].from_ms;
      back[row.a] = std::max(back[row.a], ms);
    }
  }
  return back;
}

Needed::Needed(const Program& program, bool all) {
  const image::View& view = program.view();
  kinds_.resize(view.kinds.size());
  bit_of_cell_.assign(view.cells.size(), kAlways);
  counted_.assign(view.cells.size(), 0);
  const bool has_zone = view.layout[0].zone_stream != image::kNone;
  if (!all && !has_zone) find_cells(view);
  for (uint32_t kind = 0; kind < kinds_.size(); ++kind) {
    if (all) kinds_[kind].touches = kAlways;
    for (const uint32_t stream : view.list(view.kinds[kind].streams)) {
      const image::StreamRow& row = view.streams[stream];
      const auto truth = truth_by_kind(program.prepared(), view.code(row.predicate), kind);
      if (truth == false) continue;
      if (row.sequences.count != 0 || row.unions.count != 0) kinds_[kind].touches |= kAlways;
      for (const uint32_t cell : view.list(row.cells)) {
        kinds_[kind].touches |= bit_of_cell_[cell];
        if (truth == true) kinds_[kind].sure |= counted_[cell];
      }
    }
  }
  // Its stream is fed ahead of an instant's others and is on no kind's list.
  if (has_zone) kinds_[kIdentifyKind.index].touches = kAlways;
}

/// Gives each cell of the proof a bit.
void Needed::find_cells(const image::View& view) {
  const auto read = read_by_events(view);
  if (!read) return;
  const std::vector<int64_t> back = looks_back(view);
  std::map<int64_t, uint64_t> horizons;
  for (uint32_t i = 0; i < view.cells.size() && limits_.size() < kBits; ++i) {
    const image::CellRow& row = view.cells[i];
    const bool newest = row.kind == CellKind::kNewest;
    const bool counted = (newest && row.zone == image::kNone) || row.kind == CellKind::kLatest ||
                         row.kind == CellKind::kSeen;
    const bool forgets = newest && back[i] != INT64_MAX;
    if ((*read)[i] != 0 || (!counted && !forgets)) continue;
    const uint64_t bit = uint64_t{1} << limits_.size();
    bit_of_cell_[i] = bit;
    if (counted) counted_[i] = bit;
    if (forgets) horizons[back[i]] |= bit;
    limits_.push_back(newest ? row.k : 1);
  }
  for (const auto& [ms, cells] : horizons) horizons_.push_back({ms, cells});
}

}  // namespace segue::interp
