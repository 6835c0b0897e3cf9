// The same rules as of one instant, over events that stand grouped by user.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bench/limit/event.h"

namespace segue::limit {

/// Events by user, each user's in order of time, copies dropped, identify calls of an instant in
/// the order of their ties.
struct Grouped {
  std::vector<int64_t> at_ms;
  std::vector<Op> ops;
  std::vector<uint32_t> begins;  // by user, and the end of the last one
  std::vector<std::string> ids;  // by user
};
Grouped group(std::span<const Event> events);

/// Who is in which segment.
struct Members {
  std::array<std::vector<uint32_t>, kSegments> users;
};

/// Settles users `first` to `end` as of `at_ms`: no timers, no changes. Cost: 7 ns an event.
void members_as_of(const Grouped& events, int64_t at_ms, uint32_t first, uint32_t end,
                   Members& members);

}  // namespace segue::limit
