#include "runtime/engine/held_changes.h"

#include <algorithm>

#include "runtime/engine/change_order.h"

namespace segue {

bool HeldChanges::comes_later(uint32_t a, uint32_t b) const {
  return goes_before(runs_[b].changes[runs_[b].begin], runs_[a].changes[runs_[a].begin],
                     segment_ranks_);
}

void HeldChanges::add(std::span<const Change> changes) {
  if (changes.empty()) return;
  if (empty()) names_.clear();
  const auto later = [this](uint32_t a, uint32_t b) { return comes_later(a, b); };
  const bool goes_on = in_run_ && runs_.back().begin < runs_.back().changes.size();
  if (!goes_on) runs_.emplace_back();
  in_run_ = true;
  std::vector<Change>& kept = runs_.back().changes;
  for (Change change : changes) {
    if (!change.event.empty()) change.event = *names_.emplace(change.event).first;
    kept.push_back(change);
  }
  waiting_ += changes.size();
  if (goes_on) return;
  heads_.push_back(static_cast<uint32_t>(runs_.size() - 1));
  std::push_heap(heads_.begin(), heads_.end(), later);
}

std::span<const Change> HeldChanges::take(size_t limit) {
  taken_.clear();
  const auto later = [this](uint32_t a, uint32_t b) { return comes_later(a, b); };
  while (!heads_.empty()) {
    Run& run = runs_[heads_.front()];
    const Change& next = run.changes[run.begin];
    const bool goes_on =
        !taken_.empty() && next.at == taken_.back().at && next.user == taken_.back().user;
    if (taken_.size() >= limit && !goes_on) break;
    std::pop_heap(heads_.begin(), heads_.end(), later);
    taken_.push_back(next);
    ++run.begin;
    if (run.begin == run.changes.size()) {
      run = {};
      heads_.pop_back();
    } else {
      std::push_heap(heads_.begin(), heads_.end(), later);
    }
  }
  waiting_ -= taken_.size();
  if (heads_.empty()) {
    runs_.clear();
    in_run_ = false;
  }
  return taken_;
}

}  // namespace segue
