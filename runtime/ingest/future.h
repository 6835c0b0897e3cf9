#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "runtime/base/event_batch.h"
#include "runtime/base/instant.h"
#include "runtime/ingest/reader.h"

namespace segue {

/// Makes rejects of the batch's events that are dated after `newest`; the rest stays as it is.
/// Lines in `told` (ascending) were left out before, and are again, whatever the clock says now,
/// without being rejects again. Cost: a look at each event's instant, and nothing more where none
/// is.
void leave_out_future(EventBatch& batch, Instant newest, std::span<const uint64_t> told = {});

/// The same of every batch of an input; `newest` is asked once a batch, by who reads.
std::unique_ptr<BatchSource> leave_out_future(std::unique_ptr<BatchSource> input,
                                              std::function<Instant()> newest,
                                              std::vector<uint64_t> told = {});

}  // namespace segue
