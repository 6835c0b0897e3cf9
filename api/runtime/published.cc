#include "api/runtime/published.h"

#include <algorithm>
#include <bit>

#include "runtime/base/hash.h"

namespace segue {
namespace {

/// In place of the instant of a user who is not known.
constexpr int64_t kGone = INT64_MIN;

}  // namespace

struct Published::User {
  uint64_t hash = 0;
  std::string_view id;
  std::atomic<uint64_t> version{0};  // odd while it is written
  std::unique_ptr<std::atomic<uint64_t>[]> words;

  /// Calls `read` until nobody wrote meanwhile.
  template <class Read>
  void read_whole(const Read& read) const {
    for (;;) {
      const uint64_t before = version.load(std::memory_order_acquire);
      read();
      if (before % 2 == 0 && version.load(std::memory_order_relaxed) == before) return;
    }
  }
  uint64_t word(size_t i) const { return words[i].load(std::memory_order_acquire); }
  /// Release, so that who sees it sees the odd version before it.
  void set(size_t i, uint64_t word) { words[i].store(word, std::memory_order_release); }
};

struct Published::Table {
  explicit Table(size_t size) : mask(size - 1), places(new std::atomic<User*>[size]()) {}

  size_t mask;
  std::unique_ptr<std::atomic<User*>[]> places;
};

Published::Published(size_t segments, size_t score_words)
    : words_((segments + 63) / 64),
      score_words_(score_words),
      settled_ms_(kLongAgo.ms),
      counts_(new std::atomic<uint64_t>[segments + 1]()) {
  tables_.push_back(std::make_unique<Table>(64));
  table_.store(tables_.back().get(), std::memory_order_release);
}

Published::~Published() = default;

Published::User* Published::find(std::string_view user, uint64_t hash) const {
  const Table& table = *table_.load(std::memory_order_acquire);
  for (size_t place = hash & table.mask;; place = (place + 1) & table.mask) {
    User* const found = table.places[place].load(std::memory_order_acquire);
    if (found == nullptr || (found->hash == hash && found->id == user)) return found;
  }
}

void Published::place(Table& table, User* user) {
  size_t place = user->hash & table.mask;
  while (table.places[place].load(std::memory_order_relaxed) != nullptr) {
    place = (place + 1) & table.mask;
  }
  table.places[place].store(user, std::memory_order_release);
}

Published::User* Published::add(std::string_view user, uint64_t hash) {
  auto made = std::make_unique<User>();
  made->hash = hash;
  made->id = ids_.copy(user);
  made->words.reset(new std::atomic<uint64_t>[words_ + score_words_ + 1]());
  made->set(words_ + score_words_, static_cast<uint64_t>(kGone));
  owned_.push_back(std::move(made));
  if (owned_.size() * 2 > tables_.back()->mask) {
    auto larger = std::make_unique<Table>(2 * (tables_.back()->mask + 1));
    for (const auto& known : owned_) place(*larger, known.get());
    table_.store(larger.get(), std::memory_order_release);
    tables_.push_back(std::move(larger));
  } else {
    place(*tables_.back(), owned_.back().get());
  }
  return owned_.back().get();
}

void Published::begin(std::string_view user) {
  const uint64_t hash = hash64(user);
  open_ = find(user, hash);
  if (open_ == nullptr) open_ = add(user, hash);
  const uint64_t version = open_->version.load(std::memory_order_relaxed);
  open_->version.store(version + 1, std::memory_order_relaxed);
}

void Published::set(uint32_t segment, bool member) {
  const uint64_t bit = uint64_t{1} << (segment % 64);
  const uint64_t before = open_->word(segment / 64);
  const uint64_t after = member ? before | bit : before & ~bit;
  if (after == before) return;
  open_->set(segment / 64, after);
  counts_[segment].fetch_add(member ? 1 : uint64_t(-1), std::memory_order_relaxed);
}

void Published::set_scores(std::span<const uint64_t> words) {
  for (size_t i = 0; i < words.size(); ++i) open_->set(words_ + i, words[i]);
}

void Published::end(Instant at) { end_at(at.ms); }

void Published::end_gone() { end_at(kGone); }

void Published::end_at(int64_t at_ms) {
  open_->set(words_ + score_words_, static_cast<uint64_t>(at_ms));
  const uint64_t version = open_->version.load(std::memory_order_relaxed);
  open_->version.store(version + 1, std::memory_order_release);
  open_ = nullptr;
}

bool Published::is_member(std::string_view user, uint32_t segment) const {
  const User* const found = find(user, hash64(user));
  return found != nullptr && (found->word(segment / 64) >> (segment % 64) & 1) != 0;
}

void Published::collect(const User& user, std::vector<uint32_t>& segments) const {
  segments.clear();
  for (uint32_t i = 0; i < words_; ++i) {
    for (uint64_t word = user.word(i); word != 0; word &= word - 1) {
      segments.push_back(i * 64 + static_cast<uint32_t>(std::countr_zero(word)));
    }
  }
}

std::vector<uint32_t> Published::segments_of(std::string_view user) const {
  std::vector<uint32_t> segments;
  const User* const found = find(user, hash64(user));
  if (found != nullptr) found->read_whole([&] { collect(*found, segments); });
  return segments;
}

void Published::each_member(uint32_t segment,
                            const std::function<void(std::string_view)>& give) const {
  const Table& table = *table_.load(std::memory_order_acquire);
  for (size_t place = 0; place <= table.mask; ++place) {
    const User* const user = table.places[place].load(std::memory_order_acquire);
    if (user != nullptr && (user->word(segment / 64) >> (segment % 64) & 1) != 0) give(user->id);
  }
}

Published::Seen Published::look_up(std::string_view user, std::vector<uint32_t>* segments,
                                   std::span<uint64_t> scores) const {
  // Before the user is read: who has a deadline up to it was written before it was.
  const int64_t settled_ms = settled_ms_.load(std::memory_order_acquire);
  const User* const found = find(user, hash64(user));
  if (found == nullptr) return {false, {settled_ms}};
  int64_t at_ms = kGone;
  found->read_whole([&] {
    if (segments != nullptr) collect(*found, *segments);
    for (size_t i = 0; i < score_words_; ++i) scores[i] = found->word(words_ + i);
    at_ms = static_cast<int64_t>(found->word(words_ + score_words_));
  });
  return {at_ms != kGone, {std::max(at_ms, settled_ms)}};
}

}  // namespace segue
