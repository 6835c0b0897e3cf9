#pragma once

#include <cstdint>

#include "runtime/cells/cell.h"
#include "runtime/cells/entries.h"
#include "runtime/cells/matching.h"

/// What counts the matches inside a window that moves, without matching afresh: the entries of a
/// `steps` cell of a plain sequence know where the first match ends in a window that begins at
/// them, and so where the next one may begin. These links form trees whose roots are the entries
/// from which no match has ended so far; a path is shortened where it was walked, as in Tarjan,
/// "Efficiency of a good but not linear set union algorithm" (1975), but never over more than a
/// block of entries, so that no walk is long.
///
/// PROOF: of two windows that end now the one that begins earlier has its first match end no later,
/// so an instant at which a match ends links a run of entries: those not linked yet, up to the
/// latest start of a match that ends there.
namespace segue::cells {

/// Where in an entry its link lies.
inline constexpr uint32_t kStepsLinkAt = 16;

/// The link of an entry: 64 bits, with what `Possible::clean` says in the lowest.
struct Link {
  static constexpr uint32_t kCleanBits = kStepsMax;
  static constexpr uint32_t kFieldBits = 27;  // as many entries as a blob can hold
  static constexpr uint32_t kWaits = (1u << kFieldBits) - 1;
  static constexpr uint32_t kNone = kWaits - 1;

  uint32_t clean = 0;
  uint32_t ahead = 0;    // how far on the next window begins; 0: no match has ended yet
  uint32_t matches = 0;  // on the way; kWaits: one whose wait is not over; kNone: none, but
                         // before this entry may be some that wait from the same end on

  static Link of(uint64_t word) {
    return {static_cast<uint32_t>(word & ((1u << kCleanBits) - 1)),
            static_cast<uint32_t>(word >> kCleanBits & kWaits),
            static_cast<uint32_t>(word >> (kCleanBits + kFieldBits))};
  }
  uint64_t word() const {
    return uint64_t{clean} | uint64_t{ahead} << kCleanBits |
           uint64_t{matches} << (kCleanBits + kFieldBits);
  }
};
static_assert(Link::kCleanBits + 2 * Link::kFieldBits == 64);

/// What the instant of entry `i` allows.
inline Possible possible_of(const Entries& entries, uint32_t i) {
  const std::byte* payload = entries.payload(i);
  return {load<uint64_t>(payload), Link::of(load<uint64_t>(payload + 8)).clean};
}

/// Takes in the newest entry. Cost: constant on average, and if it can be a last step, the entries
/// since the last match that are near enough for its gaps.
void link_newest(const CellRef& cell);

/// The matches in a window that begins with entry `first` and ends now, those that wait left out.
struct LinkedCount {
  uint32_t count = 0;
  int64_t deadline_ms = kNever.ms;  // when the first wait is over
};
/// `shorten`: paths may be, so the bytes may be written; nobody else reads them meanwhile.
LinkedCount count_linked(const CellView& cell, uint32_t first, int64_t now_ms, bool shorten);

}  // namespace segue::cells
