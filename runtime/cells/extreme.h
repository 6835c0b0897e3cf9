#pragma once

#include <cstdint>
#include <limits>

#include "runtime/cells/bytes.h"
#include "runtime/cells/cell.h"

/// The least or the greatest number ever, and whether there was one.
namespace segue::cells {

inline constexpr uint32_t kExtremePresentAt = 8;

/// Missing (a NaN) if there was none.
inline double extreme_number(const std::byte* state) {
  const double kept = load<double>(state);  // always, so that this is no branch
  const bool present = load<uint8_t>(state + kExtremePresentAt) != 0;
  return present ? kept : std::numeric_limits<double>::quiet_NaN();
}

/// A missing number (a NaN) changes nothing: every comparison with it is false.
template <bool kGreatest>
inline void extreme_push(std::byte* state, double number) {
  const double kept = load<double>(state);
  const bool present = load<uint8_t>(state + kExtremePresentAt) != 0;
  const bool exists = number == number;
  const bool beyond = kGreatest ? number > kept : number < kept;
  const bool take = exists & (!present | beyond);
  store(state, take ? number : kept);
  store(state + kExtremePresentAt, static_cast<uint8_t>(present | exists));
}

struct Extreme {
  static constexpr image::CellKind kKind = image::CellKind::kExtreme;
  static constexpr uint32_t kGreatest = 1;  // CellRow::k
  static uint32_t fixed_bytes(const image::CellRow&) { return kExtremePresentAt + 1; }
  static void init(const image::CellRow&, std::byte* state) {
    std::memset(state, 0, kExtremePresentAt + 1);
  }
  static void update(const CellRef& cell, const Occurrence& occurrence) {
    if (cell.row.k == kGreatest) {
      extreme_push<true>(cell.state(), occurrence.number);
    } else {
      extreme_push<false>(cell.state(), occurrence.number);
    }
  }
};
static_assert(StreamCell<Extreme>);

}  // namespace segue::cells
