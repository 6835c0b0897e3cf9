#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "runtime/base/arena.h"
#include "runtime/base/event.h"
#include "runtime/base/instant.h"
#include "runtime/base/value.h"
#include "runtime/cells/blob.h"
#include "runtime/image/view.h"

namespace segue {

struct Prepared;
namespace interp {
class Tracking;
}

/// One instant of one user at work. Interpreter and native code share it, so the order and meaning
/// of its first members are known to the code generator (`codegen/frame_layout.h` checks their
/// offsets).
struct Frame {
  std::byte* blob = nullptr;     // where the user's state is now; growing a cell may move it
  int64_t now_ms = 0;            // the instant being settled
  int64_t next_ms = kNever.ms;   // earliest deadline after it found so far
  const Event* event = nullptr;  // the event being applied; null after the last
  const Value* slots = nullptr;  // its values, in the order of its kind's slot list
  const image::View* view = nullptr;
  uint64_t* dirty = nullptr;  // of a tracked program: the chunks to look at, a bit each

  Blob* owner = nullptr;  // grows the blob
  Scalar user_scalar;     // the id as a set of ids holds it, if the program asks for it

  /// The occurrences that matter to sequences at this instant: which stream, by which event of the
  /// instant.
  struct Hit {
    uint32_t stream;
    uint32_t event;       // no occurrence serves two steps
    const Event* source;  // null: derived
    int64_t start_ms;     // of a sequence's match; else the instant
    uint32_t by;          // the slot whose value `key` is; of an event its own values count
    Scalar key;
  };
  std::vector<Hit> hits;

  // The occurrence at hand: an event, or one that is derived (`event` is null then).
  uint32_t event_ordinal = 0;  // among the instant's events and what is derived at it
  uint32_t occurrences = 0;    // ordinals given so far
  int64_t start_ms = 0;        // where it began, if it is a match
  uint32_t by = image::kNone;  // a match by a slot: its value there
  Scalar key;
  std::vector<std::pair<uint32_t, uint32_t>> in_unions;  // union and ordinal, of this instant

  const interp::Tracking* tracking = nullptr;  // of a tracked program
  std::vector<uint32_t> due_waits;             // … sequences with a wait that is over, ascending

  const Prepared* prepared = nullptr;  // what the interpreter made of the program once

  const Value* item = nullptr;  // of a list, while it is tested
  Arena made;                   // values that code of the event at hand has made
};

/// Lowers the frame's next deadline to `deadline_ms`.
inline void note_deadline(Frame& frame, int64_t deadline_ms) {
  frame.next_ms = deadline_ms < frame.next_ms ? deadline_ms : frame.next_ms;
}

}  // namespace segue
