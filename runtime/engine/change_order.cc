#include "runtime/engine/change_order.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "runtime/base/fetch.h"

namespace segue {
namespace {

constexpr size_t kFetchAhead = 12;
constexpr size_t kGivenAtOnce = 1024;
// From so many on, sorting by digits is ahead of comparing.
constexpr size_t kDigitsFrom = 128;
constexpr uint32_t kDigitBitsMax = 11;
// Ids of which the prefix that all have is taken before their keys are.
constexpr size_t kSampledIds = 64;

void make_room(std::vector<uint64_t>& room, size_t count) {
  reserve_huge(room, count);
  room.resize(std::max(room.size(), count));
}

/// Sorts by the `bits` bits above the lowest `shift`; equal ones stay in their order. Digits are
/// as even as can be, since narrow ones have fewer places that are written in turn.
void sort_by_digits(std::span<uint64_t> rows, std::vector<uint64_t>& room, uint32_t shift,
                    uint32_t bits) {
  if (bits == 0) return;
  const uint32_t passes = (bits + kDigitBitsMax - 1) / kDigitBitsMax;
  const uint32_t width = (bits + passes - 1) / passes;
  make_room(room, rows.size());
  uint64_t* from = rows.data();
  uint64_t* to = room.data();
  for (uint32_t pass = 0; pass < passes; ++pass, shift += width) {
    std::array<uint32_t, size_t{1} << kDigitBitsMax> places;
    std::fill_n(places.begin(), size_t{1} << width, 0);
    const auto digit = [&](uint64_t row) { return row >> shift & ((uint64_t{1} << width) - 1); };
    for (size_t i = 0; i < rows.size(); ++i) ++places[digit(from[i])];
    uint32_t begin = 0;
    for (size_t i = 0; i < size_t{1} << width; ++i) begin += std::exchange(places[i], begin);
    for (size_t i = 0; i < rows.size(); ++i) to[places[digit(from[i])]++] = from[i];
    std::swap(from, to);
  }
  if (from != rows.data()) std::copy(from, from + rows.size(), rows.data());
}

/// The 8 bytes of an id from `at` on, so that they compare as numbers; zeros behind its end.
uint64_t bytes_from(std::string_view id, size_t at) {
  if (id.size() <= at) return 0;
  const size_t left = std::min<size_t>(id.size() - at, 8);
  uint64_t word = 0;
  if (id.size() < 8) {
    std::memcpy(&word, id.data() + at, left);
    return __builtin_bswap64(word);
  }
  std::memcpy(&word, id.data() + at + left - 8, 8);
  return __builtin_bswap64(word) << 8 * (8 - left);
}

size_t common_prefix(std::string_view a, std::string_view b) {
  const size_t size = std::min(a.size(), b.size());
  return static_cast<size_t>(std::mismatch(a.data(), a.data() + size, b.data()).first - a.data());
}

/// Leaves out of words the bits that are the same in all, so that fewer digits are sorted by. The
/// order stays.
class DifferingBits {
 public:
  explicit DifferingBits(uint64_t differing) : bits_(std::popcount(differing)) {
    for (uint64_t rest = differing; rest != 0;) {
      const auto shift = static_cast<uint32_t>(std::countr_zero(rest));
      const auto bits = static_cast<uint32_t>(std::countr_one(rest >> shift));
      runs_[count_++] = {shift, bits};
      rest = shift + bits == 64 ? 0 : rest >> (shift + bits) << (shift + bits);
    }
  }

  uint32_t bits() const { return static_cast<uint32_t>(bits_); }

  uint64_t of(uint64_t word) const {
    if (bits_ == 64) return word;
    uint64_t left = 0;
    uint32_t at = 0;
    for (size_t i = 0; i < count_; at += runs_[i++].bits) {
      left |= (word >> runs_[i].shift & ((uint64_t{1} << runs_[i].bits) - 1)) << at;
    }
    return left;
  }

 private:
  struct Run {
    uint32_t shift;
    uint32_t bits;
  };
  int bits_;
  std::array<Run, 32> runs_;  // of differing bits, from the lowest on
  size_t count_ = 0;
};

/// Calls `work` for each run of more than one row that agrees above the lowest `shift` bits.
template <class Work>
void for_equal_keys(std::span<uint64_t> rows, uint32_t shift, const Work& work) {
  for (size_t first = 0; first < rows.size();) {
    size_t end = first + 1;
    while (end < rows.size() && rows[end] >> shift == rows[first] >> shift) ++end;
    if (end - first > 1) work(rows.subspan(first, end - first));
    first = end;
  }
}

}  // namespace

bool goes_before(const Change& a, const Change& b, std::span<const uint32_t> segment_ranks) {
  if (a.at != b.at) return a.at < b.at;
  if (const int order = a.user.compare(b.user); order != 0) return order < 0;
  return segment_ranks[a.segment] < segment_ranks[b.segment];
}

void ChangeOrder::put_in_order() {
  given_ = 0;
  order_.clear();
  if (transitions_.empty()) return;
  if (!order_times()) return order_equal(order_);
  for_equal_keys(order_, index_bits_, [&](std::span<uint64_t> same) { order_instant(same); });
}

std::span<const Change> ChangeOrder::next() {
  changes_.clear();
  size_t end = std::min(order_.size(), given_ + kGivenAtOnce);
  // Not between those of one user's instant.
  const auto goes_on = [&](size_t at) {
    const uint32_t before = index_of(order_[at - 1]);
    const uint32_t index = index_of(order_[at]);
    return users_[index] == users_[before] && transitions_[index].at == transitions_[before].at;
  };
  while (end > given_ && end < order_.size() && goes_on(end)) ++end;
  for (; given_ < end; ++given_) {
    if (given_ + 2 * kFetchAhead < order_.size()) {
      const uint32_t ahead = index_of(order_[given_ + 2 * kFetchAhead]);
      fetch_line(&transitions_[ahead]);
      fetch_line(&users_[ahead]);
      ids_.fetch(users_[index_of(order_[given_ + kFetchAhead])]);
    }
    const uint32_t index = index_of(order_[given_]);
    const Transition& change = transitions_[index];
    changes_.push_back({change.at, ids_[users_[index]], change.segment, change.entered,
                        change.cause, change.event});
  }
  return changes_;
}

/// By instant, with its distance to the first one as key. False, with nothing done, if those are
/// too long.
bool ChangeOrder::order_times() {
  Instant first = kNever;
  Instant last = kLongAgo;
  bool ascending = true;
  for (const Transition& change : transitions_) {
    ascending = ascending && change.at >= last;
    first = std::min(first, change.at);
    last = std::max(last, change.at);
  }
  const auto bits = static_cast<uint32_t>(std::bit_width(static_cast<uint64_t>((last - first).ms)));
  index_bits_ = static_cast<uint32_t>(std::bit_width(transitions_.size()));
  reserve_huge(order_, transitions_.size());
  const bool fits = bits + index_bits_ <= 64;
  for (const Transition& change : transitions_) {
    const auto key = fits ? static_cast<uint64_t>(change.at.ms - first.ms) << index_bits_ : 0;
    order_.push_back(key | order_.size());
  }
  if (!fits || ascending) return fits;
  if (order_.size() >= kDigitsFrom) {
    sort_by_digits(order_, sorting_, index_bits_, bits);
  } else {
    std::sort(order_.begin(), order_.end());
  }
  return true;
}

void ChangeOrder::order_instant(std::span<uint64_t> same) {
  if (same.size() >= kDigitsFrom) return order_users(same);
  const uint32_t user = users_[index_of(same[0])];
  const bool is_of_one = std::all_of(same.begin(), same.end(),
                                     [&](uint64_t word) { return users_[index_of(word)] == user; });
  return is_of_one ? order_segments(same) : order_equal(same);
}

/// Of one user: by rank alone, as it is above the index.
void ChangeOrder::order_segments(std::span<uint64_t> same) {
  for (uint64_t& word : same) {
    const uint32_t index = index_of(word);
    word = uint64_t{segment_ranks_[transitions_[index].segment]} << index_bits_ | index;
  }
  std::sort(same.begin(), same.end());
}

/// By comparing.
void ChangeOrder::order_equal(std::span<uint64_t> same) {
  std::sort(same.begin(), same.end(),
            [&](uint64_t a, uint64_t b) { return goes_first(index_of(a), index_of(b)); });
}

/// Many of one instant: by what differs in the 8 bytes behind what all ids begin with, as far as it
/// finds room, then, where that is equal, by all.
void ChangeOrder::order_users(std::span<uint64_t> same) {
  const DifferingBits differing(take_keys(same));
  const uint32_t bits = std::min(differing.bits(), 64 - index_bits_);
  const uint32_t dropped = differing.bits() - bits;
  for (size_t i = 0; i < same.size(); ++i) {
    same[i] = differing.of(sorting_[i]) >> dropped << index_bits_ | index_of(same[i]);
  }
  sort_by_digits(same, sorting_, index_bits_, bits);
  for_equal_keys(same, index_bits_, [&](std::span<uint64_t> equal) { order_equal(equal); });
}

/// The 8 bytes of each, into `sorting_`. Returns in which bits they differ.
uint64_t ChangeOrder::take_keys(std::span<const uint64_t> same) {
  make_room(sorting_, same.size());
  const std::string_view one = user_of(same[0]);
  size_t prefix = one.size();
  for (size_t i = 0; i < std::min(kSampledIds, same.size()); ++i) {
    prefix = std::min(prefix, common_prefix(one, user_of(same[i])));
  }
  // Once more, if what the sample begins with is not what all do.
  uint64_t differing = 0;
  for (size_t taken = SIZE_MAX; taken != prefix;) {
    taken = prefix;
    differing = 0;
    const std::string_view begin = one.substr(0, prefix);
    for (size_t i = 0; i < same.size(); ++i) {
      if (i + kFetchAhead < same.size()) ids_.fetch(users_[index_of(same[i + kFetchAhead])]);
      const std::string_view id = user_of(same[i]);
      if (!id.starts_with(begin)) prefix = std::min(prefix, common_prefix(one, id));
      sorting_[i] = bytes_from(id, taken);
      differing |= sorting_[i] ^ sorting_[0];
    }
  }
  return differing;
}

/// By instant, user and rank; what agrees in all as it came.
bool ChangeOrder::goes_first(uint32_t a, uint32_t b) const {
  if (transitions_[a].at != transitions_[b].at) return transitions_[a].at < transitions_[b].at;
  if (users_[a] != users_[b]) return ids_[users_[a]] < ids_[users_[b]];
  const uint32_t rank_a = segment_ranks_[transitions_[a].segment];
  const uint32_t rank_b = segment_ranks_[transitions_[b].segment];
  return rank_a != rank_b ? rank_a < rank_b : a < b;
}

}  // namespace segue
