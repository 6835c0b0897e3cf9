#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "runtime/base/event_batch.h"
#include "runtime/base/instant.h"
#include "runtime/engine/arrival.h"

namespace segue {

/// Holds events until the watermark has passed them, and gives them out in order of time.
///
/// Input is nearly in order, so events are dealt onto few ascending runs, each event onto the first
/// run it can continue, and what the watermark passes is cut off the runs' heads and merged
/// (Chandramouli and others, "Impatience is a virtue", 2014). In-order input is one run: an append
/// of 40 bytes, given out where it stands. Cost: O(log runs) an event at worst.
class ReorderBuffer {
 public:
  /// Takes a batch and gives it back; `add` then names those of its events that count.
  const EventBatch& hold(EventBatch batch);
  void add(const Event& event, const UserHash& hash) {
    if (event.at < low_ || event.at >= high_) [[unlikely]]
      change_run(event.at);
    runs_[last_run_].arrivals.push_back({event.at, &event, hash, 0});
    low_ = event.at;
    newest_ = event.at > newest_ ? event.at : newest_;
    ++waiting_;
  }

  /// `add` for the events in front of which each is dated at or after the one before it, the first
  /// one at or after `newest`, which is at or after all that were added. Returns how many.
  size_t add_rising(std::span<const Event> events, std::span<const UserHash> hashes,
                    Instant newest);

  /// All that is dated before `end`, in order of time; it is the caller's, as are the batches,
  /// until `drop_before(end)`, which must come next.
  std::span<Arrival> release(Instant end);
  void drop_before(Instant end);

  size_t waiting() const { return waiting_; }

  /// All that waits, in no order.
  template <class Take>
  void for_each(const Take& take) const {
    for (const Run& run : runs_) {
      for (size_t i = run.begin; i < run.arrivals.size(); ++i) take(run.arrivals[i]);
    }
  }

 private:
  struct Run {
    std::vector<Arrival> arrivals;
    size_t begin = 0;  // those before it have been given out
    Instant tail() const { return arrivals.empty() ? kLongAgo : arrivals.back().at; }
  };
  struct Held {
    EventBatch batch;
    Instant newest = kLongAgo;  // of the events that count; of the last batch it is `newest_`
  };

  void change_run(Instant at);
  void bound_run();

  std::vector<Run> runs_ = std::vector<Run>(1);  // tails strictly descending; only the first may
                                                 // be empty
  size_t last_run_ = 0;     // where the last event went: mostly the next one goes there too
  Instant low_ = kLongAgo;  // its tail
  Instant high_ = kNever;   // the tail of the run in front of it: what goes there is before it
  Instant newest_ = kLongAgo;
  std::vector<Arrival> merged_;
  std::vector<Held> batches_;
  size_t waiting_ = 0;
};

}  // namespace segue
