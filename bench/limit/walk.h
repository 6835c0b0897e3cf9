// The least that reading JSON lines can cost.
#pragma once

#include <cstdint>
#include <string_view>

namespace segue::limit {

/// Walks over lines with simdjson on demand, takes user, event, time and messageId and two
/// properties out of each, and keeps nothing. Returns the bytes of what it took. `kPadding` bytes
/// behind the lines must be readable.
uint64_t walk_lines(std::string_view lines);

}  // namespace segue::limit
