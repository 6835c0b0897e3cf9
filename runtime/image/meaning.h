#pragma once

#include <cstdint>
#include <vector>

#include "runtime/image/op_info.h"
#include "runtime/image/view.h"

namespace segue::image {

/// Hashes of what rows of an image mean, free of row numbers: equal in two programs where the same
/// is computed, however much of a user's past each of them keeps for it. They are no part of any
/// format.
class Meanings {
 public:
  /// Cost: the rows and ops of the program.
  explicit Meanings(const View& view);

  /// A condition or number; a node that another one reads counts as if it stood there.
  uint64_t of_node(uint32_t node) const { return nodes_[node]; }

  /// Of what a cell keeps, without how much: `newest(3)` and `newest(5)` of one stream, or logs of
  /// one hour and one day, are one family.
  uint64_t of_family(uint32_t cell) { return family(cell); }

 private:
  uint64_t family(uint32_t cell);
  uint64_t stream(uint32_t index);
  uint64_t sequence(uint32_t index);
  uint64_t code(Range range);
  uint64_t immediate(const OpRow& row, Use use, uint32_t index);
  uint64_t zone(uint32_t index) const;
  uint64_t texts(Range range) const;

  const View& view_;
  std::vector<uint64_t> nodes_, cells_, streams_, sequences_;  // 0: not yet known
  std::vector<std::vector<uint32_t>> sources_;                 // of unions
  std::vector<uint32_t> feeder_;                               // by stream
  std::vector<uint64_t> latches_;                              // by cell: what moves it
};

}  // namespace segue::image
