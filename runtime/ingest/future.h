#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "runtime/base/event_batch.h"
#include "runtime/base/instant.h"
#include "runtime/ingest/reader.h"

namespace segue {

/// Makes rejects of the batch's events that are dated after `newest`, but not again of lines up to
/// `told`; the rest stays as it is. Cost: a look at each event's instant, and nothing more where
/// none is.
void leave_out_future(EventBatch& batch, Instant newest, uint64_t told = 0);

/// The same of every batch of an input; `newest` is asked once a batch, by who reads.
std::unique_ptr<BatchSource> leave_out_future(std::unique_ptr<BatchSource> input,
                                              std::function<Instant()> newest, uint64_t told = 0);

}  // namespace segue
