#pragma once

#include <cstdint>
#include <limits>

#include "runtime/base/decimal.h"
#include "runtime/cells/bytes.h"
#include "runtime/cells/cell.h"

/// How many occurrences ever; of a cell with a value also how many of them with a number, and the
/// exact sum of those.
namespace segue::cells {

inline constexpr uint32_t kTotalNumbersAt = kCountBytes;
inline constexpr uint32_t kTotalSumAt = 2 * kCountBytes;
inline constexpr uint32_t kTotalCountBytes = kCountBytes;
inline constexpr uint32_t kTotalSumBytes = kTotalSumAt + sizeof(Decimal);

inline uint64_t total_count(const std::byte* state) { return load_count(state); }
inline uint64_t total_numbers(const std::byte* state) {
  return load_count(state + kTotalNumbersAt);
}
inline Decimal total_sum(const std::byte* state) { return load<Decimal>(state + kTotalSumAt); }

/// Missing (a NaN) if there is no number.
inline double total_avg(const std::byte* state) {
  const uint64_t numbers = total_numbers(state);
  if (numbers == 0) return std::numeric_limits<double>::quiet_NaN();
  return to_double(total_sum(state)) / static_cast<double>(numbers);
}

inline void total_push(std::byte* state, uint64_t count = 1) {
  store_count(state, total_count(state) + count);
}

/// Branch-free: what is no number adds nothing.
inline void total_push_sum(std::byte* state, Decimal sum) {
  const bool is_number = sum.hi != kNoSum.hi;
  const Decimal added{is_number ? sum.lo : 0, is_number ? sum.hi : 0};
  store_count(state, total_count(state) + 1);
  store_count(state + kTotalNumbersAt, total_numbers(state) + (is_number ? 1 : 0));
  store(state + kTotalSumAt, total_sum(state) + added);
}

inline void total_merge(std::byte* state, const std::byte* earlier, bool has_sum) {
  store_count(state, total_count(state) + total_count(earlier));
  if (!has_sum) return;
  store_count(state + kTotalNumbersAt, total_numbers(state) + total_numbers(earlier));
  store(state + kTotalSumAt, total_sum(state) + total_sum(earlier));
}

struct Total {
  static constexpr image::CellKind kKind = image::CellKind::kTotal;
  static uint32_t fixed_bytes(const image::CellRow& row) {
    return row.value.count == 0 ? kTotalCountBytes : kTotalSumBytes;
  }
  static void init(const image::CellRow& row, std::byte* state) {
    std::memset(state, 0, fixed_bytes(row));
  }
  static void update(const CellRef& cell, const Occurrence& occurrence) {
    if (cell.row.value.count == 0) {
      total_push(cell.state());
    } else {
      total_push_sum(cell.state(), occurrence.sum);
    }
  }
};
static_assert(StreamCell<Total>);

}  // namespace segue::cells
