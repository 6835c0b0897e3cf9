// One user's state under the rules of examples/02-saas-lifecycle, and how it moves.
#pragma once

#include <algorithm>
#include <cstdint>

#include "bench/limit/event.h"

namespace segue::limit {

inline constexpr uint32_t kHourMs = 3'600'000;
inline constexpr uint32_t kDayMs = 24 * kHourMs;
inline constexpr uint32_t kNoWake = UINT32_MAX;
inline constexpr uint32_t kOpens = 4;

/// Bits of `Row::facts`: what has happened, and which segments hold.
enum Fact : uint32_t {
  kCaseStudy = 1 << 0,
  kStarted = 1 << 1,
  kSkippedTwo = 1 << 2,
  kCompleted = 1 << 3,
  kSignedIn = 1 << 4,
  kInvited = 1 << 5,
  kFree = 1 << 6,
  kCartIsLast = 1 << 7,
  kMemberShift = 8,  // six bits, by Segment
};
constexpr uint32_t member_bit(Segment s) { return 1U << (kMemberShift + static_cast<uint32_t>(s)); }
inline constexpr uint32_t kMembers = ((1U << kSegments) - 1) << kMemberShift;

/// What nearly every event reads: one cache line. Times are milliseconds after the table's base,
/// which lies more than 30 days, the longest window, before the present: 0 is "never, or too long
/// ago to matter".
struct alignas(64) Row {
  uint32_t tag = 0;         // half of the user's hash; the index has the other half
  uint32_t wake = kNoWake;  // of the timer that counts; never after the next deadline
  int32_t points = 0;       // of the score
  uint32_t facts = 0;
  uint32_t views[3] = {};    // of prices, the newest first
  uint32_t login = 0;        // the newest
  uint32_t seventh_day = 0;  // the newest login of the seventh newest day that has one
  uint32_t ignored = 0;      // the newest
  uint32_t cart = 0;         // the newest
  uint32_t open_count = 0;   // mails opened and neither clicked nor a day old; past kOpens they are
                             // kept aside
  uint32_t opens[kOpens] = {};  // the oldest first
};
static_assert(sizeof(Row) == 64);

/// What a login on another day and the naming of a user read.
struct Cold {
  uint32_t days[6] = {};  // the newest login of each of the newest days before the last one's
  uint32_t id_begin = 0;  // in the table's arena
  uint32_t id_bytes = 0;
};
static_assert(sizeof(Cold) == 32);

}  // namespace segue::limit
