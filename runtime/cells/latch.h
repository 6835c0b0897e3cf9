#pragma once

#include <cstdint>

#include "runtime/base/instant.h"
#include "runtime/cells/bytes.h"
#include "runtime/cells/cell.h"
#include "runtime/cells/entries.h"

/// In or out, and since when; out since `kLongAgo` at first, so that the first entry waits for
/// nothing.
namespace segue::cells {

inline constexpr uint32_t kLatchSinceAt = 1;

inline bool latch_in(const std::byte* state) { return load<uint8_t>(state) != 0; }
inline int64_t latch_since(const std::byte* state) { return load_instant(state + kLatchSinceAt); }

/// Takes in both conditions as they are, once an instant, and says whether it is in.
inline bool latch_move(std::byte* state, bool enter, bool leave, int64_t now, int64_t stay,
                       int64_t pause) {
  const bool in = latch_in(state);
  const int64_t since = latch_since(state);
  const bool turns = in ? leave && now - since >= stay : enter && now - since >= pause;
  if (!turns) return in;
  store(state, uint8_t{!in});
  store_instant(state + kLatchSinceAt, now);
  return !in;
}

/// When it turns by time alone, right after a move: the condition for it holds and only the stay or
/// the pause is in its way. A turn back with nothing in its way is due at the next instant.
inline int64_t latch_deadline(const std::byte* state, bool enter, bool leave, int64_t now,
                              int64_t stay, int64_t pause) {
  const bool in = latch_in(state);
  if (!(in ? leave : enter)) return kNever.ms;
  const int64_t due = later_by(latch_since(state), in ? stay : pause);
  return due > now ? due : kNever.ms;
}

struct Latch {
  static constexpr image::CellKind kKind = image::CellKind::kLatch;
  static uint32_t fixed_bytes(const image::CellRow&) { return kLatchSinceAt + kInstantBytes; }
  static void init(const image::CellRow&, std::byte* state) {
    store(state, uint8_t{0});
    store_instant(state + kLatchSinceAt, kLongAgo.ms);
  }
};
static_assert(Cell<Latch>);

}  // namespace segue::cells
