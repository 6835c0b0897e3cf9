#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/engine/change.h"
#include "runtime/engine/ids.h"
#include "runtime/interp/program.h"

namespace segue {

/// The order in which changes are given out: by instant, user, rank of the segment.
bool goes_before(const Change& a, const Change& b, std::span<const uint32_t> segment_ranks);

/// Changes of one settling of a shard: taken as they come, put in order once. What comes in order
/// of time is not sorted; else instants are, by their digits, and then the users of one instant, by
/// the bytes in which their ids differ. Cost: some 10 ns a change, at a million of one instant too.
class ChangeOrder {
 public:
  /// `segment_ranks`: by row of the image's segments. All outlive it.
  ChangeOrder(const Ids& ids, std::span<const uint32_t> segment_ranks)
      : ids_(ids), segment_ranks_(segment_ranks) {}

  /// Other segments from here on.
  void rank(std::span<const uint32_t> segment_ranks) { segment_ranks_ = segment_ranks; }

  void clear() {
    transitions_.clear();
    users_.clear();
  }

  /// To be appended to; `belong_to` then says whose those since the last call are.
  std::vector<Transition>& transitions() { return transitions_; }
  std::span<const Transition> belong_to(uint32_t id_place) {
    const size_t before = users_.size();
    users_.resize(transitions_.size(), id_place);
    return std::span(transitions_).subspan(before);
  }
  size_t unowned() const { return transitions_.size() - users_.size(); }
  std::span<const Transition> all() const { return transitions_; }

  /// Sorts them; then `next` gives them out, some at a time, at the end nothing. What it gives
  /// lives until the next call, and is still near when it is read: a million are never made at
  /// once.
  void put_in_order();
  std::span<const Change> next();

  struct Keyed {
    uint64_t key;
    uint32_t index;
  };

 private:
  void order_times();
  void order_instant(std::span<Keyed> same);
  void order_users(std::span<Keyed> same);
  bool goes_first(uint32_t a, uint32_t b) const;

  const Ids& ids_;
  std::span<const uint32_t> segment_ranks_;
  std::vector<Transition> transitions_;
  std::vector<uint32_t> users_;  // places of their ids
  std::vector<Keyed> order_;
  std::vector<Keyed> sorting_;
  size_t given_ = 0;             // of `order_`
  std::vector<Change> changes_;  // given out last
};

}  // namespace segue
