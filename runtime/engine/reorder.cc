#include "runtime/engine/reorder.h"

#include <algorithm>
#include <queue>
#include <utility>

namespace segue {
namespace {

/// A part of a run that is being merged.
struct Piece {
  Arrival* at;
  Arrival* end;
  friend bool operator<(const Piece& a, const Piece& b) { return a.at->at > b.at->at; }
};

void merge(std::vector<Piece>& pieces, std::vector<Arrival>& out) {
  std::priority_queue<Piece> heads(std::less<Piece>(), std::move(pieces));
  while (!heads.empty()) {
    Piece piece = heads.top();
    heads.pop();
    // As far as this run is ahead of the others it needs no comparing of heads.
    const Instant bound = heads.empty() ? kNever : heads.top().at->at;
    do {
      out.push_back(*piece.at++);
    } while (piece.at != piece.end && piece.at->at <= bound);
    if (piece.at != piece.end) heads.push(piece);
  }
}

}  // namespace

const EventBatch& ReorderBuffer::hold(EventBatch batch) {
  if (!batches_.empty()) batches_.back().newest = newest_;
  newest_ = kLongAgo;
  batches_.push_back({std::move(batch), kLongAgo});
  return batches_.back().batch;
}

size_t ReorderBuffer::add_rising(std::span<const Event> events, std::span<const UserHash> hashes,
                                 Instant newest) {
  std::vector<Arrival>& arrivals = runs_[0].arrivals;  // its tail is the newest of all
  const size_t before = arrivals.size();
  arrivals.resize(before + events.size());
  size_t count = 0;
  for (; count < events.size() && events[count].at >= newest; ++count) {
    newest = events[count].at;
    arrivals[before + count] = {newest, &events[count], hashes[count], 0};
  }
  arrivals.resize(before + count);
  if (count == 0) return 0;
  newest_ = std::max(newest_, newest);
  waiting_ += count;
  last_run_ = 0;
  bound_run();
  return count;
}

/// To the first run that an event of that time continues.
void ReorderBuffer::change_run(Instant at) {
  const auto found = std::partition_point(runs_.begin(), runs_.end(),
                                          [&](const Run& run) { return run.tail() > at; });
  last_run_ = static_cast<size_t>(found - runs_.begin());
  if (found == runs_.end()) runs_.emplace_back();
  bound_run();
}

void ReorderBuffer::bound_run() {
  last_run_ = std::min(last_run_, runs_.size() - 1);
  low_ = runs_[last_run_].tail();
  high_ = last_run_ == 0 ? kNever : runs_[last_run_ - 1].tail();
}

std::span<Arrival> ReorderBuffer::release(Instant end) {
  std::vector<Piece> pieces;
  for (Run& run : runs_) {
    const auto first = run.arrivals.begin() + static_cast<ptrdiff_t>(run.begin);
    const auto last = std::partition_point(first, run.arrivals.end(),
                                           [&](const Arrival& held) { return held.at < end; });
    if (first == last) continue;
    pieces.push_back({&*first, &*first + (last - first)});
    run.begin = static_cast<size_t>(last - run.arrivals.begin());
    waiting_ -= static_cast<size_t>(last - first);
  }
  if (pieces.empty()) return {};
  if (pieces.size() == 1) return {pieces[0].at, pieces[0].end};
  merged_.clear();
  merge(pieces, merged_);
  return merged_;
}

void ReorderBuffer::drop_before(Instant end) {
  // The runs that are used up are the last ones, since tails descend. The first keeps its room.
  while (runs_.size() > 1 && runs_.back().begin == runs_.back().arrivals.size()) runs_.pop_back();
  for (Run& run : runs_) {
    if (run.begin < run.arrivals.size() / 2) continue;
    run.arrivals.erase(run.arrivals.begin(),
                       run.arrivals.begin() + static_cast<ptrdiff_t>(run.begin));
    run.begin = 0;
  }
  bound_run();
  if (!batches_.empty()) batches_.back().newest = newest_;
  std::erase_if(batches_, [&](const Held& held) { return held.newest < end; });
  newest_ = batches_.empty() ? kLongAgo : batches_.back().newest;
}

}  // namespace segue
