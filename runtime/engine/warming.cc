// What segments say that wait until they know enough, and what becomes of users when they do.
#include "runtime/engine/warming.h"

#include <algorithm>

#include "runtime/base/check.h"
#include "runtime/engine/shard.h"

namespace segue {
namespace {

// How far ahead of its use a row is fetched.
constexpr uint32_t kRowsAhead = 8;

// What is done with a user, by the bytes of state that are carried over meanwhile.
constexpr size_t kLookedAtBytes = 64;
constexpr size_t kRowBytes = 8;
constexpr size_t kToldBytes = 128;
constexpr size_t kReadBytes = 4096;  // from outside of memory

}  // namespace

/// Takes changes of segments that warm out of those that are nobody's yet.
void Shard::hide_warming(int64_t first_ms) {
  std::vector<Transition>& changes = order_.transitions();
  const auto begin = changes.end() - static_cast<ptrdiff_t>(order_.unowned());
  changes.erase(std::remove_if(begin, changes.end(),
                               [&](const Transition& change) {
                                 return warming_->hides(change.segment, first_ms, change.at);
                               }),
                changes.end());
}

/// By slot of the segments that warm: whether the user is a member, before what happens at `at`.
std::vector<bool> Shard::published(uint32_t number, Instant at) const {
  std::vector<bool> is_in;
  for (const uint32_t row : warming_->rows) {
    is_in.push_back(is_member(number, row, at - Duration{1}));
  }
  return is_in;
}

/// A user who was joined with one that was known earlier waits from now on, as what it was.
void Shard::let_stay(uint32_t number, const std::vector<bool>& was_in, int64_t first_ms) {
  for (uint32_t slot = 0; slot < was_in.size(); ++slot) {
    if (warming_->waits(warming_->rows[slot], first_ms)) staying_.set(number, slot, was_in[slot]);
  }
}

/// Segments answer from `at` on: what has become of users in them is told before anything else of
/// each, and of some with every call.
void Shard::begin_warmed(Instant at) {
  if (!std::binary_search(warming_->ends.begin(), warming_->ends.end(), at)) return;
  if (users_.living() == 0) return;
  SEGUE_CHECK(!warmed_, "what warmed before has been told of all");
  warmed_ = std::make_unique<Warmed>();
  warmed_->at = at;
  warmed_->is_told.resize(users_.size());
  for (const uint32_t number : users_.free_numbers()) warmed_->is_told[number] = true;
  for (const uint32_t row : warming_->rows) {
    if (warming_->segments[row].until == at) warmed_->rows.push_back(row);
  }
}

/// Of one who came later nothing is to be told.
void Shard::tell_warmed(uint32_t number) {
  if (number >= warmed_->is_told.size() || warmed_->is_told[number]) return;
  warmed_->is_told[number] = true;
  const Blob blob = users_.blob(number);
  if (blob.empty()) return;
  const int64_t first_ms = blob.header().first_ms;
  Transition change{.at = warmed_->at, .cause = Cause::kDeploy};
  for (const uint32_t row : warmed_->rows) {
    if (!warming_->waits(row, first_ms)) continue;
    const bool was = staying_.get(number, warming_->segments[row].slot);
    change.entered = member(*program_, blob, row);
    if (change.entered == was) continue;
    change.segment = row;
    order_.transitions().push_back(change);
    member_counts_[row] += change.entered ? 1 : -1;
  }
  if (order_.unowned() == 0) return;
  order_.belong_to(users_.id_place(number));
  if (updates_) note_update(number, blob);
}

void Shard::tell_warmed_of(std::span<const Arrival> arrivals) {
  for (const Arrival& arrival : arrivals) {
    const uint32_t number = users_.find(arrival.hash, arrival.event->user);
    if (number != UserTable::kNobody) tell_warmed(number);
  }
}

/// The next users; each counts as what takes as long to carry over.
void Shard::look_at_warmed(size_t bytes) {
  const auto end = static_cast<uint32_t>(warmed_->is_told.size());
  const size_t bytes_a_user = kLookedAtBytes + kRowBytes * warmed_->rows.size();
  size_t looked_at = 0;
  while (warmed_->next < end && looked_at < bytes) {
    const uint32_t next = warmed_->next++;
    if (next + kRowsAhead < end) users_.fetch_row(next + kRowsAhead, 1);
    if (warmed_->is_told[next]) continue;
    const size_t told = order_.all().size();
    looked_at += users_.is_cold(next) ? kReadBytes : bytes_a_user;
    tell_warmed(next);
    looked_at += kToldBytes * (order_.all().size() - told);
  }
  if (warmed_->next == end) warmed_.reset();
}

bool Shard::is_member(uint32_t number, uint32_t segment, Instant at) const {
  const Blob blob = users_.blob(number);
  if (blob.empty()) return false;
  if (warming_ && warming_->stays(segment, blob.header().first_ms, at)) {
    return staying_.get(number, warming_->segments[segment].slot);
  }
  return member(*program_, blob, segment);
}

}  // namespace segue
