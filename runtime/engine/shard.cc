#include "runtime/engine/shard.h"

#include <algorithm>

#include "runtime/base/check.h"
#include "runtime/base/fetch.h"
#include "runtime/cells/capped.h"
#include "runtime/interp/prepared.h"

namespace segue {
namespace {

// How far ahead of its use each thing is fetched, in events; each step needs the one before it.
constexpr size_t kPlaceAhead = 40;
constexpr size_t kRowAhead = 20;
constexpr size_t kOutsideAhead = 8;
constexpr size_t kWakeAhead = 64;
// Events for which a step is done together.
constexpr size_t kAtOnce = 16;

}  // namespace

Shard::Shard(const Program& program, std::span<const uint32_t> segment_ranks,
             std::optional<Duration> dedupe, const MemoryBound& bound)
    : program_(&program),
      alone_(program),
      reads_user_(program.prepared().reads_user),
      bound_(bound),
      users_(program.view().layout[0], bound),
      lines_(program.view(), UserTable::kStateAt, users_.rows_are_aligned()),
      order_(*users_.ids(), segment_ranks),
      member_counts_(segment_ranks.size()) {
  if (dedupe) dedupe_.emplace(*dedupe);
}

void Shard::settle_own(std::span<const Arrival> arrivals, uint32_t part, uint32_t parts,
                       Instant end) {
  own_.clear();
  for (const Arrival& arrival : arrivals) {
    if (shard_of(arrival.hash.stable, parts) == part) own_.push_back(arrival);
  }
  settle(own_, end);
}

void Shard::settle(std::span<Arrival> arrivals, Instant end) {
  order_.clear();
  if (updates_) updates_->clear();
  cells::take_capped();  // what others did on this thread is not ours
  if (!leaving_.empty()) apply_leaves(end - Duration{1});
  if (warmed_) tell_warmed_of(arrivals);
  alone_.refresh();
  apply_all(arrivals);
  if (!joining_.empty()) apply_joins(end - Duration{1});
  wake_before(end);
  if (warming_) begin_warmed(end - Duration{1});
  if (dedupe_) dedupe_->forget_before(end);
  capped_ += cells::take_capped();
  order_.put_in_order();
}

/// Looks at the places of the events from `begin` on, and fetches the rows that they name, and
/// places further ahead.
void Shard::guess_users(std::span<Arrival> arrivals, size_t begin, size_t end) {
  const size_t places_end = std::min(end + kPlaceAhead, arrivals.size());
  for (size_t i = begin == 0 ? 0 : begin + kPlaceAhead; i < places_end; ++i) {
    users_.fetch_place(arrivals[i].hash);
  }
  for (Arrival& arrival : arrivals.subspan(begin, end - begin)) {
    if (former_) [[unlikely]] {  // until the last user is carried over
      guess_carried(arrival);
      arrival.row = &users_.row(arrival.user);
      continue;
    }
    arrival.user = users_.guess_or_add(arrival.hash, arrival.event->user);
    arrival.row = &users_.row(arrival.user);
    UserTable::fetch_row(*arrival.row, lines_.of_kind(arrival.event->kind.index));
    fetch_line(arrival.event->slots.data());
  }
}

/// Asks the rows.
void Shard::confirm_users(std::span<Arrival> arrivals, size_t begin, size_t end) {
  for (size_t i = begin; i < end; ++i) {
    Arrival& arrival = arrivals[i];
    if (!users_.is_of(*arrival.row, arrival.hash, arrival.event->user)) [[unlikely]] {
      arrival.user = users_.find_or_add(arrival.hash, arrival.event->user);
      arrival.row = &users_.row(arrival.user);
    }
    users_.fetch_outside(*arrival.row, lines_.of_kind(arrival.event->kind.index));
  }
}

/// What the events up to `end` need is on its way, of each step as many as it is ahead.
inline void Shard::fetch_until(std::span<Arrival> arrivals, size_t end) {
  const size_t guess_end = std::min(end + kRowAhead + kAtOnce, arrivals.size());
  if (guessed_ < guess_end) guess_users(arrivals, guessed_, guess_end);
  guessed_ = guess_end;
  const size_t confirm_end = std::min(end + kOutsideAhead + kAtOnce, guess_end);
  if (confirmed_ < confirm_end) confirm_users(arrivals, confirmed_, confirm_end);
  confirmed_ = confirm_end;
}

/// Whole instants. What an event needs is on its way while others before it are applied.
void Shard::apply_all(std::span<Arrival> arrivals) {
  const size_t end = arrivals.size();
  const bool plain = !dedupe_ && joining_.empty();
  guessed_ = confirmed_ = 0;
  size_t fetched = 0;  // the next ones are not yet
  for (size_t first = 0; first < end;) {
    const Instant at = arrivals[first].at;
    size_t last = first + 1;
    while (last < end && arrivals[last].at == at) ++last;
    if (last > fetched) {
      fetch_until(arrivals, last);
      fetched = last + kAtOnce;
    }
    if (last - first == 1 && plain) [[likely]] {
      apply_one(arrivals[first]);
      first = last;
      continue;
    }
    std::sort(arrivals.begin() + static_cast<ptrdiff_t>(first),
              arrivals.begin() + static_cast<ptrdiff_t>(last),
              [](const Arrival& a, const Arrival& b) { return a.user < b.user; });
    for (size_t i = first; i < last;) {
      size_t next = i + 1;
      while (next < last && arrivals[next].user == arrivals[i].user) ++next;
      apply_instant(arrivals.subspan(i, next - i));
      i = next;
    }
    first = last;
  }
}

/// The only event of its instant.
inline void Shard::apply_one(const Arrival& arrival) {
  Blob blob = users_.take(arrival.user, *arrival.row);
  const Event& event = *arrival.event;
  if (alone_.settle(blob, event, order_.transitions())) [[likely]] {
    return note(arrival.user, *arrival.row, blob, alone_.next_deadline());
  }
  const Status status = apply(*program_, blob, {&event, 1}, order_.transitions());
  SEGUE_CHECK(status.ok(), "events come in order of time");
  note(arrival.user, *arrival.row, blob, next_deadline(blob));
}

/// The events of one user at one instant.
void Shard::apply_instant(std::span<const Arrival> at_once) {
  const uint32_t number = at_once[0].user;
  const std::span<const Event> events = events_of(at_once);
  if (events.empty()) return;
  if (joining_.contains(number)) [[unlikely]] {
    return apply_joined(number, events[0].user, events[0].at, events);
  }
  UserRow& row = *at_once[0].row;
  Blob blob = users_.take(number, row);
  const Status status = apply(*program_, blob, events, order_.transitions());
  SEGUE_CHECK(status.ok(), "events come in order of time");
  note(number, row, blob, next_deadline(blob));
}

// ---- calls about identity -----------------------------------------------------------------------

/// The user's first instant.
Instant Shard::first_of(uint32_t number) const {
  if (number == UserTable::kNobody) return kLongAgo;
  const Blob blob = users_.blob(number);
  return blob.empty() ? kLongAgo : Instant{blob.header().first_ms};
}

bool Shard::leave(const UserHash& hash, std::string_view id, Cause cause) {
  const uint32_t number = users_.find(hash, id);
  if (dedupe_) dedupe_->take(hash.stable, first_of(number));
  if (number == UserTable::kNobody) return false;
  leaving_.emplace_back(number, cause);
  return true;
}

Shard::Joined Shard::take_out(const UserHash& hash, std::string_view id) {
  Joined joined;
  const uint32_t number = users_.find(hash, id);
  if (dedupe_) joined.remembered = dedupe_->take(hash.stable, first_of(number));
  if (number != UserTable::kNobody) joined.state = Blob::copy_of(users_.blob(number).bytes());
  return joined;
}

void Shard::join(const UserHash& hash, std::string_view id, std::vector<Joined> others) {
  std::vector<Blob> states;
  for (Joined& other : others) {
    if (dedupe_) dedupe_->join(std::move(other.remembered), hash.stable);
    if (!other.state.empty()) states.push_back(std::move(other.state));
  }
  if (!states.empty()) joining_[users_.find_or_add(hash, id)] = std::move(states);
}

void Shard::apply_leaves(Instant at) {
  for (const auto& [number, cause] : leaving_) {
    for (uint32_t segment = 0; segment < member_counts_.size(); ++segment) {
      if (!is_member(number, segment, at - Duration{1})) continue;
      order_.transitions().push_back({at, segment, false, cause, {}});
      --member_counts_[segment];
    }
    if (order_.unowned() != 0) order_.belong_to(users_.id_place(number));
    if (tracks_changed_) removed_.emplace_back(users_.id(number));
    if (updates_) updates_->note_gone(users_.id_place(number), at, order_.all().size());
    left_.push_back(users_.remove(number));
    staying_.clear(number);  // the number is somebody else's next
  }
  leaving_.clear();
}

/// Of users without an event at the instant.
void Shard::apply_joins(Instant at) {
  while (!joining_.empty()) {
    const uint32_t number = joining_.begin()->first;
    apply_joined(number, users_.id(number), at, {});
  }
}

void Shard::apply_joined(uint32_t number, std::string_view id, Instant at,
                         std::span<const Event> events) {
  Blob blob = users_.take(number);
  const std::vector<Blob> earlier = std::move(joining_.extract(number).mapped());
  const std::vector<bool> was_in = warming_ ? published(number, at) : std::vector<bool>();
  interp::settle_joined(*program_, blob, id, earlier, at, events, order_.transitions());
  if (warming_) let_stay(number, was_in, blob.header().first_ms);
  note(number, users_.row(number), blob, next_deadline(blob));
}

void Shard::erase_left() {
  for (const uint32_t id_place : left_) users_.erase_id(id_place);
  left_.clear();
}

/// What has come of a change of a user's state.
inline void Shard::note(uint32_t number, UserRow& row, const Blob& blob, Instant deadline) {
  users_.put_back(number, row, blob);
  if (tracks_changed_) note_changed(number);
  if (order_.unowned() != 0) note_changes(row, blob);
  if (updates_) note_update(number, blob);
  set_wake(number, row, deadline);
}

/// Without the copies that were stamped anew; those of the instant itself are counted here, and
/// dropped by `apply`.
std::span<const Event> Shard::events_of(std::span<const Arrival> at_once) {
  instant_.clear();
  ties_.clear();
  for (const Arrival& arrival : at_once) {
    if (dedupe_ && dedupe_->is_copy(arrival.hash.stable, *arrival.event)) {
      ++duplicates_;
      continue;
    }
    instant_.push_back(*arrival.event);
    if (arrival.event->has_message_id) ties_.push_back(arrival.event->tie);
  }
  std::sort(ties_.begin(), ties_.end());
  const auto distinct = std::unique(ties_.begin(), ties_.end());
  duplicates_ += static_cast<uint64_t>(ties_.end() - distinct);
  return instant_;
}

inline void Shard::fetch_due(Timers::Wake wake, Instant end, uint32_t lines) {
  UserRow& row = users_.row(wake.user);
  if (row.wake != Timers::mark_of(wake.ms)) return;
  if (!users_.in_row(row)) return users_.fetch_outside(row, lines);
  if (next_deadline(users_.blob(wake.user)) < end) UserTable::fetch_row(row, lines & ~1u);
}

inline void Shard::wake(Timers::Wake wake, Instant end) {
  UserRow& row = users_.row(wake.user);
  if (row.wake != Timers::mark_of(wake.ms)) return;
  row.wake = 0;
  Blob blob = users_.take(wake.user, row);
  if (next_deadline(blob) < end) {
    if (warmed_) [[unlikely]]
      tell_warmed(wake.user);
    // The id lies elsewhere: a miss that few programs need.
    const std::string_view id = reads_user_ ? users_.id(wake.user) : std::string_view();
    alone_.advance(blob, id, end - Duration{1}, order_.transitions());
    note(wake.user, row, blob, next_deadline(blob));
  } else {
    set_wake(wake.user, row, next_deadline(blob));
  }
}

/// All deadlines before `end`. A wake-up may be early, since a deadline may have moved on since it
/// was set; it is never late. A row's first line tells that; only for what is due the others are
/// fetched.
void Shard::wake_before(Instant end) {
  const uint32_t lines = lines_.of_time();
  timers_.move_to(end);
  order_.expect(timers_.due_count());
  for (auto due = timers_.take_due(); !due.empty(); due = timers_.take_due()) {
    for (size_t i = 0; i < std::min(kWakeAhead, due.size()); ++i) users_.fetch_row(due[i].user, 1);
    for (size_t i = 0; i < due.size(); ++i) {
      if (i + kWakeAhead < due.size()) users_.fetch_row(due[i + kWakeAhead].user, 1);
      if (i + kOutsideAhead < due.size()) fetch_due(due[i + kOutsideAhead], end, lines);
      wake(due[i], end);
    }
  }
}

void Shard::note_changes(const UserRow& row, const Blob& blob) {
  if (warming_) hide_warming(blob.header().first_ms);
  for (const Transition& change : order_.belong_to(row.id)) {
    member_counts_[change.segment] += change.entered ? 1 : -1;
  }
}

void Shard::give_all(Instant at, const std::function<void(const UserUpdate&)>& give) const {
  std::vector<uint64_t> words(updates_->scores().words());
  for (uint32_t number = 0; number < users_.size(); ++number) {
    const Blob blob = users_.blob(number);
    if (blob.empty()) continue;
    const std::vector<Transition> entered = entries_of(number, at);
    updates_->scores().take(blob, words);
    give({users_.id(number), {blob.header().last_ms}, false, true, entered, words});
  }
}

/// Of the segments that hold the user, all up to and at `at` settled.
std::vector<Transition> Shard::entries_of(uint32_t number, Instant at) const {
  std::vector<Transition> entered;
  for (uint32_t segment = 0; segment < member_counts_.size(); ++segment) {
    if (member_counts_[segment] != 0 && is_member(number, segment, at)) {
      entered.push_back({.at = at, .segment = segment, .entered = true});
    }
  }
  return entered;
}

void Shard::note_changed(uint32_t number) {
  if (number >= is_changed_.size()) is_changed_.resize(users_.size());
  if (is_changed_[number]) return;
  is_changed_[number] = true;
  changed_.push_back(number);
}

/// A wake-up that comes too early costs less than one more: only an earlier deadline sets one.
void Shard::set_wake(uint32_t number, UserRow& row, Instant deadline) {
  if (deadline == kNever) return;
  if (row.wake != 0 && deadline >= timers_.of_mark(row.wake)) return;
  row.wake = Timers::mark_of(timers_.set(deadline, number));
}

}  // namespace segue
