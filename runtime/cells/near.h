#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/cells/bytes.h"
#include "runtime/cells/cell.h"
#include "runtime/image/limits.h"

/// Times of four bytes. A near cell (image::is_near) keeps each as its distance to a base of the
/// whole blob: the last millisecond before a step of 2^30 ms, 12 days, from 1970 on, whose number
/// stands at Layout::near_at.
///
/// Before an instant that is 2^32 ms from the base or more, the base moves to the third step before
/// the instant's own. What is at or before the new base is forgotten, as if it had never happened.
///
/// PROOF: the base is three steps, `kNearReachMs`, before the instant at which it moved, or up to
/// one more, and time does not go back. A window no longer than that lies behind the base, now and
/// from then on, so that no time which was forgotten is in it; and the instant is less than 2^32 ms
/// from it.
namespace segue::cells {

inline constexpr uint32_t kNearBaseBytes = 4;

inline int64_t near_base(const std::byte* word) {
  return (int64_t{load<uint32_t>(word)} << image::kNearStepBits) - 1;
}
inline int64_t near_base(const CellView& cell) {
  return near_base(cell.blob + cell.view.layout[0].near_at);
}

/// The base of a blob of whose user nothing is known yet.
void begin_near(const image::View& view, std::byte* blob, int64_t now_ms);

/// Near times that stand side by side, of one cell or several.
struct NearRun {
  uint32_t offset = 0;  // from the blob's begin
  uint32_t count = 0;
};
/// Those of a blob, ascending. Cost: a sort of its cells; who settles finds them once.
std::vector<NearRun> near_runs(const image::View& view);

/// Moves the base up to an instant that is too far from it.
void move_near_base(const image::View& view, std::span<const NearRun> runs, std::byte* blob,
                    int64_t now_ms);

inline bool is_near_enough(const image::View& view, const std::byte* blob, int64_t now_ms) {
  const uint32_t at = view.layout[0].near_at;
  return at == image::kNone || now_ms - near_base(blob + at) <= int64_t{UINT32_MAX};
}

/// Lets the near cells of a blob take in the instant: before anything of it is applied. Times that
/// are behind the base are forgotten as they come.
inline void reach_near(const image::View& view, std::span<const NearRun> runs, std::byte* blob,
                       int64_t now_ms) {
  if (!is_near_enough(view, blob, now_ms)) [[unlikely]]
    move_near_base(view, runs, blob, now_ms);
}

/// The same for who seldom asks.
inline void reach_near(const image::View& view, std::byte* blob, int64_t now_ms) {
  if (!is_near_enough(view, blob, now_ms)) move_near_base(view, near_runs(view), blob, now_ms);
}

}  // namespace segue::cells
