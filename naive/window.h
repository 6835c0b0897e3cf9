#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "compiler/sema/hir.h"
#include "naive/local_zone.h"

namespace segue::naive {

/// A window as it lies at the instant `now`. `zone` is asked only by a calendar window, `anchor` is
/// that of an anchored one as of `now`.
class WindowAt {
 public:
  WindowAt(const hir::Window& window, Instant now, const LocalZone& zone, Datum anchor = {});

  /// Whether an occurrence at `t` counts. An occurrence falls on the local day it had when it
  /// happened; which days the window names follows from the local day of `now`.
  bool contains(Instant t) const;

  /// The number of a calendar window's last period, as `period_of` counts them.
  int64_t last_period() const;

  /// Indices of the `times` (ascending) that the window contains; of those only the newest `cap`,
  /// unless `cap` is 0.
  std::vector<size_t> choose(std::span<const Instant> times, uint32_t cap) const;

 private:
  /// No time before this one can be in the window: where `choose` begins to look.
  Instant earliest() const;

  const hir::Window& window_;
  Instant now_;
  const LocalZone& zone_;
  std::optional<LocalDay> today_;
  std::optional<Instant> anchor_;
};

/// Every instant in [begin, until] at which a window can come to contain other ones of `times`:
/// when one happens, and when it comes of age. Of the calendar: each instant that begins a local
/// day. Of an anchor: each at which it is another.
std::vector<Instant> change_instants(const hir::Window& window, std::span<const Instant> times,
                                     const LocalZone& zone, const Steps* anchor, Instant begin,
                                     Instant until);

}  // namespace segue::naive
