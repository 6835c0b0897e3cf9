#include "runtime/engine/engine.h"

#include <algorithm>
#include <numeric>

#include "runtime/base/check.h"
#include "runtime/base/hash.h"

namespace segue {
namespace {

// Events settled at a time: enough to overlap their cache misses, few enough that what they read
// once is still near when it is read again.
constexpr size_t kSliceEvents = 16'384;
// And time: a user changes a bounded number of times in it.
constexpr Duration kSliceSpan{kDayMs};
constexpr size_t kMergedAtOnce = 1024;

std::vector<std::string_view> names_of(const image::View& view) {
  std::vector<std::string_view> names;
  for (const image::SegmentRow& row : view.segments) names.push_back(view.text(row.name));
  return names;
}

}  // namespace

std::vector<uint32_t> ranks_of(std::span<const std::string_view> names) {
  std::vector<uint32_t> by_name(names.size());
  std::iota(by_name.begin(), by_name.end(), 0u);
  std::sort(by_name.begin(), by_name.end(), [&](uint32_t a, uint32_t b) {
    return names[a] != names[b] ? names[a] < names[b] : a < b;
  });
  std::vector<uint32_t> ranks(by_name.size());
  for (uint32_t rank = 0; rank < by_name.size(); ++rank) ranks[by_name[rank]] = rank;
  return ranks;
}

Engine::Engine(std::shared_ptr<const Program> program, const EngineOptions& options,
               EngineListener& listener)
    : program_(std::move(program)),
      listener_(listener),
      segment_ranks_(ranks_of(names_of(program_->view()))),
      watermark_(options.lateness),
      workers_(options.threads),
      is_bounded_(options.state_bytes_max != 0),
      began_(program_->view().cells.size()),
      held_(segment_ranks_),
      options_(options) {
  SEGUE_CHECK(options.threads > 0, "an engine has a thread");
  MemoryBound bound;
  if (is_bounded_) bound.bytes = std::max<size_t>(options.state_bytes_max / options.threads, 1);
  for (uint32_t i = 0; i < options.threads; ++i) {
    shards_.push_back(std::make_unique<Shard>(*program_, segment_ranks_, options.dedupe, bound));
  }
}

void Engine::keep_cold_in(ColdStates& cold) {
  for (const auto& shard : shards_) shard->keep_cold_in(cold);
}

void Engine::tell_users() {
  tells_users_ = true;
  for (const auto& shard : shards_) shard->note_updates();
}

void Engine::tell_all_users() {
  finish_deploy();
  for (const auto& shard : shards_) {
    shard->give_all(last_settled(), [&](const UserUpdate& update) { listener_.on_user(update); });
  }
}

Status Engine::trouble() const {
  for (const auto& shard : shards_) {
    if (Status status = shard->trouble(); !status.ok()) return status;
  }
  return {};
}

void Engine::push(EventBatch batch) {
  if (is_stopped()) return;
  const EventBatch& held = reorder_.hold(std::move(batch));
  // Mostly all of them: then each is looked at once.
  const size_t rising = take_rising(held);
  const bool hashed = !held.user_hashes.empty();
  for (size_t i = rising; i < held.events.size(); ++i) {
    const Event& event = held.events[i];
    if (is_identity_call(event.kind)) {
      calls_.add(identity_call_of(event, watermark_.admit_call(event.at)));
      continue;
    }
    if (watermark_.admit(event.at)) {
      reorder_.add(event, hashed ? held.user_hashes[i] : hash_user(event.user));
      ++stats_.events;
    } else {
      ++stats_.late;
      listener_.on_late(event, held.origins.empty() ? nullptr : &held.origins[i]);
    }
  }
  held_back_ += held.events.size();
  // One thread has nobody to wait for.
  const bool waits = shards_.size() > 1 && held.more && !is_deploying();
  if (waits && held_back_ < kSliceEvents) return;
  release(watermark_.passed());
  carry_on();
}

/// The events in front that count and of which each follows all before it. Returns how many.
size_t Engine::take_rising(const EventBatch& batch) {
  const size_t count = batch.user_hashes.size();
  if (count == 0 || batch.has_identity_calls || watermark_.passed() > watermark_.newest()) return 0;
  const size_t taken = reorder_.add_rising(batch.events, batch.user_hashes, watermark_.newest());
  if (taken != 0) watermark_.admit_rising(batch.events[taken - 1].at);
  stats_.events += taken;
  return taken;
}

void Engine::advance_to(Instant through) {
  if (is_stopped()) return;
  watermark_.advance_to(through);
  release(watermark_.passed());
  carry_on();
}

void Engine::finish(Instant until) {
  advance_to(std::max(watermark_.newest(), until));
  while (!stops_.empty() && !is_stopped()) advance_to(stops_.back());
  finish_deploy();
}

Status Engine::stop_at(Instant at) {
  if (at + Duration{1} < settled_) {
    return Error{Errc::kTooLate, "an instant after the one asked for is settled already"};
  }
  stops_.insert(std::upper_bound(stops_.begin(), stops_.end(), at, std::greater<>()), at);
  return {};
}

/// Settles all instants before `end`, stopping where asked.
void Engine::release(Instant end) {
  held_back_ = 0;
  while (!stops_.empty() && stops_.back() < end) {
    const Instant stop = stops_.back();
    stops_.pop_back();
    settle(stop + Duration{1});
    if (is_stopped()) return;
    finish_deploy();
    listener_.on_stop(stop);
  }
  settle(end);
}

void Engine::settle(Instant end) {
  Instant carried = settled_;
  size_t since = 0;  // events and calls
  while (calls_.next() < end) {
    since += 1 + settle_events(calls_.next());
    if (is_stopped()) return;
    settle_calls();
    if (is_stopped()) return;
    // As between slices.
    if (since < kSliceEvents && settled_ < carried + kSliceSpan) continue;
    carry_on();
    if (is_stopped()) return;
    carried = settled_;
    since = 0;
  }
  settle_events(end);
}

/// In slices, so that neither the events at work nor the changes they make fill memory, however
/// much is released, and however far the clock is moved on. Returns how many there were.
size_t Engine::settle_events(Instant end) {
  if (end <= settled_) return 0;
  const std::span<Arrival> released = reorder_.release(end);
  std::span<Arrival> rest = released;
  while (settled_ < end) {
    const Instant next_event = rest.empty() ? end : rest[0].at;
    const Instant warm_end = next_warm_end();
    const Instant first = std::max(settled_, std::min({next_event, earliest_wake(), warm_end}));
    // What warms is looked at right after its last instant.
    const Instant limit = std::min({end, first + kSliceSpan, warm_end + Duration{1}});
    size_t count = 0;
    while (count < rest.size() && rest[count].at < limit &&
           (count < kSliceEvents || rest[count].at == rest[count - 1].at)) {
      ++count;  // an instant is settled whole
    }
    const bool cut = count < rest.size() && rest[count].at < limit;
    const Instant slice_end = cut ? rest[count].at : limit;
    // The changes of one warming's end, or of carrying over, come before those of the next.
    if (warm_end < slice_end && carries()) finish_deploy();
    if (is_stopped()) return released.size();
    if (first < end) process(rest.subspan(0, count), slice_end);
    if (is_stopped()) return released.size();
    rest = rest.subspan(count);
    settled_ = slice_end;
    // Else all that a long call changes would be held back to its end.
    if (settled_ < end) carry_on();
    if (is_stopped()) return released.size();
  }
  if (!released.empty()) reorder_.drop_before(end);
  return released.size();
}

Instant Engine::earliest_wake() const {
  Instant earliest = kNever - kSliceSpan;
  for (const auto& shard : shards_) earliest = std::min(earliest, shard->earliest_wake());
  return earliest;
}

/// The next events in order of time, all before `end`; those of its instants are whole.
void Engine::process(std::span<Arrival> arrivals, Instant end) {
  held_.begin_run();
  if (!aliases_.empty()) give_names(arrivals);
  const auto parts = static_cast<uint32_t>(shards_.size());
  if (parts == 1) {
    shards_[0]->settle(arrivals, end);
  } else {
    workers_.run([&](uint32_t part) { shards_[part]->settle_own(arrivals, part, parts, end); });
  }
  if (is_stopped()) return;
  give_updates();
  give_changes();
}

void Engine::give_updates() {
  if (!tells_users_) return;
  for (const auto& shard : shards_) {
    shard->give_updates([&](const UserUpdate& update) { listener_.on_user(update); });
  }
}

void Engine::give(std::span<const Change> changes) {
  if (is_deploying()) [[unlikely]]
    return held_.add(changes);
  stats_.changes += changes.size();
  if (!changes.empty()) listener_.on_changes(changes);
}

void Engine::give_changes() {
  if (shards_.size() == 1) {
    while (true) {
      const std::span<const Change> changes = shards_[0]->next_changes();
      if (changes.empty()) return;
      give(changes);
    }
  }
  std::vector<std::span<const Change>> heads;
  for (const auto& shard : shards_) heads.push_back(shard->next_changes());
  const auto first = [&](const auto& a, const auto& b) {
    return !a.empty() && (b.empty() || goes_before(a[0], b[0], segment_ranks_));
  };
  const auto goes_on = [](const Change& before, std::span<const Change> rest) {
    return rest[0].at == before.at && rest[0].user == before.user;  // never cut there
  };
  while (true) {
    const auto least = std::min_element(heads.begin(), heads.end(), first);
    if (least->empty() || (merged_.size() >= kMergedAtOnce && !goes_on(merged_.back(), *least))) {
      give(merged_);
      merged_.clear();
      if (least->empty()) return;
    }
    merged_.push_back((*least)[0]);
    *least = least->subspan(1);
    if (!least->empty()) continue;
    *least = shards_[static_cast<size_t>(least - heads.begin())]->next_changes();
  }
}

bool Engine::is_member(std::string_view user, uint32_t segment) {
  finish_deploy();
  const UserHash hash = hash_user(user);
  const Shard& shard = shard_of_user(hash.stable);
  const uint32_t number = shard.users().find(hash, user);
  return number != UserTable::kNobody && shard.is_member(number, segment, last_settled());
}

double Engine::score_of(std::string_view user, uint32_t score) {
  finish_deploy();
  const UserHash hash = hash_user(user);
  const UserTable& users = shard_of_user(hash.stable).users();
  const uint32_t number = users.find(hash, user);
  if (number == UserTable::kNobody) return 0;
  return score_at(*program_, users.blob(number), score, last_settled());
}

int64_t Engine::member_count(uint32_t segment) const {
  int64_t count = 0;
  for (const auto& shard : shards_) count += shard->member_counts()[segment];
  return count;
}

std::vector<std::vector<std::string_view>> Engine::members() {
  finish_deploy();
  std::vector<std::vector<std::string_view>> members(program_->view().segments.size());
  for (const auto& shard : shards_) {
    std::vector<uint32_t> taken;  // segments that have members here
    for (uint32_t segment = 0; segment < members.size(); ++segment) {
      if (shard->member_counts()[segment] != 0) taken.push_back(segment);
    }
    const UserTable& users = shard->users();
    for (uint32_t number = 0; number < users.size(); ++number) {
      for (const uint32_t segment : taken) {
        if (shard->is_member(number, segment, last_settled()))
          members[segment].push_back(users.id(number));
      }
    }
  }
  for (auto& ids : members) std::sort(ids.begin(), ids.end());
  return members;
}

std::vector<std::pair<std::string_view, double>> Engine::scores(uint32_t score) {
  finish_deploy();
  std::vector<std::pair<std::string_view, double>> values;
  for (const auto& shard : shards_) {
    const UserTable& users = shard->users();
    for (uint32_t number = 0; number < users.size(); ++number) {
      const Blob blob = users.blob(number);
      if (blob.empty()) continue;  // removed
      values.emplace_back(users.id(number), score_at(*program_, blob, score, last_settled()));
    }
  }
  std::sort(values.begin(), values.end());
  return values;
}

EngineStats Engine::stats() const {
  EngineStats stats = stats_;
  stats.waiting = reorder_.waiting();
  stats.newest = watermark_.newest();
  for (const auto& shard : shards_) {
    stats.users += shard->user_count();
    stats.duplicates += shard->duplicates();
    stats.capped += shard->capped();
    stats.table_bytes += shard->table_bytes();
    stats.state_bytes += shard->state_bytes();
    stats.residence += shard->residence();
  }
  return stats;
}

}  // namespace segue
