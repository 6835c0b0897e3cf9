#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/engine/change.h"
#include "runtime/engine/huge_pages.h"
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
    while (users_.size() < transitions_.size()) users_.push_back(id_place);
    return std::span(transitions_).subspan(before);
  }

  /// Room for so many more at once, which takes no memory until they come: many are not copied
  /// again and again.
  void expect(size_t more) {
    reserve_huge(transitions_, transitions_.size() + more);
    reserve_huge(users_, transitions_.size() + more);
  }
  size_t unowned() const { return transitions_.size() - users_.size(); }
  std::span<const Transition> all() const { return transitions_; }

  /// Sorts them; then `next` gives them out, some at a time, at the end nothing. What it gives
  /// lives until the next call, and is still near when it is read: a million are never made at
  /// once.
  void put_in_order();
  std::span<const Change> next();

 private:
  // What is sorted: a key, and in the lowest `index_bits_` which of the transitions it is of.
  bool order_times();
  void order_instant(std::span<uint64_t> same);
  void order_segments(std::span<uint64_t> same);
  void order_users(std::span<uint64_t> same);
  void order_equal(std::span<uint64_t> same);
  uint64_t take_keys(std::span<const uint64_t> same);
  bool goes_first(uint32_t a, uint32_t b) const;
  uint32_t index_of(uint64_t packed) const {
    return static_cast<uint32_t>(packed & ((uint64_t{1} << index_bits_) - 1));
  }
  std::string_view user_of(uint64_t packed) const { return ids_[users_[index_of(packed)]]; }

  const Ids& ids_;
  std::span<const uint32_t> segment_ranks_;
  std::vector<Transition> transitions_;
  std::vector<uint32_t> users_;  // places of their ids
  uint32_t index_bits_ = 0;
  std::vector<uint64_t> order_;
  std::vector<uint64_t> sorting_;
  size_t given_ = 0;             // of `order_`
  std::vector<Change> changes_;  // given out last
};

}  // namespace segue
