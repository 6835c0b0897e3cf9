#include "api/runtime/published.h"

#include <bit>

#include "runtime/base/hash.h"

namespace segue {

struct Published::User {
  uint64_t hash = 0;
  std::string_view id;
  std::atomic<uint64_t> version{0};  // odd while it is written
  std::unique_ptr<std::atomic<uint64_t>[]> words;
};

struct Published::Table {
  explicit Table(size_t size) : mask(size - 1), places(new std::atomic<User*>[size]()) {}

  size_t mask;
  std::unique_ptr<std::atomic<User*>[]> places;
};

Published::Published(size_t segments)
    : words_((segments + 63) / 64), counts_(new std::atomic<uint64_t>[segments + 1]()) {
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
  made->words.reset(new std::atomic<uint64_t>[words_ + 1]());
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
  std::atomic<uint64_t>& word = open_->words[segment / 64];
  const uint64_t bit = uint64_t{1} << (segment % 64);
  const uint64_t before = word.load(std::memory_order_relaxed);
  const uint64_t after = member ? before | bit : before & ~bit;
  if (after == before) return;
  // Release, so that who sees it sees the odd version before it.
  word.store(after, std::memory_order_release);
  counts_[segment].fetch_add(member ? 1 : uint64_t(-1), std::memory_order_relaxed);
}

void Published::end() {
  const uint64_t version = open_->version.load(std::memory_order_relaxed);
  open_->version.store(version + 1, std::memory_order_release);
  open_ = nullptr;
}

bool Published::is_member(std::string_view user, uint32_t segment) const {
  const User* const found = find(user, hash64(user));
  if (found == nullptr) return false;
  return (found->words[segment / 64].load(std::memory_order_acquire) >> (segment % 64) & 1) != 0;
}

std::vector<uint32_t> Published::segments_of(std::string_view user) const {
  std::vector<uint32_t> segments;
  const User* const found = find(user, hash64(user));
  if (found == nullptr) return segments;
  for (;;) {
    const uint64_t version = found->version.load(std::memory_order_acquire);
    segments.clear();
    for (uint32_t i = 0; i < words_; ++i) {
      uint64_t word = found->words[i].load(std::memory_order_acquire);
      for (; word != 0; word &= word - 1) {
        segments.push_back(i * 64 + static_cast<uint32_t>(std::countr_zero(word)));
      }
    }
    const bool whole = version % 2 == 0;
    if (whole && found->version.load(std::memory_order_relaxed) == version) return segments;
  }
}

}  // namespace segue
