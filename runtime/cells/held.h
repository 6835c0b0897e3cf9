#pragma once

#include <cstdint>

#include "runtime/base/instant.h"
#include "runtime/cells/bytes.h"
#include "runtime/cells/cell.h"

/// Since when a node has been true without interruption; `kNever` while it is false
/// (kept as `kLongAgo`).
///
/// PROOF: one word is enough, since a node is settled once an instant: a change undone at the same
/// instant is never seen here, and every other change moves the word.
namespace segue::cells {

inline int64_t held_since(const std::byte* state) {
  const int64_t since = load_instant(state);
  return since == kLongAgo.ms ? kNever.ms : since;
}

inline bool held_test(int64_t since, int64_t now, int64_t duration) {
  return since <= now - duration;
}

/// When it turns true by time alone; never, if it is or if the node is false.
inline int64_t held_deadline(int64_t since, int64_t now, int64_t duration) {
  const bool waits = (since > now - duration) & (since != kNever.ms);
  return waits ? since + duration : kNever.ms;
}

/// After each evaluation of the node.
inline void held_move(std::byte* state, bool truth, int64_t now) {
  const int64_t since = load_instant(state);
  const int64_t begun = since == kLongAgo.ms ? now : since;
  store_instant(state, truth ? begun : kLongAgo.ms);
}

struct Held {
  static constexpr image::CellKind kKind = image::CellKind::kHeld;
  static uint32_t fixed_bytes(const image::CellRow&) { return kInstantBytes; }
  static void init(const image::CellRow&, std::byte* state) { store_instant(state, kLongAgo.ms); }
};
static_assert(Cell<Held>);

}  // namespace segue::cells
