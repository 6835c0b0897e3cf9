#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/base/value.h"
#include "runtime/image/tables.h"

namespace segue::interp {

/// The scalars of a set by hash: open addressing, at most half full.
class SetTable {
 public:
  explicit SetTable(std::span<const image::MemberRow> members);

  bool contains(Scalar scalar) const;
  uint32_t size() const { return size_; }

 private:
  size_t first_slot(Scalar scalar) const;

  // What is missing is in no set, so it can stand for an empty slot.
  std::vector<Scalar> slots_;
  uint32_t size_ = 0;
};

}  // namespace segue::interp
