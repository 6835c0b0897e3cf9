#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/arena.h"
#include "runtime/base/event.h"
#include "runtime/base/instant.h"
#include "runtime/engine/identity.h"

namespace segue {

/// One user from one call about it to the next: its history is what its ids did meanwhile, after
/// the histories of the lives that it goes on with.
struct Life {
  enum class End : uint8_t { kNone, kMerge, kDelete };

  std::string user;
  Instant begin = kLongAgo;
  Instant end = kNever;  // what its ids do from here on is not its own
  End ended = End::kNone;
  std::vector<uint32_t> joined;  // in the order in which events of one instant are told apart

  bool is_at(Instant at) const { return begin <= at && at < end; }
};

/// Who was who over all time, for whoever reads all input before it answers: what is of one user is
/// joined, so that merges are exact. Of ids that calls name; all others have one life each.
class Lives {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  /// `calls`: in any order.
  explicit Lives(std::vector<IdentityCall> calls);

  /// The same, and of all other users of these events too.
  Lives(std::vector<IdentityCall> calls, std::span<const Event* const> events);

  std::span<const Life> all() const { return lives_; }
  bool concerns(std::string_view id) const { return spans_.find(id) != spans_.end(); }

  /// Whose an event of that id is; `kNone` if a delete of its very instant forgets it.
  uint32_t life_of(std::string_view id, Instant at) const;

  /// The life and all that it goes on with, itself last.
  std::vector<uint32_t> line_of(uint32_t life) const;

 private:
  struct Span {
    Instant from;
    uint32_t life;
  };

  uint32_t add(std::string user, Instant begin);
  uint32_t now(const std::string& id);
  void join(const IdentityCall& call);
  void forget(const IdentityCall& call);

  std::vector<Life> lives_;
  std::vector<std::vector<std::string>> ids_;  // by life that has not ended
  std::map<std::string, std::vector<Span>, std::less<>> spans_;
};

/// What concerned ids did, by life.
class LifeEvents {
 public:
  explicit LifeEvents(const Lives& lives) : lives_(lives), own_(lives.all().size()) {}

  /// The event must live as long. What a delete forgets is dropped.
  void add(const Event& event);

  /// Once all are added: drops copies stamped anew within the time. Returns how many copies there
  /// are, those of one instant too, which evaluators drop.
  uint64_t drop_copies(std::optional<Duration> dedupe);

  /// All that is known of a life's user, in order of time. Where histories were joined, ties begin
  /// with the number of the history, so that nobody takes events of two users for copies.
  std::vector<Event> history(uint32_t life);

 private:
  const Lives& lives_;
  std::vector<std::vector<Event>> own_;  // by life
  Arena ties_;
};

}  // namespace segue
