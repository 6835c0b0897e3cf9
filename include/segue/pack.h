// Packed event logs: many events in one file, grouped by user, in columns, compressed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "segue/events.h"
#include "segue/export.h"
#include "segue/outcome.h"
#include "segue/time.h"

namespace segue {

struct PackSettings {
  /// How far behind the newest line an event may be dated and still be packed. Without a value
  /// nothing is late.
  std::optional<Milliseconds> lateness;
  /// Also drops an event whose user and messageId were seen within this time before it.
  std::optional<Milliseconds> dedupe;
};

/// What was packed.
struct PackStats {
  uint64_t events = 0;
  uint64_t duplicates = 0;  ///< left out
  uint64_t users = 0;
  uint64_t bytes = 0;                ///< of the file
  std::vector<RejectCount> rejects;  ///< most frequent first
};

/// Packs all events of `input` into a new file at `path`, which appears when it is whole and
/// replaces what was there. Packs among the inputs are taken in as they are, so that this merges
/// and appends too; one of them may be `path` itself, if all of it can be read. What a pack leaves
/// out no rule can ask for.
///
/// Faults: of reading; `Fault::kUnreadable` if the file cannot be written or is no regular file;
/// `Fault::kInvalid` if it is an input that would be lost in part; `Fault::kTooLarge` for
/// more than a million event names and properties.
/// Memory: about 512 MiB, a 256th of the events, or the largest user, whichever is most; more goes
/// to a file beside `path` until it is done. Threads: one.
SEGUE_API Outcome pack_events(EventInput& input, const std::string& path,
                              const PackSettings& settings, const ProgressSink& progress,
                              PackStats& stats) noexcept;

}  // namespace segue
