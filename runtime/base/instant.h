#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace segue {

/// A length of elapsed time in milliseconds. A day is 24 h, always.
struct Duration {
  int64_t ms = 0;
  friend constexpr auto operator<=>(Duration, Duration) = default;
};

/// A point of event time: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
struct Instant {
  int64_t ms = 0;
  friend constexpr auto operator<=>(Instant, Instant) = default;
};

constexpr Instant operator+(Instant t, Duration d) { return {t.ms + d.ms}; }
constexpr Instant operator-(Instant t, Duration d) { return {t.ms - d.ms}; }
constexpr Duration operator-(Instant a, Instant b) { return {a.ms - b.ms}; }

/// Bounds of event time on the wire: 1970-01-01 up to, not including, 2100-01-01.
inline constexpr Instant kInstantMin{0};
inline constexpr Instant kInstantEnd{4'102'444'800'000};

/// The longest duration a rule may name: 200 years, so that instants and durations add without
/// overflow.
inline constexpr Duration kDurationMax{200LL * 366 * 86'400'000};

/// "No deadline": later than every instant that can be reached.
/// No bound: a window that reaches back to the beginning.
inline constexpr Duration kForever{std::numeric_limits<int64_t>::max()};

inline constexpr Instant kNever{std::numeric_limits<int64_t>::max()};

/// "It never happened": earlier than every instant by more than `kDurationMax`, yet far from
/// overflow.
inline constexpr Instant kLongAgo{std::numeric_limits<int64_t>::min() / 4};

/// A time that is missing, where times are plain words: the `T` of the image's code.
inline constexpr Instant kMissingTime{std::numeric_limits<int64_t>::min()};

inline constexpr int64_t kDayMs = 86'400'000;

}  // namespace segue
