#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/plan/plan.h"

namespace segue::passes {

/// When in an instant each part is settled. Streams of events are of level 0; a sequence is of the
/// highest level of its steps, a node of that of what it reads, and the stream that a node's
/// turning feeds is one above the node. What is of one level needs nothing of a higher one.
class Levels {
 public:
  explicit Levels(const plan::Plan& plan);

  uint32_t of_sequence(uint32_t sequence) { return level(sequences_, sequence); }
  uint32_t of_node(uint32_t node) { return level(nodes_, node); }

 private:
  enum class Table { kStream, kSequence, kNode };
  struct Known {
    Table table;
    std::vector<std::optional<uint32_t>> levels;
  };

  uint32_t level(Known& known, uint32_t row);
  uint32_t find(Table table, uint32_t row);
  uint32_t find_stream(uint32_t stream);
  uint32_t find_sequence(uint32_t sequence);
  uint32_t find_node(uint32_t node);
  uint32_t of_cell(uint32_t cell);

  const plan::Plan& plan_;
  std::vector<uint32_t> feeder_;  // by stream: the cell that feeds it, or kNone
  Known streams_, sequences_, nodes_;
};

}  // namespace segue::passes
