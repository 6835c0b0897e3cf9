#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/plan/plan.h"

namespace segue {

/// Content identities of cells: hashes of what they compute, in words that do not depend on row
/// numbers, so that equal meaning has the same identity in every program. Each is computed once.
class Identities {
 public:
  explicit Identities(const plan::Plan& plan);

  uint64_t of_cell(uint32_t cell);

 private:
  uint64_t of_node(uint32_t node);
  uint64_t of_stream(uint32_t stream);
  uint64_t of_sequence(uint32_t sequence);
  std::string zone_name(uint32_t zone) const;
  std::string plain(const plan::ExprPtr& expr);

  const plan::Plan& plan_;
  std::vector<uint64_t> cells_, nodes_, streams_, sequences_;  // 0: not yet known
  std::vector<uint32_t> feeder_;                               // by stream: the cell that feeds it
  std::vector<const plan::Expr*> latch_;                       // by cell: the `latch` that moves it
};

}  // namespace segue
