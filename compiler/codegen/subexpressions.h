#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/image/tables.h"

namespace segue::codegen {

/// Where the operands of each op of a postfix code are: every operand is a stretch of the code that
/// ends right before the next one. A walk over these needs no recursion, however deep the code.
class Subexpressions {
 public:
  /// `code` is verified.
  explicit Subexpressions(std::span<const image::OpRow> code);

  /// First op of the expression that op `last` finishes.
  uint32_t begin_of(uint32_t last) const { return begins_[last]; }

  /// The last ops of the operands of op `last`, in order. Of an `and` (`or`) those of its operands
  /// of the same kind stand in their place.
  std::vector<uint32_t> operands_of(uint32_t last) const;

  uint32_t root() const { return static_cast<uint32_t>(code_.size() - 1); }

 private:
  std::span<const image::OpRow> code_;
  std::vector<uint32_t> begins_;
};

}  // namespace segue::codegen
