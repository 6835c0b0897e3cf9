#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "runtime/base/result.h"
#include "runtime/engine/cold_states.h"

namespace segue {

/// What a bounded table has asked for and done.
struct ResidenceStats {
  uint64_t hits = 0;     // states asked for and found in memory
  uint64_t misses = 0;   // … that were brought back
  uint64_t evicted = 0;  // put out
  uint64_t cold_users = 0;
  size_t cold_bytes = 0;     // of states that lie outside
  uint64_t failed_puts = 0;  // then memory holds more than it may
  std::string last_failure;  // … and why

  ResidenceStats& operator+=(const ResidenceStats& more);
};

/// Which states of a bounded table are in memory, and which of them leave next: a clock whose hand
/// passes over what was used since it passed last (Corbató, "A paging experiment with the Multics
/// system", 1968). The two that were asked for last never leave: they may be at work.
///
/// Cost: O(1) on average. Memory: 4 bytes a state in memory, 2 bits a user.
class Residents {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  explicit Residents(const MemoryBound& bound) : bytes_max_(bound.bytes), bytes_now_(bound.bytes) {
    if (bound.cold != nullptr) keep_cold_in(*bound.cold);
  }

  void keep_cold_in(ColdStates& cold) {
    cold_ = &cold;
    table_ = cold.add_table();
  }

  /// From now on it is in memory.
  void add(uint32_t number);

  /// It is asked for, wherever it is.
  void ask(uint32_t number) {
    if (at_work_[0] == number) return;
    at_work_[1] = at_work_[0];
    at_work_[0] = number;
  }
  void use(uint32_t number) {
    was_used_[number] = true;
    ++stats.hits;
  }

  void let_leave(uint32_t number) {
    if (number < was_used_.size()) was_used_[number] = false;
  }

  /// Another bound from here on; what could not be put out before may stay.
  void set_bound(size_t bytes) {
    bytes_now_ = bytes_now_ == bytes_max_ ? bytes : std::max(bytes_now_, bytes);
    bytes_max_ = bytes;
  }

  bool is_over(size_t bytes) const { return bytes > bytes_now_ && cold_ != nullptr; }

  /// Down to so many bytes at once, so that many are put out together.
  size_t bytes_wanted() const { return bytes_max_ - bytes_max_ / 64; }

  /// The next that leaves, by the clock; `kNone` if none may. `is_here`: whether a number still has
  /// a state in memory.
  template <class IsHere>
  uint32_t next(const IsHere& is_here);

  /// All or none. If they cannot be put out they are in memory as before, which then may hold more,
  /// and it is tried again when it holds a sixteenth more.
  bool put_out(std::span<const ColdStates::State> states, size_t bytes_held);

  /// Reads what was put out last, for the time until the next call; nothing, and `trouble` stays,
  /// if that fails.
  std::span<const std::byte> read(uint32_t number, uint32_t bytes);

  /// A state that lies outside is back, or is not needed any more.
  void bring_back(uint32_t number, uint32_t bytes);
  void forget(uint32_t number, uint32_t bytes);

  /// The same, but it may stay there until `end`, after which the table is used no more.
  void let_go(uint32_t bytes) {
    --stats.cold_users;
    stats.cold_bytes -= bytes;
  }
  void end();

  const Status& trouble() const { return trouble_; }

  ResidenceStats stats;

 private:
  size_t bytes_max_;
  size_t bytes_now_;  // more than that, if what was to leave could not
  ColdStates* cold_ = nullptr;
  uint32_t table_ = 0;
  std::array<uint32_t, 2> at_work_ = {kNone, kNone};
  std::vector<uint32_t> ring_;  // in memory; some may be gone since
  size_t hand_ = 0;
  std::vector<bool> is_in_ring_;  // by number
  std::vector<bool> was_used_;    // by number: since the hand passed
  std::string read_;
  Status trouble_;
};

template <class IsHere>
uint32_t Residents::next(const IsHere& is_here) {
  // Each that stays was used, which it is not the next time, or is one of two.
  for (size_t steps = 2 * ring_.size() + 2; steps > 0 && !ring_.empty(); --steps) {
    if (hand_ >= ring_.size()) hand_ = 0;
    const uint32_t number = ring_[hand_];
    const bool stays = number == at_work_[0] || number == at_work_[1] || was_used_[number];
    const bool here = is_here(number);
    if (here && stays) {
      was_used_[number] = false;
      ++hand_;
      continue;
    }
    ring_[hand_] = ring_.back();
    ring_.pop_back();
    is_in_ring_[number] = false;
    if (here) return number;
  }
  return kNone;
}

}  // namespace segue
