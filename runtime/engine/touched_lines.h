#pragma once

#include <cstdint>
#include <vector>

#include "runtime/image/view.h"

namespace segue {

/// Which lines of a user's row an instant reads: what the kind's streams feed, what the nodes read
/// that it can change. A bit a line, the row's first being bit 0 and always set; lines from the
/// 32nd on, and of many all but the first, are left to be missed.
class TouchedLines {
 public:
  /// `state_at`: where in a row the state begins. `aligned`: whether rows begin with lines.
  TouchedLines(const image::View& view, uint32_t state_at, bool aligned);

  uint32_t of_kind(uint32_t kind) const { return kinds_[kind]; }
  uint32_t of_time() const { return time_; }

 private:
  std::vector<uint32_t> kinds_;
  uint32_t time_ = 1;
};

}  // namespace segue
