#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "runtime/base/instant.h"
#include "runtime/image/tables.h"

namespace segue {

/// The segments of a program that read what a deploy made anew. Of users who were known before,
/// they have neither entries nor exits until all that they read reaches back over its window: such
/// a user stays what it was before the deploy. Immutable.
struct Warming {
  struct OfSegment {
    Instant since = kLongAgo;      // users whose first instant is not after it wait
    Instant until = kLongAgo;      // as of it the segment answers; `kNever`: not at all
    uint32_t slot = image::kNone;  // of those that warm, in order
  };
  std::vector<OfSegment> segments;  // by row
  std::vector<uint32_t> rows;       // of those that warm, by slot
  std::vector<Instant> ends;        // when some of them are done, ascending

  bool waits(uint32_t segment, int64_t first_ms) const {
    const OfSegment& row = segments[segment];
    return row.slot != image::kNone && first_ms <= row.since.ms;
  }
  /// Whether changes of the user at `at` are not given out.
  bool hides(uint32_t segment, int64_t first_ms, Instant at) const {
    return waits(segment, first_ms) && at <= segments[segment].until;
  }
  /// Whether as of `at`, all of it done, the user is what it was before the deploy.
  bool stays(uint32_t segment, int64_t first_ms, Instant at) const {
    return waits(segment, first_ms) &&
           (at < segments[segment].until || segments[segment].until == kNever);
  }
};

/// Who is in warming segments, as it was before the deploy: a bit a slot, by the user's number.
class StayingMembers {
 public:
  explicit StayingMembers(size_t slots = 0) : words_((slots + 63) / 64) {}

  bool get(uint32_t number, uint32_t slot) const {
    const size_t at = size_t{number} * words_ + slot / 64;
    return at < bits_.size() && (bits_[at] >> (slot % 64) & 1) != 0;
  }
  void set(uint32_t number, uint32_t slot, bool stays) {
    const size_t at = size_t{number} * words_ + slot / 64;
    if (at >= bits_.size()) {
      if (!stays) return;
      bits_.resize((size_t{number} + 1) * words_);
    }
    const uint64_t bit = uint64_t{1} << (slot % 64);
    bits_[at] = stays ? bits_[at] | bit : bits_[at] & ~bit;
  }
  /// The user is in none.
  void clear(uint32_t number) {
    for (size_t at = number * words_; at < std::min((number + size_t{1}) * words_, bits_.size());) {
      bits_[at++] = 0;
    }
  }
  size_t bytes() const { return bits_.size() * sizeof(uint64_t); }

 private:
  size_t words_;
  std::vector<uint64_t> bits_;
};

}  // namespace segue
