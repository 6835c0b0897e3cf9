#pragma once

#include <cstdint>

#include "runtime/base/decay.h"
#include "runtime/base/instant.h"
#include "runtime/cells/bytes.h"
#include "runtime/cells/cell.h"

/// A count that halves with each half-life, as of its last instant.
///
/// State: what the instants before came to at the last one, that instant, its occurrences. Folding
/// instant by instant, not occurrence by occurrence, rounds once an instant, as the meaning does.
namespace segue::cells {

inline constexpr uint32_t kDecayedAtAt = 8;
inline constexpr uint32_t kDecayedCountAt = 16;
inline constexpr uint32_t kDecayedBytes = 24;

inline double decayed_at_last(const std::byte* state) {
  return load<double>(state) + static_cast<double>(load<uint64_t>(state + kDecayedCountAt));
}

inline double decayed_value(const std::byte* state, int64_t now, int64_t half_life) {
  const double value = decayed_at_last(state);
  if (value == 0) return 0;
  return value * half_life_factor({now - load_time(state + kDecayedAtAt)}, {half_life});
}

inline void decayed_push(std::byte* state, int64_t now, int64_t half_life) {
  if (load_time(state + kDecayedAtAt) != now) {
    store(state, decayed_value(state, now, half_life));
    store(state + kDecayedAtAt, now);
    store(state + kDecayedCountAt, uint64_t{0});
  }
  store(state + kDecayedCountAt, load<uint64_t>(state + kDecayedCountAt) + 1);
}

/// The sum of both, as of the later instant: rounded once more than the fold over all.
inline void decayed_merge(std::byte* state, const std::byte* earlier, int64_t half_life) {
  if (decayed_at_last(earlier) == 0) return;
  if (decayed_at_last(state) == 0) {
    std::memcpy(state, earlier, kDecayedBytes);
    return;
  }
  const int64_t own = load_time(state + kDecayedAtAt);
  const int64_t other = load_time(earlier + kDecayedAtAt);
  const int64_t at = own > other ? own : other;
  const double sum = decayed_value(state, at, half_life) + decayed_value(earlier, at, half_life);
  store(state, sum);
  store(state + kDecayedAtAt, at);
  store(state + kDecayedCountAt, uint64_t{0});
}

/// The same fold over times, oldest first.
class Decay {
 public:
  explicit Decay(int64_t half_life) : half_life_(half_life) {}

  void add(int64_t time) {
    if (count_ == 0 || time != at_) {
      base_ = value(time);
      at_ = time;
      count_ = 0;
    }
    ++count_;
  }

  double value(int64_t now) const {
    if (count_ == 0) return 0;
    return at_last() * half_life_factor({now - at_}, {half_life_});
  }

  /// As of the last of them; 0 of none.
  double at_last() const { return base_ + static_cast<double>(count_); }
  int64_t last() const { return at_; }

 private:
  int64_t half_life_;
  double base_ = 0;
  int64_t at_ = 0;
  uint64_t count_ = 0;
};

struct Decayed {
  static constexpr image::CellKind kKind = image::CellKind::kDecayed;
  static uint32_t fixed_bytes(const image::CellRow&) { return kDecayedBytes; }
  static void init(const image::CellRow&, std::byte* state) {
    store(state, 0.0);
    store(state + kDecayedAtAt, kLongAgo.ms);
    store(state + kDecayedCountAt, uint64_t{0});
  }
  static void update(const CellRef& cell, const Occurrence& occurrence) {
    decayed_push(cell.state(), occurrence.at_ms, cell.row.horizon_ms);
  }
};
static_assert(StreamCell<Decayed>);

}  // namespace segue::cells
