#include "runtime/engine/shard.h"

#include <algorithm>

#include "runtime/base/check.h"
#include "runtime/cells/capped.h"

namespace segue {
namespace {

// How far ahead of its use each thing is fetched, in events; each step needs the one before it.
constexpr size_t kPlaceAhead = 20;
constexpr size_t kUserAhead = 10;
constexpr size_t kBlobAhead = 8;
constexpr size_t kLineBytes = 64;
// Of a large blob only the begin is fetched: header, truth words, the cells of the first streams.
constexpr size_t kBlobLinesMax = 6;
// Users are looked up and applied a block at a time, so that what the lookup read is still in the
// first caches when it is used.
constexpr size_t kBlockItems = 256;

}  // namespace

bool goes_before(const Change& a, const Change& b, std::span<const uint32_t> segment_ranks) {
  if (a.at != b.at) return a.at < b.at;
  if (const int order = a.user.compare(b.user); order != 0) return order < 0;
  return segment_ranks[a.segment] < segment_ranks[b.segment];
}

Shard::Shard(const Program& program, std::span<const uint32_t> segment_ranks,
             std::optional<Duration> dedupe)
    : program_(program),
      segment_ranks_(segment_ranks),
      member_counts_(segment_ranks.size()),
      blob_lines_(std::min(program.view().layout[0].fixed_bytes / kLineBytes + 1, kBlobLinesMax)) {
  if (dedupe) dedupe_.emplace(*dedupe);
}

void Shard::settle(Instant end) {
  changes_.clear();
  cells::take_capped();  // what others did on this thread is not ours
  for (size_t begin = 0; begin < items_.size();) {
    size_t end = std::min(begin + kBlockItems, items_.size());
    while (end < items_.size() && items_[end].at == items_[end - 1].at) ++end;
    resolve_users(begin, end);
    apply_items(begin, end);
    begin = end;
  }
  items_.clear();
  wake_before(end);
  if (dedupe_) dedupe_->forget_before(end);
  capped_ += cells::take_capped();
  std::sort(changes_.begin(), changes_.end(),
            [&](const Change& a, const Change& b) { return goes_before(a, b, segment_ranks_); });
}

void Shard::resolve_users(size_t begin, size_t end) {
  const size_t count = items_.size();  // the next block's places are fetched already
  for (size_t i = begin; i < end; ++i) {
    if (i + kPlaceAhead < count) users_.fetch_place(items_[i + kPlaceAhead].hash);
    if (i + kUserAhead < count) users_.fetch_user(items_[i + kUserAhead].hash);
    items_[i].user = users_.find_or_add(items_[i].hash, items_[i].event->user);
  }
}

/// The block ends with an instant.
void Shard::apply_items(size_t begin, size_t end) {
  for (size_t first = begin; first < end;) {
    size_t last = first + 1;
    while (last < end && items_[last].at == items_[first].at) ++last;
    if (last - first > 1) {
      std::sort(items_.begin() + static_cast<ptrdiff_t>(first),
                items_.begin() + static_cast<ptrdiff_t>(last),
                [](const Item& a, const Item& b) { return a.user < b.user; });
    }
    for (size_t i = first; i < last;) {
      size_t next = i + 1;
      while (next < last && items_[next].user == items_[i].user) ++next;
      if (i + kBlobAhead < end) fetch(users_[items_[i + kBlobAhead].user].blob);
      apply_instant(std::span(items_).subspan(i, next - i));
      i = next;
    }
    first = last;
  }
}

void Shard::fetch(const Blob& blob) const {
  // Past the end of a smaller blob, or of none, a fetch does nothing.
  auto line = reinterpret_cast<uintptr_t>(blob.data());
  for (size_t i = 0; i < blob_lines_; ++i, line += kLineBytes) {
    __builtin_prefetch(reinterpret_cast<const void*>(line), 1);
  }
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
  timers_.move_to(end);
  for (auto due = timers_.take_due(); !due.empty(); due = timers_.take_due()) {
    for (size_t i = 0; i < due.size(); ++i) {
      if (i + kUserAhead < due.size()) __builtin_prefetch(&users_[due[i + kUserAhead].user]);
      if (i + kBlobAhead < due.size()) fetch(users_[due[i + kBlobAhead].user].blob);
      wake(due[i], end);
    }
  }
}

void Shard::wake(Timers::Wake wake, Instant end) {
  User& user = users_[wake.user];
  if (user.wake_ms != wake.ms) return;
  user.wake_ms = kNever.ms;
  if (next_deadline(user.blob) < end) {
    advance(program_, user.blob, user.id(), end - Duration{1}, transitions_);
    note_changes(user);
  }
  set_wake(user, wake.user);
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
