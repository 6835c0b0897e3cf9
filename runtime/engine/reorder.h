#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "runtime/base/event_batch.h"
#include "runtime/base/instant.h"

namespace segue {

/// Holds events until the watermark has passed them, and gives them out in order of time.
///
/// Input is nearly in order, so events are dealt onto few ascending runs, each event onto the first
/// run it can continue, and what the watermark passes is cut off the runs' heads and merged
/// (Chandramouli and others, "Impatience is a virtue", 2014). In-order input is one run: an append
/// and a cut. Cost: O(log runs) an event at worst.
class ReorderBuffer {
 public:
  struct Entry {
    Instant at;
    const Event* event = nullptr;
  };

  /// Takes a batch and gives it back; `add` then names those of its events that count.
  const EventBatch& hold(EventBatch batch);
  void add(const Event& event);

  /// Moves all that is dated before `end` into `out`, in order of time. Their batches live until
  /// `drop_before(end)`.
  void release(Instant end, std::vector<Entry>& out);
  void drop_before(Instant end);

  size_t waiting() const { return waiting_; }

 private:
  struct Run {
    std::vector<Entry> entries;
    size_t begin = 0;  // those before it have been given out
    Instant tail() const { return entries.empty() ? kLongAgo : entries.back().at; }
  };
  struct Held {
    EventBatch batch;
    Instant newest = kLongAgo;  // of the events that count
  };

  size_t run_for(Instant at);

  std::vector<Run> runs_;  // tails strictly descending; only the first may be empty
  size_t last_run_ = 0;    // where the last event went: mostly the next one goes there too
  std::vector<Held> batches_;
  size_t waiting_ = 0;
};

}  // namespace segue
