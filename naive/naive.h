#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compiler/sema/hir.h"
#include "runtime/base/event.h"
#include "runtime/base/zone.h"

/// The naive evaluator: what the rules mean, by brute force. Every other evaluator must agree with
/// it to the millisecond.
namespace segue::naive {

struct Moving;

/// All that is known of one user, decoded with `rules.schema`, in any order. Copies (same messageId
/// at the same instant) may be in it.
struct History {
  std::string user;
  std::vector<Event> events;
};

enum class Cause : uint8_t {
  kEvent,  // a track, page or screen of the user at that very instant
  kTime,   // nothing happened at that instant but the passing of time
  kTrait,  // an identify call at that instant, and no track, page or screen
};

struct Change {
  Instant at;
  hir::SegmentId segment;
  bool entered = false;
  Cause cause = Cause::kEvent;
  std::string event;  // kEvent: wire name of the first event of the instant (the smallest tie)
  friend bool operator==(const Change&, const Change&) = default;
};

/// From `from` on, until the next piece's, the value holds.
struct TruthPiece {
  Instant from;
  bool value = false;
};
struct NumberPiece {
  Instant from;
  std::optional<double> value;           // none: missing; of a moving one, what it is at `from`
  std::shared_ptr<const Moving> moving;  // of a score with a half-life: `score_at` knows
};

/// Memberships and scores of one user from the first event to `until`, both included. Neighbouring
/// pieces differ. Owns everything: neither rules nor events need outlive it.
class Timeline {
 public:
  /// Before the first event nothing is true and no score is known. `t` <= `until`.
  bool member_at(hir::SegmentId segment, Instant t) const;
  std::optional<double> score_at(hir::ScoreId score, Instant t) const;

  /// Empty for a user without events.
  std::span<const TruthPiece> membership(hir::SegmentId segment) const;
  std::span<const NumberPiece> score(hir::ScoreId score) const;

  /// Every entry and exit, by instant, then by segment.
  std::vector<Change> changes() const;

 private:
  friend Timeline evaluate(const hir::Rules&, std::span<const ZoneView>, const History&, Instant);

  struct Moment {  // an instant with events
    Instant at;
    Cause cause = Cause::kEvent;
    std::string event;
  };

  Instant until_;
  std::vector<std::vector<TruthPiece>> segments_;
  std::vector<std::vector<NumberPiece>> scores_;
  std::vector<Moment> moments_;  // ascending
};

/// Events after `until` are not looked at. Cost: of a history of n events n^2 steps an expression
/// and more, so tens of thousands of events of one user take minutes. `zones[i]` is the table of
/// `rules.zones[i]`; they are the same for all users, so load them once.
Timeline evaluate(const hir::Rules& rules, std::span<const ZoneView> zones, const History& history,
                  Instant until);

/// The same for one user, the zones read from the system's tzdata.
Timeline evaluate(const hir::Rules& rules, const History& history, Instant until);

}  // namespace segue::naive
