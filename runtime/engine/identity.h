#pragma once

#include <compare>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "runtime/base/event.h"
#include "runtime/base/instant.h"

namespace segue {

/// Says who is who: an input like an event, and what a log of inputs keeps of it.
///
/// An alias joins all that is known of `previous` into `user`, and from its instant on events of
/// the one are the other's. A delete forgets the user, whatever ids it has had: its events up to
/// and at that instant, and that those ids were one user's. Of one instant aliases come first, then
/// events, then deletes; aliases among themselves in the order of (previous, user). So no answer
/// depends on the order in which they were given. docs/decisions/0027.
struct IdentityCall {
  enum class Kind : uint8_t { kAlias, kDelete };

  Instant at;  // when it takes effect: as dated, but not before what is settled
  Kind kind = Kind::kDelete;
  std::string previous;  // kAlias
  std::string user;

  friend auto operator<=>(const IdentityCall&, const IdentityCall&) = default;
};

/// An id of a user who was deleted: what it did up to and at `through` is forgotten.
struct ForgottenId {
  std::string id;
  Instant through;
};

/// `event` is of `kAliasKind` or `kDeleteKind`.
IdentityCall identity_call_of(const Event& event, Instant at);

/// Calls that wait for the watermark, in the order in which they take effect.
class IdentityQueue {
 public:
  void add(IdentityCall call) { waiting_.insert(std::move(call)); }

  /// When the next one takes effect; `kNever` if none waits.
  Instant next() const { return waiting_.empty() ? kNever : waiting_.begin()->at; }

  /// Those of the next instant.
  std::vector<IdentityCall> take_next();

  const std::multiset<IdentityCall>& waiting() const { return waiting_; }

 private:
  std::multiset<IdentityCall> waiting_;
};

}  // namespace segue
