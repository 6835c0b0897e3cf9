#include "runtime/cells/near.h"

#include <algorithm>

namespace segue::cells {

void begin_near(const image::View& view, std::byte* blob, int64_t now_ms) {
  if (view.layout[0].near_at == image::kNone) return;
  constexpr int64_t kStepsBack = image::kNearReachMs >> image::kNearStepBits;
  // From the millisecond behind it: a base lies one before its step.
  const int64_t steps = std::max<int64_t>(((now_ms + 1) >> image::kNearStepBits) - kStepsBack, 0);
  store(blob + view.layout[0].near_at, static_cast<uint32_t>(steps));
}

void move_near_base(const image::View& view, std::byte* blob, int64_t now_ms) {
  const std::byte* const word = blob + view.layout[0].near_at;
  const int64_t before = near_base(word);
  begin_near(view, blob, now_ms);
  const int64_t now = near_base(word);
  for (const image::CellRow& row : view.cells) {
    if (!image::is_near(row)) continue;
    std::byte* const state = blob + row.offset;
    for (uint32_t i = 0; i < row.k; ++i) {
      std::byte* const place = state + size_t{kNearBytes} * i;
      store_near(place, now, load_near(place, before));
    }
  }
}

}  // namespace segue::cells
