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

namespace {

/// Four distances at once: what every machine has lanes for.
using Lanes = uint32_t __attribute__((vector_size(16)));
constexpr uint32_t kLanes = sizeof(Lanes) / kNearBytes;

/// Makes distances those from a base that is `by` ms later: what is behind it is 0.
void shorten(std::byte* place, uint32_t count, uint32_t by) {
  const Lanes all_by = {by, by, by, by};
  for (; count >= kLanes; count -= kLanes, place += sizeof(Lanes)) {
    const auto distances = load<Lanes>(place);
    store(place, (distances - all_by) & Lanes(distances > all_by));
  }
  for (; count != 0; --count, place += kNearBytes) {
    const auto distance = load<uint32_t>(place);
    store(place, distance > by ? distance - by : uint32_t{0});
  }
}

}  // namespace

std::vector<NearRun> near_runs(const image::View& view) {
  std::vector<NearRun> runs;
  for (const image::CellRow& row : view.cells) {
    if (image::is_near(row)) runs.push_back({row.offset, row.k});
  }
  std::sort(runs.begin(), runs.end(),
            [](const NearRun& a, const NearRun& b) { return a.offset < b.offset; });
  size_t kept = 0;
  for (const NearRun& run : runs) {
    if (kept != 0 && runs[kept - 1].offset + kNearBytes * runs[kept - 1].count == run.offset) {
      runs[kept - 1].count += run.count;
    } else {
      runs[kept++] = run;
    }
  }
  runs.resize(kept);
  return runs;
}

void move_near_base(const image::View& view, std::span<const NearRun> runs, std::byte* blob,
                    int64_t now_ms) {
  const std::byte* const word = blob + view.layout[0].near_at;
  const int64_t before = near_base(word);
  begin_near(view, blob, now_ms);
  const int64_t moved = near_base(word) - before;
  const auto by = static_cast<uint32_t>(std::min<int64_t>(moved, UINT32_MAX));
  for (const NearRun& run : runs) shorten(blob + run.offset, run.count, by);
}

}  // namespace segue::cells
