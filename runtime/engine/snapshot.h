#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/base/instant.h"
#include "runtime/base/result.h"

namespace segue {

/// Takes a user's id and state, as long as the call lasts. An empty state: the user was removed; of
/// one who came again since, the new state follows.
using UserSink = std::function<void(std::string_view id, std::span<const std::byte> state)>;

/// A segment that does not know enough yet, see `Engine::deploy`.
struct SavedWarming {
  uint32_t row = 0;  // of the program's segments
  Instant since;     // users whose first instant is not after it wait
  Instant until;     // as of it the segment answers; `kNever`: not at all
};

/// Those of the bytes that `Engine::save` returned, in order of rows, without what has warmed by
/// the last instant that was settled. `kCorrupt`; `kUnsupported` of another version.
Result<std::vector<SavedWarming>> warming_in(std::string_view rest);

}  // namespace segue
