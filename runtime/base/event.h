#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "runtime/base/instant.h"
#include "runtime/base/value.h"

namespace segue {

/// Row of the program's table of event kinds (wire names that some rule mentions).
struct KindId {
  uint32_t index = 0;
  friend constexpr auto operator<=>(KindId, KindId) = default;
};

/// Kinds every program has. `kOtherKind`: a track, page or screen whose name no rule mentions (it
/// still is `any`).
inline constexpr KindId kIdentifyKind{0};
inline constexpr KindId kOtherKind{1};
inline constexpr uint32_t kFirstNamedKind = 2;

/// Calls that say who is who: no program has a row for them, and no stream sees them. Of an alias
/// the `name` is the id that is joined into `user`.
inline constexpr KindId kAliasKind{UINT32_MAX - 1};
inline constexpr KindId kDeleteKind{UINT32_MAX};
inline constexpr bool is_identity_call(KindId kind) { return kind >= kAliasKind; }

/// One decoded event. Owns nothing; everything it points to lives as long as its batch.
struct Event {
  Instant at;
  KindId kind;
  std::string_view user;
  std::string_view name;  // the wire name ("Order Completed"); empty for identify
  std::string_view
      tie;  // messageId, else a hash of the line's content: orders equal instants, finds copies
  bool has_message_id = false;  // only then can a copy be known for one
  std::span<const Value>
      slots;  // one a slot that the kind's rules read, in the order of the kind's slot list
};

}  // namespace segue
