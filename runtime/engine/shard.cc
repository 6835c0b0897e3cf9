#include "runtime/engine/shard.h"

#include <algorithm>

#include "runtime/base/check.h"

namespace segue {
namespace {

// How far ahead of its use each thing is fetched, in events; each step needs the one before it.
constexpr size_t kPlaceAhead = 24;
constexpr size_t kUserAhead = 16;
constexpr size_t kIdAhead = 8;
constexpr size_t kBlobAhead = 8;
constexpr size_t kBlobLines = 4;
constexpr size_t kLineBytes = 64;

void fetch(const Blob& blob) {
  // The first lines hold the header, the truth words and the cells most events touch. Past the end
  // of a smaller blob, or of none, a fetch does nothing.
  auto line = reinterpret_cast<uintptr_t>(blob.data());
  for (size_t i = 0; i < kBlobLines; ++i, line += kLineBytes) {
    __builtin_prefetch(reinterpret_cast<const void*>(line), 1);
  }
}

}  // namespace

bool goes_before(const Change& a, const Change& b, std::span<const uint32_t> segment_ranks) {
  if (a.at != b.at) return a.at < b.at;
  if (const int order = a.user.compare(b.user); order != 0) return order < 0;
  return segment_ranks[a.segment] < segment_ranks[b.segment];
}

Shard::Shard(const Program& program, std::span<const uint32_t> segment_ranks,
             std::optional<Duration> dedupe)
    : program_(program), segment_ranks_(segment_ranks), member_counts_(segment_ranks.size()) {
  if (dedupe) dedupe_.emplace(*dedupe);
}

void Shard::settle(Instant end) {
  changes_.clear();
  resolve_users();
  apply_items();
  items_.clear();
  wake_before(end);
  if (dedupe_) dedupe_->forget_before(end);
  std::sort(changes_.begin(), changes_.end(),
            [&](const Change& a, const Change& b) { return goes_before(a, b, segment_ranks_); });
}

void Shard::resolve_users() {
  const size_t count = items_.size();
  for (size_t i = 0; i < count; ++i) {
    if (i + kPlaceAhead < count) users_.fetch_place(items_[i + kPlaceAhead].hash);
    if (i + kUserAhead < count) users_.fetch_user(items_[i + kUserAhead].hash);
    if (i + kIdAhead < count) users_.fetch_id(items_[i + kIdAhead].hash);
    items_[i].user = users_.find_or_add(items_[i].hash, items_[i].event->user);
  }
}

void Shard::apply_items() {
  const size_t count = items_.size();
  for (size_t begin = 0; begin < count;) {
    size_t end = begin + 1;
    while (end < count && items_[end].at == items_[begin].at) ++end;
    const std::span instant = std::span(items_).subspan(begin, end - begin);
    if (instant.size() > 1) {
      std::sort(instant.begin(), instant.end(),
                [](const Item& a, const Item& b) { return a.user < b.user; });
    }
    for (size_t i = begin; i < end;) {
      size_t next = i + 1;
      while (next < end && items_[next].user == items_[i].user) ++next;
      fetch_blob(i + kBlobAhead);
      apply_instant(std::span(items_).subspan(i, next - i));
      i = next;
    }
    begin = end;
  }
}

void Shard::fetch_blob(size_t item) {
  if (item < items_.size()) fetch(users_[items_[item].user].blob);
}

/// The events of one user at one instant.
void Shard::apply_instant(std::span<const Item> items) {
  const uint32_t number = items[0].user;
  std::span<const Event> events(items[0].event, 1);
  if (items.size() > 1 || dedupe_) {
    instant_.clear();
    ties_.clear();
    for (const Item& item : items) {
      if (dedupe_ && dedupe_->is_copy(number, *item.event)) {
        ++duplicates_;
        continue;
      }
      instant_.push_back(*item.event);
      if (item.event->has_message_id) ties_.push_back(item.event->tie);
    }
    if (instant_.empty()) return;
    // Counted here, dropped by `apply`.
    std::sort(ties_.begin(), ties_.end());
    const auto distinct = std::unique(ties_.begin(), ties_.end());
    duplicates_ += static_cast<uint64_t>(ties_.end() - distinct);
    events = instant_;
  }
  User& user = users_[number];
  const Status status = apply(program_, user.blob, events, transitions_);
  SEGUE_CHECK(status.ok(), "events come in order of time");
  note_changes(user);
  set_wake(user, number);
}

/// All deadlines before `end`. A wake-up may be early, since a deadline may have moved on since it
/// was set; it is never late.
void Shard::wake_before(Instant end) {
  due_.clear();
  timers_.take_before(end, due_);
  for (size_t i = 0; i < due_.size(); ++i) {
    if (i + kUserAhead < due_.size()) __builtin_prefetch(&users_[due_[i + kUserAhead].user]);
    if (i + kBlobAhead < due_.size()) fetch(users_[due_[i + kBlobAhead].user].blob);
    User& user = users_[due_[i].user];
    if (user.wake_ms != due_[i].ms) continue;
    user.wake_ms = kNever.ms;
    if (next_deadline(user.blob) < end) {
      advance(program_, user.blob, user.id(), end - Duration{1}, transitions_);
      note_changes(user);
    }
    set_wake(user, due_[i].user);
  }
}

void Shard::note_changes(const User& user) {
  for (const Transition& change : transitions_) {
    member_counts_[change.segment] += change.entered ? 1 : -1;
    changes_.push_back(
        {change.at, user.id(), change.segment, change.entered, change.cause, change.event});
  }
  transitions_.clear();
}

/// A wake-up that comes too early costs less than one more: only an earlier deadline sets one.
void Shard::set_wake(User& user, uint32_t number) {
  const Instant deadline = next_deadline(user.blob);
  if (deadline.ms >= user.wake_ms) return;
  user.wake_ms = deadline.ms;
  timers_.set(deadline, number);
}

}  // namespace segue
