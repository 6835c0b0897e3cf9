#pragma once

#include <algorithm>
#include <cstdint>

#include "runtime/base/instant.h"
#include "runtime/base/search.h"
#include "runtime/cells/bytes.h"
#include "runtime/cells/cell.h"
#include "runtime/cells/near.h"

/// The k newest times, newest first; `kLongAgo` where there were fewer.
///
/// Of a cell with a zone one a local day: the newest of each of the k newest days. A near cell
/// keeps distances to a base (`near.h`).
///
/// PROOF: "at least n in (T - W, T]" holds if and only if the n-th newest time is > T - W, since
/// times only ever come in order. Exact counts need one more than the number they are compared
/// with.
namespace segue::cells {

/// The k-th newest time, 1 being the newest.
inline int64_t newest_nth(const std::byte* state, uint32_t k) {
  return load_instant(state + size_t{kInstantBytes} * (k - 1));
}

/// The same of a near cell.
inline int64_t near_nth(const std::byte* state, uint32_t k, int64_t base) {
  return load_near(state + size_t{kNearBytes} * (k - 1), base);
}

inline int64_t newest_nth(const CellView& cell, uint32_t k) {
  return image::is_near(cell.row) ? near_nth(cell.state(), k, near_base(cell))
                                  : newest_nth(cell.state(), k);
}

/// Is a time inside (now - from, now]?
inline bool within_test(int64_t time, int64_t now, int64_t from) { return time > now - from; }

/// When it leaves. Never, if it is not inside: time alone brings nothing in.
inline int64_t within_deadline(int64_t time, int64_t now, int64_t from) {
  return time > now - from ? time + from : kNever.ms;
}

/// How many of the kept times lie inside (now - from, now].
template <uint32_t kCount>
inline uint32_t newest_count(const std::byte* state, int64_t now, int64_t from) {
  uint32_t count = 0;
  for (uint32_t k = 1; k <= kCount; ++k) {
    count += within_test(newest_nth(state, k), now, from) ? 1 : 0;
  }
  return count;
}

template <uint32_t kCount>
inline uint32_t near_count(const std::byte* state, int64_t base, int64_t now, int64_t from) {
  uint32_t count = 0;
  for (uint32_t k = 1; k <= kCount; ++k) {
    count += within_test(near_nth(state, k, base), now, from) ? 1 : 0;
  }
  return count;
}

/// The same of all times of a cell, which fall.
inline uint32_t newest_count(const CellView& cell, int64_t now, int64_t from) {
  const std::byte* const state = cell.state();
  if (!image::is_near(cell.row)) {
    return count_of_first(cell.row.k,
                          [&](uint32_t k) { return within_test(newest_nth(state, k), now, from); });
  }
  // A distance of 0 is of none.
  const int64_t outside = std::max<int64_t>(now - from - near_base(cell), 0);
  return count_of_first(cell.row.k, [&](uint32_t k) {
    return load<uint32_t>(state + size_t{kNearBytes} * (k - 1)) > outside;
  });
}

/// When such a count falls: the oldest inside leaves.
inline int64_t newest_count_deadline(const CellView& cell, uint32_t count, int64_t from) {
  return count == 0 ? kNever.ms : newest_nth(cell, count) + from;
}

/// Takes in a time not before the newest. `kCount` up to 8 becomes straight code in the JIT.
template <uint32_t kCount>
inline void newest_push(std::byte* state, int64_t now) {
  // Shifted as they are kept; two moves a time.
  auto low = static_cast<uint32_t>(now);
  auto high = static_cast<uint16_t>(static_cast<uint64_t>(now) >> 32);
  for (uint32_t i = 0; i < kCount; ++i) {
    std::byte* place = state + size_t{kInstantBytes} * i;
    const auto kept_low = load<uint32_t>(place);
    const auto kept_high = load<uint16_t>(place + 4);
    store(place, low);
    store(place + 4, high);
    low = kept_low;
    high = kept_high;
  }
}

template <uint32_t kCount>
inline void near_push(std::byte* state, int64_t base, int64_t now) {
  auto distance = now > base ? static_cast<uint32_t>(now - base) : uint32_t{0};
  for (uint32_t i = 0; i < kCount; ++i) {
    std::byte* place = state + size_t{kNearBytes} * i;
    const auto kept = load<uint32_t>(place);
    store(place, distance);
    distance = kept;
  }
}

/// In front of the first `k_max - 1` times of a cell.
inline void newest_push(const CellRef& cell, uint32_t k_max, int64_t now) {
  const bool near = image::is_near(cell.row);
  const size_t bytes = near ? kNearBytes : kInstantBytes;
  std::byte* const state = cell.state();
  std::memmove(state + bytes, state, bytes * (k_max - 1));
  near ? store_near(state, near_base(cell), now) : store_instant(state, now);
}

/// The same of a cell with a zone: an occurrence takes the place of the one before it of its day.
/// Days are looked for among all that are kept, since clocks may be set back over midnight.
void newest_push_day(const CellRef& cell, int64_t now_ms);

struct Newest {
  static constexpr image::CellKind kKind = image::CellKind::kNewest;
  static uint32_t fixed_bytes(const image::CellRow& row) {
    return (image::is_near(row) ? kNearBytes : kInstantBytes) * row.k;
  }
  static void init(const image::CellRow& row, std::byte* state) {
    if (image::is_near(row)) {
      std::memset(state, 0, fixed_bytes(row));
      return;
    }
    for (uint32_t i = 0; i < row.k; ++i) {
      store_instant(state + size_t{kInstantBytes} * i, kLongAgo.ms);
    }
  }
  static void update(const CellRef& cell, const Occurrence& occurrence) {
    if (cell.row.zone != image::kNone) return newest_push_day(cell, occurrence.at_ms);
    newest_push(cell, cell.row.k, occurrence.at_ms);
  }
};
static_assert(StreamCell<Newest>);

}  // namespace segue::cells
