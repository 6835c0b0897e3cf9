#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/event_batch.h"
#include "runtime/base/instant.h"
#include "runtime/base/result.h"
#include "runtime/ingest/source.h"
#include "runtime/pack/pack.h"
#include "runtime/pack/writer.h"

namespace segue::pack {

/// Something to pack: lines, or a pack.
struct PackInput {
  std::unique_ptr<ByteSource> lines;
  std::shared_ptr<const Pack> pack;
};

/// Opens a path as whichever of both it is. Errors as `open_source` and `Pack::open` have them.
Result<PackInput> open_input(const std::string& path);

/// What is told while inputs are packed.
struct PackListener {
  std::function<Status(const Reject&)> on_reject;  // left out; an error ends the packing
  std::function<void(uint64_t)> on_progress;       // events so far, now and then
};

/// Adds all events of the inputs to a pack.
///
/// Lines are merged by time, each input being in order but for the lateness, and a line older than
/// the newest one before it by more than `lateness` is left out; nothing in a pack is late. A
/// reject names its input by position.
Status pack_inputs(std::vector<PackInput> inputs, Duration lateness, Writer& writer,
                   const PackListener& listener);

}  // namespace segue::pack
