#include "runtime/cells/starts.h"

#include <algorithm>
#include <bit>

#include "runtime/base/instant.h"
#include "runtime/cells/sequence.h"

namespace segue::cells {
namespace {

/// Of `steps` steps as many times are kept; the cell has k = 2 * steps - 2.
constexpr bool has_room(uint32_t steps) {
  const image::CellRow row{.kind = image::CellKind::kSequence, .k = 2 * steps - 2};
  return SequenceCell::fixed_bytes(row) >= kSequenceLatestAt + kInstantBytes * (2 * steps - 3);
}
static_assert(has_room(2) && has_room(kStepsMax), "each time that is kept has a place");

std::byte* time_place(std::byte* state, uint32_t step) {
  return state + size_t{kInstantBytes} * (step == 0 ? 0 : 2 * step - 1);
}

std::byte* start_place(std::byte* state, uint32_t step) {
  return state + size_t{kInstantBytes} * (2 * step);
}

}  // namespace

int64_t starts_advance(std::byte* state, const Sequence& sequence, int64_t now_ms,
                       Possible possible, uint32_t breakers) {
  const auto steps = static_cast<uint32_t>(sequence.steps.size());
  const int64_t limit_ms = sequence.row.all_within_ms;
  const auto in_time = [&](int64_t start_ms) {
    return start_ms != kLongAgo.ms && (limit_ms == INT64_MAX || now_ms - start_ms <= limit_ms);
  };
  int64_t starts[kStepsMax];  // of what step i may be taken now as, the first of a run
  starts[0] = now_ms;
  for (uint32_t i = 1; i < steps; ++i) {
    const image::StepRow& step = sequence.steps[i];
    const int64_t at_ms = load_instant(time_place(state, i - 1));
    const int64_t start_ms = load_instant(start_place(state, i - 1));
    const int64_t gap = now_ms - at_ms;
    const bool goes_on = at_ms != kLongAgo.ms && gap <= step.within_ms &&
                         (gap > 0 || step.later == 0) && in_time(start_ms);
    starts[i] = goes_on ? start_ms : kLongAgo.ms;
  }
  const auto best_to = [&](uint32_t step) {
    int64_t best = kLongAgo.ms;
    for (uint64_t runs = runs_to(possible.runs, step); runs != 0; runs &= runs - 1) {
      best = std::max(best, starts[std::countr_zero(runs)]);
    }
    return in_time(best) ? best : kLongAgo.ms;
  };
  for (uint32_t j = 0; j + 1 < steps; ++j) {
    const int64_t start_ms = best_to(j);
    // What breaks a gap lies strictly inside it: not at this instant, so it spoils later ones.
    const bool broken = (breakers >> (j + 1) & 1) != 0;
    if (start_ms == kLongAgo.ms && !broken) continue;
    store_instant(time_place(state, j), start_ms == kLongAgo.ms ? kLongAgo.ms : now_ms);
    if (j != 0) store_instant(start_place(state, j), start_ms);
  }
  return best_to(steps - 1);
}

}  // namespace segue::cells
