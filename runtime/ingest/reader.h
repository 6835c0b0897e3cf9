#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "runtime/base/event_batch.h"
#include "runtime/base/result.h"
#include "runtime/base/schema.h"
#include "runtime/ingest/source.h"

namespace segue {

/// What of an input was taken before: reading goes on behind it.
struct InputTaken {
  uint64_t lines = 0;         // the last one that was an event; 0: none was
  uint64_t line_hash = 0;     // `hash64` of it, by which the input is known to be the same
  uint64_t reject_lines = 0;  // lines up to this one that are no events have been given out
  std::vector<uint64_t> future_lines;  // behind `lines`, ascending: left out as of the future
};

struct ReaderOptions {
  // A batch is given out when it has that many events, or its texts and values that many bytes. At
  // 1024 its memory is used again by the next; from 2048 on malloc maps and unmaps it each time,
  // which costs a fifth of decoding.
  size_t batch_events = 1024;
  size_t batch_bytes = size_t{8} << 20;
  bool keep_raw = false;      // fill `Origin::raw`, for lines that may turn out late
  bool keep_all_raw = false;  // … for every line
  InputTaken taken;           // of one input
  // Of an input that may grow, and is read on then: a last line that is no event and has no end is
  // not given out; its number goes here.
  std::shared_ptr<std::atomic<uint64_t>> half_line;
  bool ahead = false;  // read and decode on a thread of its own
};

/// A feed of decoded events. Not for two threads at once.
class BatchSource {
 public:
  virtual ~BatchSource() = default;

  /// The next batch; an empty one is the end. What was whole before an error has been given out by
  /// earlier calls; after an error nothing comes.
  [[nodiscard]] virtual Status next(EventBatch& batch) = 0;
};

/// One input, in its own order. `file` is its position among the inputs.
std::unique_ptr<BatchSource> read_events(std::unique_ptr<ByteSource> source, uint32_t file,
                                         const InputSchema& schema, const ReaderOptions& options);

/// Several inputs as one, merged by the times of their heads; at equal times the earlier input goes
/// first. An event that is late in the merged order is late in its own input too, and the other way
/// round: whatever was given out before it from elsewhere is no newer than an event of its own
/// input that stood before it.
std::unique_ptr<BatchSource> merge_events(std::vector<std::unique_ptr<BatchSource>> inputs,
                                          size_t batch_events);

/// The same batches, made on a thread of its own, a few ahead of the caller.
std::unique_ptr<BatchSource> read_ahead(std::unique_ptr<BatchSource> source);

/// Opens all paths before it reads any, so that a missing file is told before anything is written.
Result<std::unique_ptr<BatchSource>> open_events(std::span<const std::string> paths,
                                                 const InputSchema& schema,
                                                 const ReaderOptions& options);

}  // namespace segue
