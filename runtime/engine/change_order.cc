#include "runtime/engine/change_order.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "runtime/base/fetch.h"

namespace segue {
namespace {

using Keyed = ChangeOrder::Keyed;

constexpr size_t kFetchAhead = 12;
constexpr size_t kGivenAtOnce = 1024;
// From so many on, sorting by digits is ahead of comparing.
constexpr size_t kDigitsFrom = 128;
constexpr uint32_t kDigitBits = 11;

/// Sorts by keys of at most `bits` bits; equal keys stay in their order.
void sort_by_digits(std::span<Keyed> rows, std::vector<Keyed>& room, uint32_t bits) {
  room.resize(rows.size());
  Keyed* from = rows.data();
  Keyed* to = room.data();
  for (uint32_t shift = 0; shift < bits; shift += kDigitBits) {
    std::array<uint32_t, size_t{1} << kDigitBits> places{};
    const auto digit = [&](const Keyed& row) {
      return (row.key >> shift) & ((uint64_t{1} << kDigitBits) - 1);
    };
    for (size_t i = 0; i < rows.size(); ++i) ++places[digit(from[i])];
    uint32_t begin = 0;
    for (uint32_t& place : places) {
      const uint32_t count = place;
      place = begin;
      begin += count;
    }
    for (size_t i = 0; i < rows.size(); ++i) to[places[digit(from[i])]++] = from[i];
    std::swap(from, to);
  }
  if (from != rows.data()) std::copy(from, from + rows.size(), rows.data());
}

/// The 8 bytes of an id from `at` on, so that they compare as numbers; zeros behind its end.
uint64_t bytes_from(std::string_view id, size_t at) {
  uint64_t word = 0;
  if (id.size() > at) std::memcpy(&word, id.data() + at, std::min(id.size() - at, sizeof word));
  return __builtin_bswap64(word);
}

size_t common_prefix(std::string_view a, std::string_view b) {
  const size_t size = std::min(a.size(), b.size());
  return static_cast<size_t>(std::mismatch(a.data(), a.data() + size, b.data()).first - a.data());
}

/// Leaves out of each key the bits that are the same in all, so that fewer digits are sorted by.
/// The order stays. Returns how many bits are left.
uint32_t drop_equal_bits(std::span<Keyed> rows) {
  uint64_t differing = 0;
  for (const Keyed& row : rows) differing |= row.key ^ rows[0].key;
  struct Run {
    uint32_t shift;
    uint32_t bits;
  };
  std::array<Run, 32> runs;  // of differing bits, from the lowest on
  size_t count = 0;
  for (uint64_t rest = differing; rest != 0;) {
    const auto shift = static_cast<uint32_t>(std::countr_zero(rest));
    const auto bits = static_cast<uint32_t>(std::countr_one(rest >> shift));
    runs[count++] = {shift, bits};
    rest = shift + bits == 64 ? 0 : rest >> (shift + bits) << (shift + bits);
  }
  if (count == 1 && runs[0].bits == 64) return 64;
  for (Keyed& row : rows) {
    uint64_t key = 0;
    uint32_t at = 0;
    for (size_t i = 0; i < count; at += runs[i++].bits) {
      key |= (row.key >> runs[i].shift & ((uint64_t{1} << runs[i].bits) - 1)) << at;
    }
    row.key = key;
  }
  return static_cast<uint32_t>(std::popcount(differing));
}

/// Calls `work` for each run of more than one row with the same key.
template <class Work>
void for_equal_keys(std::span<Keyed> rows, const Work& work) {
  for (size_t first = 0; first < rows.size();) {
    size_t end = first + 1;
    while (end < rows.size() && rows[end].key == rows[first].key) ++end;
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
  order_times();
  for_equal_keys(order_, [&](std::span<Keyed> same) { order_instant(same); });
}

std::span<const Change> ChangeOrder::next() {
  changes_.clear();
  size_t end = std::min(order_.size(), given_ + kGivenAtOnce);
  // Not between those of one user's instant.
  const auto goes_on = [&](size_t at) {
    const uint32_t before = order_[at - 1].index;
    const uint32_t index = order_[at].index;
    return users_[index] == users_[before] && transitions_[index].at == transitions_[before].at;
  };
  while (end > given_ && end < order_.size() && goes_on(end)) ++end;
  for (; given_ < end; ++given_) {
    if (given_ + kFetchAhead < order_.size()) {
      const uint32_t ahead = order_[given_ + kFetchAhead].index;
      fetch_line(&transitions_[ahead]);
      ids_.fetch(users_[ahead]);
    }
    const uint32_t index = order_[given_].index;
    const Transition& change = transitions_[index];
    changes_.push_back({change.at, ids_[users_[index]], change.segment, change.entered,
                        change.cause, change.event});
  }
  return changes_;
}

/// By instant, with its distance to the first one as key.
void ChangeOrder::order_times() {
  Instant first = kNever;
  Instant last = kLongAgo;
  bool ascending = true;
  for (const Transition& change : transitions_) {
    ascending = ascending && change.at >= last;
    first = std::min(first, change.at);
    last = std::max(last, change.at);
  }
  for (const Transition& change : transitions_) {
    order_.push_back(
        {static_cast<uint64_t>(change.at.ms - first.ms), static_cast<uint32_t>(order_.size())});
  }
  if (ascending) return;
  if (order_.size() >= kDigitsFrom) {
    const auto span = static_cast<uint64_t>(last.ms - first.ms);
    sort_by_digits(order_, sorting_, static_cast<uint32_t>(std::bit_width(span)));
  } else {
    std::sort(order_.begin(), order_.end(),
              [](const Keyed& a, const Keyed& b) { return a.key < b.key; });
  }
}

void ChangeOrder::order_instant(std::span<Keyed> same) {
  if (same.size() >= kDigitsFrom) return order_users(same);
  std::sort(same.begin(), same.end(),
            [&](const Keyed& a, const Keyed& b) { return goes_first(a.index, b.index); });
}

/// Many of one instant: by the 8 bytes behind what all ids begin with, then, where those are equal,
/// by all.
void ChangeOrder::order_users(std::span<Keyed> same) {
  const std::string_view one = ids_[users_[same[0].index]];
  size_t prefix = one.size();
  for (size_t i = 0; i < same.size(); ++i) {
    if (i + kFetchAhead < same.size()) ids_.fetch(users_[same[i + kFetchAhead].index]);
    prefix = std::min(prefix, common_prefix(one, ids_[users_[same[i].index]]));
  }
  for (Keyed& row : same) row.key = bytes_from(ids_[users_[row.index]], prefix);
  sort_by_digits(same, sorting_, drop_equal_bits(same));
  for_equal_keys(same, [&](std::span<Keyed> equal) {
    std::sort(equal.begin(), equal.end(),
              [&](const Keyed& a, const Keyed& b) { return goes_first(a.index, b.index); });
  });
}

/// Of one instant.
bool ChangeOrder::goes_first(uint32_t a, uint32_t b) const {
  if (users_[a] != users_[b]) return ids_[users_[a]] < ids_[users_[b]];
  return segment_ranks_[transitions_[a].segment] < segment_ranks_[transitions_[b].segment];
}

}  // namespace segue
