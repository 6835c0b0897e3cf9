#pragma once

#include <cstdint>
#include <vector>

#include "compiler/plan/plan.h"

namespace segue::passes {

/// What an event of each kind can change: streams by their filters, then the cells they feed, the
/// sequences they are steps of, and every node that reads any of it, through other nodes, cells
/// that follow nodes, and the streams that these feed. Also which nodes can change without an
/// event. Cost of the whole: rows and references once a kind.
class Reach {
 public:
  explicit Reach(const plan::Plan& plan);

  struct OfKind {
    std::vector<uint32_t> streams;  // base streams only
    std::vector<uint32_t> cells;
    std::vector<uint32_t> nodes;  // each ascending
  };
  OfKind of_kind(uint32_t kind) const;

  bool timed(uint32_t node) const { return timed_[node]; }

 private:
  struct Found;
  void follow_stream(uint32_t stream, Found& found) const;
  void follow_cell(uint32_t cell, Found& found) const;
  void follow_node(uint32_t node, Found& found) const;
  void find_timed();

  const plan::Plan& plan_;
  std::vector<std::vector<uint32_t>> cells_of_stream_;
  std::vector<std::vector<uint32_t>> cells_of_sequence_;
  std::vector<std::vector<uint32_t>> sequences_of_stream_;
  std::vector<std::vector<uint32_t>> unions_of_stream_;
  std::vector<std::vector<uint32_t>> readers_of_cell_;
  std::vector<std::vector<uint32_t>> readers_of_node_;
  std::vector<std::vector<uint32_t>> cells_of_node_;
  std::vector<std::vector<uint32_t>> streams_of_kind_;
  std::vector<bool> timed_;
};

}  // namespace segue::passes
