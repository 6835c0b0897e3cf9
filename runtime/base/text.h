#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runtime/base/instant.h"
#include "runtime/base/zone.h"

namespace segue {

/// What `ignoring case` compares: letters of ASCII, Latin-1, Latin Extended-A, Greek and Cyrillic
/// in their folded form (Unicode simple folding, so one letter stays one letter: `ß` is not `ss`),
/// all other bytes as they are. Never depends on a locale.
std::string fold_case(std::string_view text);

/// The same on folded text, without a copy. `text` and `part` may be anything, also not UTF-8.
bool equal_ignoring_case(std::string_view a, std::string_view b);
bool contains_ignoring_case(std::string_view text, std::string_view part);
bool starts_with_ignoring_case(std::string_view text, std::string_view part);
bool ends_with_ignoring_case(std::string_view text, std::string_view part);

/// The text in small letters: Unicode's simple mapping, one code point for one, whatever the
/// locale. Bytes that are no UTF-8 stay as they are.
std::string lower_case(std::string_view text);

/// The text as a JSON string, quotes included; bytes from 0x20 on stand as they are.
std::string json_quoted(std::string_view text);

/// Reads RFC 3339 (`2025-06-01T17:00:00.123+02:00`; seconds may be left out, a blank may stand for
/// the T) or a date, which is its first instant. Without an offset the time is local to `zone`.
/// Milliseconds are kept, finer digits cut. Empty of anything else, of a day no calendar has, and
/// outside kInstantMin .. kInstantEnd.
std::optional<Instant> parse_instant(std::string_view text, ZoneView zone);

/// Epoch milliseconds as an instant, fractions cut; empty outside kInstantMin .. kInstantEnd.
std::optional<Instant> instant_from_epoch_ms(double ms);

/// The instant at which clocks of `zone` show `local_ms` (milliseconds since 1970-01-01T00:00 as if
/// local time were UTC). A time skipped by DST is moved on by the gap, of a doubled one it is the
/// first.
Instant instant_of_local(int64_t local_ms, ZoneView zone);

/// `2025-06-01T12:05:00.000Z`: always 24 characters inside kInstantMin .. kInstantEnd.
std::string format_instant(Instant t);

/// As rules write them: `2025-06-01T17:00:00Z`, with milliseconds if there are any; `2d12h`, `0ms`.
std::string instant_text(Instant instant);
std::string duration_text(Duration duration);

}  // namespace segue
