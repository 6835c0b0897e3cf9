#include "runtime/durable/outbox.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "runtime/base/byte_fields.h"
#include "runtime/durable/manifest.h"

namespace segue::durable {
namespace {

using Duration = OutboxOptions::Duration;

/// Of a piece: as much is given between two looks at the clock, and a value of the store.
constexpr size_t kPieceBytes = size_t{64} << 10;

/// What was given is committed when it is so much, or so old.
constexpr size_t kCommitBytes = size_t{8} << 20;
constexpr Duration kCommitAfter{100};

/// A sink that fails is tried again so much later, twice as late each time.
constexpr Duration kRetryFirst{100};
constexpr Duration kRetryLast{10'000};

/// Longer is for ever: behind it clocks overflow.
constexpr Duration kLongest = std::chrono::hours(24 * 365);

std::string key_of(uint64_t number) {
  std::string key(1, kOutboxKey);
  for (int shift = 56; shift >= 0; shift -= 8) key.push_back(static_cast<char>(number >> shift));
  return key;
}

uint64_t number_of(std::string_view key) {
  uint64_t number = 0;
  for (const char byte : key.substr(1)) number = number << 8 | static_cast<uint8_t>(byte);
  return number;
}

struct StoredPiece {
  uint64_t number = 0;
  uint32_t changes = 0;
  std::string_view records;
};

Result<StoredPiece> open_piece(std::string_view key, std::string_view value) {
  const Error damaged = {Errc::kCorrupt, "the checkpoint is damaged: changes that wait in it"};
  if (key.size() != 1 + sizeof(uint64_t)) return damaged;
  ByteReader in(value);
  StoredPiece piece;
  uint64_t seal = 0;
  if (!in.take(seal) || seal != seal_of(key, value.substr(sizeof seal))) return damaged;
  piece.number = number_of(key);
  if (!in.take(piece.changes) || !in.take_bytes(in.left(), piece.records)) return damaged;
  return piece;
}

/// Numbers follow one another.
Status each_piece(Store& store, const std::function<Status(const StoredPiece&)>& take) {
  uint64_t next = 0;
  return store.scan(std::string_view(&kOutboxKey, 1),
                    [&](std::string_view key, std::string_view value) -> Status {
                      SEGUE_TRY(const StoredPiece piece, open_piece(key, value));
                      if (next != 0 && piece.number != next) {
                        return Error{Errc::kCorrupt,
                                     fmt::format("the checkpoint is damaged: changes that wait in "
                                                 "it are missing before piece {}",
                                                 piece.number)};
                      }
                      next = piece.number + 1;
                      return take(piece);
                    });
}

}  // namespace

Outbox::~Outbox() {
  hand_over();
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    retry_at_ = Clock::now();
    failures_ = 0;  // one more ends it
  }
  changed_.notify_all();
  thread_.join();
}

Status Outbox::load(Store& store, uint64_t position, std::string_view mark) {
  position_ = position;
  mark_ = mark;
  SEGUE_TRY_STATUS(each_piece(store, [&](const StoredPiece& piece) -> Status {
    SEGUE_TRY_STATUS(receiver_.check_records(piece.records));
    if (pieces_.empty()) first_ = stored_from_ = piece.number;
    pieces_.push_back({std::string(piece.records), piece.changes});
    bytes_ += piece.records.size();
    changes_ += piece.changes;
    stored_end_ = piece.number + 1;
    return {};
  }));
  if (!pieces_.empty()) thread_ = std::thread([this] { run(); });
  return {};
}

// ---- the owner's side ---------------------------------------------------------------------------

void Outbox::add(std::string_view record) {
  open_.records.append(record);
  ++open_.changes;
  if (open_.records.size() < kPieceBytes) return;
  hand_over();
  std::unique_lock lock(mutex_);
  await_progress(lock);
}

void Outbox::hand_over() {
  if (open_.changes == 0) return;
  Piece piece = std::exchange(open_, {});
  {
    const std::lock_guard lock(mutex_);
    bytes_ += piece.records.size();
    changes_ += piece.changes;
    // Small ones are joined, but for one that is being given, or in the store.
    const bool has_last = pieces_.size() > given_ && first_ + pieces_.size() > stored_end_;
    if (has_last && pieces_.back().records.size() + piece.records.size() <= kPieceBytes) {
      pieces_.back().records += piece.records;
      pieces_.back().changes += piece.changes;
    } else {
      pieces_.push_back(std::move(piece));
    }
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  }
  changed_.notify_all();
}

/// Until there is room, or no hope of it.
void Outbox::await_progress(std::unique_lock<std::mutex>& lock) {
  if (!is_full()) return;
  const Clock::time_point begun = Clock::now();
  while (is_full() && !waits_in_vain()) {
    if (options_.patience > kLongest) {
      changed_.wait(lock);
      continue;
    }
    const Clock::time_point end = std::max(begun, progress_at_) + options_.patience;
    ran_out_ = Clock::now() >= end;
    if (!ran_out_) changed_.wait_until(lock, end);
  }
}

Status Outbox::await_room() {
  std::unique_lock lock(mutex_);
  await_progress(lock);
  if (!is_full()) return {};
  if (!failure_.ok()) return failure_;
  return Error{Errc::kUnreadable,
               fmt::format("{} changes wait for the sink, which has taken nothing for {} ms",
                           changes_, options_.patience.count())};
}

Status Outbox::flush(Duration longest) {
  hand_over();
  std::unique_lock lock(mutex_);
  if (pieces_.empty()) return {};
  const uint64_t failures = failures_;
  const auto is_over = [&] { return pieces_.empty() || failures_ != failures; };
  flushes_ = true;
  retry_at_ = Clock::now();
  changed_.notify_all();
  if (longest > kLongest) {
    changed_.wait(lock, is_over);
  } else {
    changed_.wait_until(lock, Clock::now() + longest, is_over);
  }
  flushes_ = false;
  if (pieces_.empty()) return {};
  if (failures_ != failures) return failure_;
  return Error{Errc::kUnreadable, fmt::format("{} changes still wait for the sink after {} ms",
                                              changes_, longest.count())};
}

Outbox::Waiting Outbox::waiting() {
  const std::lock_guard lock(mutex_);
  return {changes_, bytes_, failure_};
}

Outbox::Saved Outbox::save(StoreBatch& batch) {
  hand_over();
  const std::lock_guard lock(mutex_);
  const uint64_t next = first_ + pieces_.size();
  for (uint64_t number = stored_from_; number < std::min(first_, stored_end_); ++number) {
    batch.remove(key_of(number));
  }
  std::string value;
  for (uint64_t number = std::max(first_, stored_end_); number < next; ++number) {
    const Piece& piece = pieces_[number - first_];
    value.clear();
    put(value, static_cast<uint32_t>(piece.changes));
    value += piece.records;
    batch.put_sealed(key_of(number), value);
  }
  stored_from_ = first_;
  stored_end_ = next;
  return {position_, mark_, first_, next};
}

// ---- the sink's side ----------------------------------------------------------------------------

void Outbox::run() {
  thread_id_ = std::this_thread::get_id();
  std::unique_lock lock(mutex_);
  for (;;) {
    if (stopped_ && (pieces_.empty() || failures_ > 0)) return;
    const std::optional<Clock::time_point> next = next_step();
    if (!next) {
      changed_.wait(lock);
    } else if (*next > Clock::now()) {
      changed_.wait_until(lock, *next);
    } else if (!is_resumed_) {
      resume(lock);
    } else if (is_commit_due()) {
      commit(lock);
    } else {
      give_piece(lock);
    }
  }
}

/// When there is something to do; nothing: not before something changes.
std::optional<Outbox::Clock::time_point> Outbox::next_step() const {
  if (pieces_.empty()) return std::nullopt;
  if (!is_resumed_) return retry_at_;
  if (given_ < pieces_.size() || is_commit_due()) return Clock::time_point::min();
  return given_at_ + kCommitAfter;
}

bool Outbox::is_commit_due() const {
  if (given_ == 0) return false;
  if (given_bytes_ >= kCommitBytes || Clock::now() >= given_at_ + kCommitAfter) return true;
  return given_ == pieces_.size() && (flushes_ || stopped_ || is_full());
}

void Outbox::give_piece(std::unique_lock<std::mutex>& lock) {
  // It stays where it is while others come.
  const std::string& records = pieces_[given_].records;
  if (given_ == 0) given_at_ = Clock::now();
  ++given_;
  given_bytes_ += records.size();
  lock.unlock();
  receiver_.give_to_sink(records);
  lock.lock();
  note_progress();
}

void Outbox::resume(std::unique_lock<std::mutex>& lock) {
  const uint64_t position = position_;
  lock.unlock();
  Status status = receiver_.resume_sink(position);
  lock.lock();
  if (status.ok()) {
    is_resumed_ = true;
  } else {
    note_failure(std::move(status));
  }
}

void Outbox::commit(std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  Result<uint64_t> position = receiver_.commit_sink();
  std::string mark = position ? receiver_.sink_mark() : std::string();
  lock.lock();
  if (!position) return note_failure(position.error());
  position_ = *position;
  mark_ = std::move(mark);
  for (; given_ > 0; --given_, ++first_) {
    bytes_ -= pieces_.front().records.size();
    changes_ -= pieces_.front().changes;
    pieces_.pop_front();
  }
  given_bytes_ = 0;
  failure_ = {};
  in_turn_ = 0;
  note_progress();
}

void Outbox::note_failure(Status status) {
  const Duration later = kRetryFirst * (1U << std::min(in_turn_, 10U));
  retry_at_ = Clock::now() + std::min(later, kRetryLast);
  failure_ = std::move(status);
  ++failures_;
  ++in_turn_;
  is_resumed_ = false;
  given_ = 0;
  given_bytes_ = 0;
  changed_.notify_all();
}

void Outbox::note_progress() {
  progress_at_ = Clock::now();
  ran_out_ = false;
  changed_.notify_all();
}

// ---- looking ------------------------------------------------------------------------------------

Result<Outbox::Waiting> waiting_in(Store& store) {
  Outbox::Waiting waiting;
  SEGUE_TRY_STATUS(each_piece(store, [&](const StoredPiece& piece) -> Status {
    waiting.changes += piece.changes;
    waiting.bytes += piece.records.size();
    return {};
  }));
  return waiting;
}

}  // namespace segue::durable
