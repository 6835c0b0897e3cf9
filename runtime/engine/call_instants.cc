// Instants at which calls about identity take effect: who leaves, who is joined into whom, and what
// happens to the events of that instant.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "runtime/base/hash.h"
#include "runtime/engine/engine.h"

namespace segue {

/// What the calls of one instant come to.
struct Engine::CallsOfInstant {
  std::map<std::string, std::vector<std::string>> joined;  // by user: others, in order
  std::set<std::string, std::less<>> merged;               // those others
  std::set<std::string, std::less<>> deleted;
  std::set<std::string, std::less<>> forgotten;  // all ids of the deleted
};

/// All up to and at the instant of the next calls, whose effect it tells with its other changes.
void Engine::settle_calls() {
  const Instant at = calls_.next();
  const CallsOfInstant calls = take_calls();
  if (notes_forgotten_) {
    for (const std::string& id : calls.forgotten) forgotten_.push_back({id, at});
  }
  const Instant end = at + Duration{1};
  // As between slices: the changes of one warming's end come before those of the next.
  if (next_warm_end() < end && carries()) finish_deploy();
  carry_named(calls);
  if (is_stopped()) return;
  move_users(calls);
  const std::span<Arrival> released = reorder_.release(end);
  const auto kept = std::partition(released.begin(), released.end(), [&](const Arrival& arrival) {
    return !calls.forgotten.contains(arrival.event->user);
  });
  process(released.first(static_cast<size_t>(kept - released.begin())), end);
  settled_ = end;
  erase_left();
  if (!released.empty()) reorder_.drop_before(end);
}

/// Who is joined or leaves is of the new program, and has been told what warmed: before all others
/// who are carried over still.
void Engine::carry_named(const CallsOfInstant& calls) {
  if (!carries()) return;
  std::set<std::string_view> named(calls.merged.begin(), calls.merged.end());
  named.insert(calls.deleted.begin(), calls.deleted.end());
  for (const auto& [user, others] : calls.joined) named.insert(user);
  std::vector<std::vector<std::pair<UserHash, std::string_view>>> own(shards_.size());
  for (const std::string_view id : named) {
    const UserHash hash = hash_user(id);
    own[shard_of(hash.stable, static_cast<uint32_t>(own.size()))].emplace_back(hash, id);
  }
  held_.begin_run();
  for (size_t i = 0; i < own.size(); ++i) shards_[i]->carry_these(own[i], settled_);
  if (is_stopped()) return;
  give_updates();
  give_changes();
}

/// Not while changes that are held back tell of them.
void Engine::erase_left() {
  if (is_deploying()) return;
  for (const auto& shard : shards_) shard->erase_left();
}

/// Says who has which name from here on.
Engine::CallsOfInstant Engine::take_calls() {
  CallsOfInstant calls;
  for (const IdentityCall& call : calls_.take_next()) {
    const std::string user(aliases_.user_of(call.user, hash64(call.user)));
    if (call.kind == IdentityCall::Kind::kDelete) {
      calls.joined.erase(user);
      calls.deleted.insert(user);
      for (std::string& id : aliases_.forget(user)) calls.forgotten.insert(std::move(id));
      continue;
    }
    const std::string previous(aliases_.user_of(call.previous, hash64(call.previous)));
    if (previous == user) continue;
    std::vector<std::string> others;
    if (auto more = calls.joined.extract(previous); !more.empty())
      others = std::move(more.mapped());
    others.push_back(previous);
    std::vector<std::string>& own = calls.joined[user];
    own.insert(own.begin(), others.begin(), others.end());
    calls.merged.insert(previous);
    aliases_.join(previous, user);
  }
  return calls;
}

/// Between shards; what the instant makes of it they settle.
void Engine::move_users(const CallsOfInstant& calls) {
  for (const auto& [user, others] : calls.joined) {
    std::vector<Shard::Joined> joined;
    for (const std::string& other : others) {
      const UserHash hash = hash_user(other);
      joined.push_back(shard_of_user(hash.stable).take_out(hash, other));
    }
    const UserHash hash = hash_user(user);
    shard_of_user(hash.stable).join(hash, user, std::move(joined));
  }
  for (const std::string& user : calls.merged) leave(user, Cause::kMerge);
  for (const std::string& user : calls.deleted) {
    // Who was joined into another and is deleted by the old name too leaves once.
    if (!calls.merged.contains(user)) leave(user, Cause::kDelete);
  }
}

void Engine::leave(const std::string& user, Cause cause) {
  const UserHash hash = hash_user(user);
  if (shard_of_user(hash.stable).leave(hash, user, cause)) {
    ++(cause == Cause::kMerge ? stats_.merged : stats_.deleted);
  }
}

/// Events of an alias are the user's whose name it is.
void Engine::give_names(std::span<Arrival> arrivals) {
  named_.clear();
  for (Arrival& arrival : arrivals) {
    const std::string_view id = arrival.event->user;
    const std::string_view user = aliases_.user_of(id, arrival.hash.stable);
    if (user.data() == id.data()) continue;
    Event& event = named_.emplace_back(*arrival.event);
    event.user = user;
    arrival.event = &event;
    arrival.hash = hash_user(user);
  }
}

}  // namespace segue
