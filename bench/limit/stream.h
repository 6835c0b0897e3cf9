// The hand-written program: the rules of examples/02-saas-lifecycle and nothing else.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "bench/limit/event.h"
#include "bench/limit/table.h"
#include "bench/limit/timers.h"

namespace segue::limit {

/// Takes events in order of time and tells every change of membership at its exact instant, timers
/// included, as docs/semantics.md means the rules: what the tests of it call equal to Segue's.
///
/// Events are handled in batches: fetch slots, then rows, then run. An event whose user has no
/// deadline up to its instant asks only what its own kind can change; an instant with several
/// events of a user, or with a deadline, is settled as a whole.
///
/// Of two plans that lines without messageId name at one instant, either may win.
///
/// Cost: a slot of 8 bytes and a row of 64, both fetched ahead; 30 ns. Threads: one; users are
/// split over several of these.
class Stream {
 public:
  /// The texts of `events` must live until the next push or `finish` has returned.
  void push(std::span<const Event> events);

  /// The end of the input: settles its last instant.
  void finish();

  /// Taken and cleared by the caller. Not in order of time: users are independent.
  std::vector<Change>& changes() { return changes_; }
  std::string_view user(uint32_t row) const { return table_.id(row); }
  uint32_t users() const { return table_.size(); }
  uint64_t events() const { return events_; }
  int32_t points(uint32_t row) { return table_.row(row).points; }

  /// Of table, rows, ids and timers.
  size_t bytes() const { return table_.bytes() + timers_.bytes(); }

 private:
  void process(std::span<const Event> events);
  void run(std::span<const Event> batch);
  void run_one(uint32_t number, const Event& event);
  void run_instant(std::span<const Event> events, const uint32_t* numbers);
  void settle_user(uint32_t number, std::span<const Event* const> events);
  void apply(uint32_t number, Op op, uint32_t now);
  void settle_due(uint32_t number, uint32_t end);
  void evaluate(uint32_t number, uint32_t now);
  void set_wake(uint32_t number, uint32_t now);
  void wake_until(uint32_t end);
  void make_room(std::span<const Event> batch);
  void rebase(int64_t at_ms);

  void arm(Row& row, uint32_t number, uint64_t at);
  void set(Row& row, uint32_t number, uint32_t now, Segment segment, bool holds);
  void ask_high(Row& row, uint32_t number, uint32_t now);
  void ask_hot(Row& row, uint32_t number, uint32_t now);
  void add_open(Row& row, uint32_t number, uint32_t now);
  void drop_open(Row& row, uint32_t number);
  void clear_opens(Row& row, uint32_t number);
  void add_login(Row& row, uint32_t number, uint32_t now);

  /// The opens of a user that a row has no room for, the oldest first.
  struct Aside {
    std::vector<uint32_t> at;
    size_t begin = 0;

    uint32_t take() {
      const uint32_t oldest = at[begin++];
      if (begin * 2 > at.size()) {
        at.erase(at.begin(), at.begin() + static_cast<ptrdiff_t>(begin));
        begin = 0;
      }
      return oldest;
    }
  };

  Table table_;
  Timers timers_;
  int64_t base_ms_ = 0;
  uint64_t events_ = 0;
  std::vector<Event> carried_;  // of the newest instant, which may go on
  std::unordered_map<uint32_t, Aside> aside_;
  std::vector<Change> changes_;

  std::vector<uint32_t> numbers_;
  std::vector<Wake> due_;
  std::vector<std::pair<uint32_t, const Event*>> grouped_;
  std::vector<const Event*> together_;
};

}  // namespace segue::limit
