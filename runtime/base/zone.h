#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "runtime/base/instant.h"

namespace segue {

/// A local calendar day: days since 1970-01-01 in some zone.
struct LocalDay {
  int32_t number = 0;
  friend constexpr auto operator<=>(LocalDay, LocalDay) = default;
};

/// From `at` on (until the next row) local time is UTC plus `offset_ms`.
struct ZoneTransition {
  int64_t at_ms = 0;
  int64_t offset_ms = 0;
};

/// A zone's offsets from 1970 to 2100, oldest first; the first row holds from the beginning of
/// time. Owns nothing.
class ZoneView {
 public:
  constexpr explicit ZoneView(std::span<const ZoneTransition> rows) : rows_(rows) {}

  std::span<const ZoneTransition> rows() const { return rows_; }
  int64_t offset_ms(Instant t) const;

  /// The calendar day `t` falls in.
  LocalDay day_of(Instant t) const;

  /// The first instant of that local day. A midnight skipped by DST is the first instant after the
  /// gap, a doubled one the first of the two.
  Instant start_of(LocalDay day) const;

 private:
  std::span<const ZoneTransition> rows_;
};

}  // namespace segue
