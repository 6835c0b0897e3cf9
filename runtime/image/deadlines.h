#pragma once

#include <cstdint>

#include "runtime/image/view.h"

/// Deadlines that the blob of a tracked program keeps (Layout::deadlines_at): one a chunk that time
/// alone can turn, in their order, then one a cell that waits. Above them stand the least of each
/// sixteen, of sixteen of these, and so on up to one word: the least of all.
namespace segue::image {

inline constexpr uint32_t kDeadlineFan = 16;

/// Whether time alone can end a wait of the cell.
inline bool waits(const View& view, const CellRow& cell) {
  return cell.kind == CellKind::kSequence && cell.source < view.sequences.size() &&
         view.sequences[cell.source].absence_stream != kNone;
}

/// Whether the op says nothing new while its operands and what it reads stay: it has no deadline.
inline bool stands_still(Op op) {
  switch (op) {
    case Op::kConstTruth:
    case Op::kConstNumber:
    case Op::kNodeTruth:
    case Op::kNodeNumber:
    case Op::kAnd:
    case Op::kOr:
    case Op::kNot:
    case Op::kAtLeast:
    case Op::kEqual:  // of what decays it has one, but then some operand does not stand still
    case Op::kLess:
    case Op::kLessEqual:
    case Op::kSelect:
    case Op::kAdd:
      return true;
    default:
      return false;
  }
}

/// Whether time can turn a node of the chunk while all that it reads stays.
inline bool has_deadline(const View& view, const ChunkRow& chunk) {
  if (chunk.timed == 0) return false;
  for (uint32_t i = 0; i < chunk.node_count; ++i) {
    for (const OpRow& row : view.code(view.nodes[chunk.first_node + i].code)) {
      if (!stands_still(row.op)) return true;
    }
  }
  return false;
}

/// Cost: rows of chunks and cells, and their ops.
inline uint32_t deadline_slots(const View& view) {
  uint32_t slots = 0;
  for (const ChunkRow& chunk : view.chunks) slots += has_deadline(view, chunk) ? 1 : 0;
  for (const CellRow& cell : view.cells) slots += waits(view, cell) ? 1 : 0;
  return slots;
}

/// Words of all levels together: 16/15 of the slots.
inline uint32_t deadline_words(uint32_t slots) {
  uint32_t words = slots;
  for (uint32_t level = slots; level > 1;) {
    level = (level + kDeadlineFan - 1) / kDeadlineFan;
    words += level;
  }
  return words;
}

}  // namespace segue::image
