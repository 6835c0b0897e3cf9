// Event time at the public boundary: UTC, milliseconds, no leap seconds.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "segue/export.h"

namespace segue {

using Milliseconds = std::chrono::milliseconds;

/// A point of event time: 1970-01-01 up to, not including, 2100-01-01 on the wire.
using TimePoint = std::chrono::sys_time<Milliseconds>;

/// Reads RFC 3339 (`2025-06-01T17:00:00+02:00`, seconds optional) or a date, which is its first
/// instant. Without an offset the time is local to the IANA zone `zone`. Empty of anything else, of
/// an unknown zone, and outside the bounds of event time. Digits finer than 1 ms are cut.
SEGUE_API std::optional<TimePoint> parse_time(std::string_view text,
                                              std::string_view zone = "UTC") noexcept;

/// Reads a duration as rules write it: `48h`, `1d12h`, `500ms`. Empty of anything else.
SEGUE_API std::optional<Milliseconds> parse_length(std::string_view text) noexcept;

/// `2025-06-01T12:05:00.000Z`
SEGUE_API std::string format_time(TimePoint at) noexcept;

/// As rules write it, largest unit first: `1d12h`, `0s`.
SEGUE_API std::string format_length(Milliseconds length) noexcept;

}  // namespace segue
