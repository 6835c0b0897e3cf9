#pragma once

#include <cstdint>

#include "runtime/base/instant.h"
#include "runtime/cells/bytes.h"
#include "runtime/cells/cell.h"

/// The newest time of a stream, of which another one is made: an occurrence after a pause longer
/// than the gap begins a session.
namespace segue::cells {

/// Takes in an occurrence; true if a session begins with it. Further ones of its instant do not.
inline bool sessions_push(std::byte* state, int64_t now, int64_t gap) {
  const int64_t newest = load_instant(state);
  store_instant(state, now);
  return now - newest > gap;
}

inline void sessions_merge(std::byte* state, const std::byte* earlier) {
  const int64_t other = load_instant(earlier);
  if (other > load_instant(state)) store_instant(state, other);
}

struct Sessions {
  static constexpr image::CellKind kKind = image::CellKind::kSessions;
  static uint32_t fixed_bytes(const image::CellRow&) { return kInstantBytes; }
  static void init(const image::CellRow&, std::byte* state) { store_instant(state, kLongAgo.ms); }
};
static_assert(Cell<Sessions>);

}  // namespace segue::cells
