// How a shard goes over to another program: user by user, when an event touches one or when it is a
// user's turn.
#include <utility>

#include "runtime/base/hash.h"
#include "runtime/cells/bytes.h"
#include "runtime/cells/capped.h"
#include "runtime/engine/shard.h"
#include "runtime/interp/prepared.h"
#include "runtime/interp/settle.h"

namespace segue {
namespace {

// How far ahead of its use a row is fetched.
constexpr uint32_t kRowsAhead = 8;
constexpr uint32_t kLinesAhead = 0xffff;  // of a state: the first kilobyte
constexpr uint32_t kUsersADrop = 1024;  // pages that nobody needs any more are looked for so often
// Of a bounded memory so much is made free for users that are carried over.
constexpr size_t kPartMadeFree = 16;

bool truth_at(const Blob& blob, uint32_t place) {
  const std::byte* word = blob.data() + sizeof(BlobHeader) + size_t{place / 64} * 8;
  return (cells::load<uint64_t>(word) >> (place % 64) & 1) != 0;
}

}  // namespace

void Shard::begin_deploy(std::shared_ptr<const Deploy> deploy,
                         std::span<const uint32_t> segment_ranks, std::unique_ptr<UserTable> past) {
  std::vector<int64_t> counts(deploy->segments.size());
  for (size_t i = 0; i < counts.size(); ++i) {
    const uint32_t old_row = deploy->segments[i].old_row;
    if (old_row != image::kNone) counts[i] = member_counts_[old_row];
  }
  member_counts_ = std::move(counts);
  program_ = deploy->to.get();
  alone_ = interp::Alone(*program_);
  reads_user_ = program_->prepared().reads_user;
  std::shared_ptr<Ids> ids = users_.ids();
  const uint32_t living = users_.living();
  std::vector<bool> carried(users_.size());
  auto former = std::make_unique<Former>(
      Former{deploy, std::move(users_), std::move(staying_), std::move(carried), 0, living, {}});
  former->past = std::move(past);
  users_ = UserTable(program_->view().layout[0], bound_, std::move(ids));
  lines_ = TouchedLines(program_->view(), UserTable::kStateAt, users_.rows_are_aligned());
  order_.rank(segment_ranks);
  timers_.clear();  // those of users who are not carried over ask for the old program
  changed_.clear();
  is_changed_.clear();
  if (updates_) note_updates();
  warming_ = deploy->warming;
  staying_ = StayingMembers(warming_ ? warming_->rows.size() : 0);
  if (former->users.residents() != nullptr) {
    former->users.lower_bound_to(bound_.bytes - bound_.bytes / kPartMadeFree);
  }
  former_ = std::move(former);
  part_memory();
  if (living == 0) forget_former();
}

/// What the states of those who are not carried over do not take of a bounded memory.
void Shard::part_memory() {
  if (users_.residents() == nullptr) return;
  const size_t held = former_ != nullptr ? former_->users.bytes_in_memory() : 0;
  users_.set_bound(bound_.bytes > held ? bound_.bytes - held : 1);
}

void Shard::forget_former() {
  if (former_->users.residents() != nullptr) {
    if (trouble_before_.ok()) trouble_before_ = former_->users.trouble();
    past_residence_ += former_->users.end_residence();
  }
  former_.reset();
  part_memory();
}

Status Shard::trouble() const {
  if (!trouble_before_.ok()) return trouble_before_;
  const bool of_former = former_ && !former_->users.trouble().ok();
  return of_former ? former_->users.trouble() : users_.trouble();
}

ResidenceStats Shard::residence() const {
  ResidenceStats all = past_residence_;
  if (users_.residents() == nullptr) return all;
  all += users_.residents()->stats;
  if (former_) all += former_->users.residents()->stats;
  return all;
}

/// Whose event it is while users are carried over: the user is, and first of all.
void Shard::guess_carried(Arrival& arrival) {
  const std::string_view id = arrival.event->user;
  arrival.user = users_.find(arrival.hash, id);
  if (arrival.user != UserTable::kNobody) return;
  const uint32_t former = find_former(arrival.hash, id);
  if (former == UserTable::kNobody) {
    arrival.user = users_.find_or_add(arrival.hash, id);
    return;
  }
  arrival.user = carry_user(former).number;
}

/// Of those who are not carried over: who was and has left since is nobody.
uint32_t Shard::find_former(const UserHash& hash, std::string_view id) const {
  const uint32_t found = former_->users.find_from(former_->next, hash, id);
  return found != UserTable::kNobody && !former_->is_carried[found] ? found : UserTable::kNobody;
}

Shard::Carried Shard::carry_user(uint32_t former_number) {
  const std::shared_ptr<const Deploy> deploy = former_->deploy;
  UserTable& users = former_->users;
  const std::string_view id = users.id(former_number);
  former_->is_carried[former_number] = true;
  const UserHash hash = hash_user(id);
  const uint32_t number = users_.add_known(hash, users.id_place(former_number));
  const Blob old = users.blob(former_number);
  const uint32_t bytes = old.empty() ? 0 : old.header().bytes;
  if (!old.empty()) {
    Blob blob = users_.take(number);
    const uint32_t past = former_->past ? former_->past->find(hash, id) : UserTable::kNobody;
    const Blob filled = past != UserTable::kNobody ? former_->past->blob(past) : Blob();
    interp::carry_over(deploy->plan, *deploy->from, old, *deploy->to, blob, id, deploy->at,
                       deploy->fill, filled);
    if (past != UserTable::kNobody) former_->past->let_go(past);
    tell_deploy(former_number, old, number, blob);
    // As far as all others are.
    advance(*program_, blob, id, timers_.now() - Duration{1}, order_.transitions());
    users_.put_back(number, blob);
    if (tracks_changed_) note_changed(number);
    if (order_.unowned() != 0) note_changes(users_.row(number), blob);
    if (updates_) {
      updates_->note_anew(users_.id_place(number), blob,
                          entries_of(number, timers_.now() - Duration{1}), order_.all().size());
    }
    set_wake(number, next_deadline(blob));
    users.let_go(former_number);
    part_memory();
  }
  if (--former_->left == 0) forget_former();
  return {number, bytes};
}

/// What changes at the instant of the deploy.
void Shard::tell_deploy(uint32_t former_number, const Blob& old, uint32_t number,
                        const Blob& blob) {
  const Deploy& deploy = *former_->deploy;
  const int64_t first_ms = old.header().first_ms;
  const Warming* const was_warming = deploy.old_warming.get();
  const auto was_in = [&](uint32_t row) {
    if (was_warming != nullptr && was_warming->stays(row, first_ms, deploy.at)) {
      return former_->staying.get(former_number, was_warming->segments[row].slot);
    }
    return member(*deploy.from, old, row);
  };
  std::vector<Transition>& out = order_.transitions();
  Transition change{.at = deploy.at, .cause = Cause::kDeploy};
  for (uint32_t row = 0; row < deploy.segments.size(); ++row) {
    const Deploy::Segment& segment = deploy.segments[row];
    const bool was = segment.old_row != image::kNone && was_in(segment.old_row);
    if (warming_ && warming_->waits(row, first_ms)) {
      staying_.set(number, warming_->segments[row].slot, was);
      continue;
    }
    change.entered = truth_at(blob, segment.place);
    if (change.entered == was) continue;
    change.segment = row;
    out.push_back(change);
    member_counts_[row] += change.entered ? 1 : -1;
  }
  change.entered = false;
  change.segment = static_cast<uint32_t>(deploy.segments.size());
  for (const uint32_t row : deploy.removed) {
    if (was_in(row)) out.push_back(change);
    ++change.segment;
  }
  order_.belong_to(users_.id_place(number));
}

void Shard::begin_carrying(Instant settled) {
  timers_.move_to(settled);  // nothing was due up to then
  order_.clear();
  if (updates_) updates_->clear();
  cells::take_capped();
}

void Shard::end_carrying() {
  capped_ += cells::take_capped();
  order_.put_in_order();
}

void Shard::carry_some(size_t bytes, Instant settled) {
  begin_carrying(settled);
  if (former_) {
    carry_users(bytes);
  } else if (warmed_) {
    look_at_warmed(bytes);
  }
  end_carrying();
}

void Shard::carry_these(std::span<const std::pair<UserHash, std::string_view>> ids,
                        Instant settled) {
  begin_carrying(settled);
  for (const auto& [hash, id] : ids) {
    if (former_) {
      const uint32_t former = find_former(hash, id);
      if (former != UserTable::kNobody) carry_user(former);
    } else if (warmed_) {
      const uint32_t number = users_.find(hash, id);
      if (number != UserTable::kNobody) tell_warmed(number);
    }
  }
  end_carrying();
}

void Shard::carry_users(size_t bytes) {
  size_t carried = 0;
  while (former_ != nullptr && carried < bytes) {
    UserTable& users = former_->users;
    const uint32_t next = former_->next;
    if (next + kRowsAhead < users.size()) users.fetch_row(next + kRowsAhead, kLinesAhead);
    carried += UserTable::kStateAt;
    ++former_->next;
    if (next % kUsersADrop == 0) users.drop_before(next);
    if (former_->is_carried[next] || users.is_free(next)) continue;
    const bool was_cold = users.is_cold(next);
    const Carried user = carry_user(next);
    carried += user.bytes;
    if (was_cold) users_.let_leave(user.number);  // nobody asked for it
  }
}

}  // namespace segue
