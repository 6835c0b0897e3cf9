#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "compiler/sema/hir.h"
#include "runtime/base/zone.h"

namespace segue::naive {

/// A window as it lies at the instant `now`. `zone` is asked only by a window of local days.
class WindowAt {
 public:
  WindowAt(const hir::Window& window, Instant now, ZoneView zone);

  /// Whether an occurrence at `t` counts. An occurrence falls on the local day it had when it
  /// happened; which days the window names follows from the local day of `now`.
  bool contains(Instant t) const;

  /// Indices of the `times` (ascending) that the window contains; of those only the newest `cap`,
  /// unless `cap` is 0.
  std::vector<size_t> choose(std::span<const Instant> times, uint32_t cap) const;

 private:
  /// No time before this one can be in the window: where `choose` begins to look.
  Instant earliest() const;

  const hir::Window& window_;
  Instant now_;
  ZoneView zone_;
  std::optional<LocalDay> today_;
};

/// Every instant in [begin, until] at which a window can come to contain other ones of `times`:
/// when one happens, and when it comes of age. Of local days: each instant that begins one.
std::vector<Instant> change_instants(const hir::Window& window, std::span<const Instant> times,
                                     ZoneView zone, Instant begin, Instant until);

}  // namespace segue::naive
