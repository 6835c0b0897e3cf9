#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/arena.h"
#include "runtime/base/event.h"
#include "runtime/base/hash.h"

namespace segue {

/// Why a line of input is no event.
enum class RejectKind : uint8_t {
#define REJECT_KIND(id, name, text) id,
#include "runtime/base/rejects.def"
#undef REJECT_KIND
};

inline constexpr size_t kRejectKinds = 0
#define REJECT_KIND(id, name, text) +1
#include "runtime/base/rejects.def"
#undef REJECT_KIND
    ;

std::string_view name_of(RejectKind kind);  // `no_user`
std::string_view text_of(RejectKind kind);  // `without userId and anonymousId`

/// A line that was left out.
struct Reject {
  RejectKind kind = RejectKind::kNotJson;
  uint32_t file = 0;  // position among the inputs
  uint64_t line = 0;  // counted from 1
  std::string raw;    // as read, without its line end; of a line too long its beginning
};

/// Where an event was read.
struct Origin {
  uint32_t file = 0;
  uint64_t line = 0;
  // The line as read, if the reader was asked for it; for late lines alone only if the event is
  // older than one before it in its input.
  std::string_view raw;
};

/// Decoded events in the order of their input, with everything they point to.
struct EventBatch {
  std::vector<Event> events;
  std::vector<Origin> origins;        // one an event, or none at all (events made by a host)
  std::vector<UserHash> user_hashes;  // of each event's user, or none at all
  bool has_identity_calls = false;    // some of `events` are aliases or deletes
  std::vector<Reject> rejects;        // lines between them that are no events
  std::shared_ptr<Arena> arena;       // of this batch's own texts and values
  std::vector<std::shared_ptr<const void>> owners;  // of what else its events point to
  bool more = false;  // the next one follows at once: what these events change may wait for it

  EventBatch() : arena(std::make_shared<Arena>()) {}

  bool empty() const { return events.empty() && rejects.empty(); }
};

}  // namespace segue
