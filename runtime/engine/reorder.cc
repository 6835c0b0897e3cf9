#include "runtime/engine/reorder.h"

#include <algorithm>
#include <iterator>
#include <queue>
#include <utility>

namespace segue {
namespace {

using Entry = ReorderBuffer::Entry;

/// A part of a run that is being merged.
struct Piece {
  const Entry* at;
  const Entry* end;
  friend bool operator<(const Piece& a, const Piece& b) { return a.at->at > b.at->at; }
};

void merge(std::vector<Piece>& pieces, std::vector<Entry>& out) {
  if (pieces.size() == 1) {
    out.insert(out.end(), pieces[0].at, pieces[0].end);
    return;
  }
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
  batches_.push_back({std::move(batch), kLongAgo});
  return batches_.back().batch;
}

void ReorderBuffer::add(const Event& event) {
  Held& held = batches_.back();
  held.newest = std::max(held.newest, event.at);
  last_run_ = run_for(event.at);
  runs_[last_run_].entries.push_back({event.at, &event});
  ++waiting_;
}

/// The first run that an event of that time continues.
size_t ReorderBuffer::run_for(Instant at) {
  if (last_run_ < runs_.size() && runs_[last_run_].tail() <= at &&
      (last_run_ == 0 || runs_[last_run_ - 1].tail() > at)) {
    return last_run_;
  }
  const auto found = std::partition_point(runs_.begin(), runs_.end(),
                                          [&](const Run& run) { return run.tail() > at; });
  const auto run = static_cast<size_t>(found - runs_.begin());
  if (found == runs_.end()) runs_.emplace_back();
  return run;
}

void ReorderBuffer::release(Instant end, std::vector<Entry>& out) {
  std::vector<Piece> pieces;
  for (Run& run : runs_) {
    const auto first = run.entries.begin() + static_cast<ptrdiff_t>(run.begin);
    const auto last = std::partition_point(first, run.entries.end(),
                                           [&](const Entry& entry) { return entry.at < end; });
    if (first == last) continue;
    pieces.push_back({&*first, &*first + (last - first)});
    run.begin = static_cast<size_t>(last - run.entries.begin());
    waiting_ -= static_cast<size_t>(last - first);
  }
  if (pieces.empty()) return;
  merge(pieces, out);
  // The runs that are used up are the last ones, since tails descend. The first keeps its room.
  while (runs_.size() > 1 && runs_.back().begin == runs_.back().entries.size()) runs_.pop_back();
  for (Run& run : runs_) {
    if (run.begin < run.entries.size() / 2) continue;
    run.entries.erase(run.entries.begin(), run.entries.begin() + static_cast<ptrdiff_t>(run.begin));
    run.begin = 0;
  }
}

void ReorderBuffer::drop_before(Instant end) {
  std::erase_if(batches_, [&](const Held& held) { return held.newest < end; });
}

}  // namespace segue
