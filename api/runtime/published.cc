#include "api/runtime/published.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "runtime/base/hash.h"

namespace segue {
namespace {

/// In place of the instant of a user who is not known.
constexpr int64_t kGone = INT64_MIN;

}  // namespace

/// Of a user's words: memberships, then those of scores, then the instant.
struct Published::Layout {
  Layout(Numbering numbering, const Layout* of_before)
      : means(std::move(numbering)),
        before(of_before),
        segment_words((means.segments + 63) / 64),
        counts(new std::atomic<uint64_t>[means.segments + 1]()),
        numbers_now(before == nullptr ? 0 : before->means.segments, kNoOld) {
    for (uint32_t i = 0; i < means.old_segments.size(); ++i) {
      const uint32_t old = means.old_segments[i];
      if (old == kNoOld) continue;
      numbers_now[old] = i;
      counts[i].store(before->counts[old].load(std::memory_order_relaxed),
                      std::memory_order_relaxed);
    }
  }

  size_t words() const { return segment_words + means.score_words + 1; }
  size_t at_word() const { return segment_words + means.score_words; }

  Numbering means;
  const Layout* before;  // null: none
  size_t segment_words;
  std::unique_ptr<std::atomic<uint64_t>[]> counts;  // members by segment
  std::vector<uint32_t> numbers_now;                // by segment of `before`, or kNoOld
};

/// Words that are a user's as long as they suffice, and then another's: who still reads them is
/// told by the version of the user whose they were.
struct Published::Block {
  Block(const Layout& first, size_t words)
      : layout(&first), room(words), words(new std::atomic<uint64_t>[words]()) {}

  std::atomic<const Layout*> layout;  // of no more words than there is room for
  size_t room;
  std::unique_ptr<std::atomic<uint64_t>[]> words;

  uint64_t word(size_t i) const { return words[i].load(std::memory_order_acquire); }
  /// Release, so that who sees it sees the odd version before it.
  void set(size_t i, uint64_t word) { words[i].store(word, std::memory_order_release); }
};

template <class Take>
void Published::for_each_bit(const Block& block, size_t words, const Take& take) {
  for (uint32_t i = 0; i < words; ++i) {
    for (uint64_t word = block.word(i); word != 0; word &= word - 1) {
      take(i * 64 + static_cast<uint32_t>(std::countr_zero(word)));
    }
  }
}

struct Published::User {
  uint64_t hash = 0;
  std::string_view id;
  std::atomic<uint64_t> version{0};  // odd while it is written
  std::atomic<Block*> block{nullptr};

  Block& at_work() const { return *block.load(std::memory_order_relaxed); }
};

struct Published::Table {
  explicit Table(size_t size) : mask(size - 1), places(new std::atomic<User*>[size]()) {}

  size_t mask;
  std::unique_ptr<std::atomic<User*>[]> places;
};

Published::Published(Numbering numbering) : layout_(nullptr), settled_ms_(kLongAgo.ms) {
  tables_.push_back(std::make_unique<Table>(64));
  table_.store(tables_.back().get(), std::memory_order_release);
  go_over(std::move(numbering));
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
  const Layout& layout = *layouts_.back();
  Block* const block = make_block(layout);
  block->set(layout.at_word(), static_cast<uint64_t>(kGone));
  made->block.store(block, std::memory_order_release);
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

// ---- numberings ---------------------------------------------------------------------------------

void Published::go_over(Numbering next) {
  const Layout* const before = layouts_.empty() ? nullptr : layouts_.back().get();
  layouts_.push_back(std::make_unique<Layout>(std::move(next), before));
  layout_.store(layouts_.back().get(), std::memory_order_release);
}

/// All words are 0.
Published::Block* Published::make_block(const Layout& layout) {
  const auto unused = unused_.lower_bound(layout.words());
  if (unused == unused_.end()) {
    blocks_.push_back(std::make_unique<Block>(layout, layout.words()));
    return blocks_.back().get();
  }
  Block* const block = unused->second;
  unused_.erase(unused);
  for (size_t i = 0; i < block->room; ++i) block->set(i, 0);
  block->layout.store(&layout, std::memory_order_release);
  return block;
}

/// A user's words as those of now; of the numbering before that is what it was, of one further back
/// nothing: then the user was gone.
void Published::bring_over(User& user) {
  const Layout& now = *layouts_.back();
  Block* const had = &user.at_work();
  const Layout& of = *had->layout.load(std::memory_order_relaxed);
  if (&of == &now) return;
  std::vector<uint64_t> words(now.words());
  if (&of == now.before) {
    for_each_bit(*had, of.segment_words, [&](uint32_t old) {
      const uint32_t segment = now.numbers_now[old];
      if (segment != kNoOld) words[segment / 64] |= uint64_t{1} << (segment % 64);
    });
  }
  words[now.at_word()] = had->word(of.at_word());
  Block* const has = words.size() <= had->room ? had : make_block(now);
  for (size_t i = 0; i < words.size(); ++i) has->set(i, words[i]);
  has->layout.store(&now, std::memory_order_release);
  if (has == had) return;
  user.block.store(has, std::memory_order_release);
  unused_.emplace(had->room, had);
}

bool Published::holds(const Layout& now, const Layout& of, const Block& block, uint32_t segment) {
  if (&of != &now) {
    if (&of != now.before || segment >= now.means.old_segments.size()) return false;
    segment = now.means.old_segments[segment];
    if (segment == kNoOld) return false;
  }
  return (block.word(segment / 64) >> (segment % 64) & 1) != 0;
}

// ---- the writer's -------------------------------------------------------------------------------

void Published::begin(std::string_view user) {
  const uint64_t hash = hash64(user);
  open_ = find(user, hash);
  if (open_ == nullptr) open_ = add(user, hash);
  const uint64_t version = open_->version.load(std::memory_order_relaxed);
  open_->version.store(version + 1, std::memory_order_relaxed);
  bring_over(*open_);
}

void Published::set(uint32_t segment, bool member) {
  Block& block = open_->at_work();
  const uint64_t bit = uint64_t{1} << (segment % 64);
  const uint64_t before = block.word(segment / 64);
  const uint64_t after = member ? before | bit : before & ~bit;
  if (after == before) return;
  block.set(segment / 64, after);
  layouts_.back()->counts[segment].fetch_add(member ? 1 : uint64_t(-1), std::memory_order_relaxed);
}

void Published::set_all(std::span<const uint32_t> segments) {
  Layout& now = *layouts_.back();
  Block& block = open_->at_work();
  std::vector<uint64_t> words(now.segment_words);
  for (const uint32_t segment : segments) words[segment / 64] |= uint64_t{1} << (segment % 64);
  for (uint32_t i = 0; i < words.size(); ++i) {
    for (uint64_t other = words[i] ^ block.word(i); other != 0; other &= other - 1) {
      const auto bit = static_cast<uint32_t>(std::countr_zero(other));
      set(i * 64 + bit, (words[i] >> bit & 1) != 0);
    }
  }
}

void Published::set_scores(std::span<const uint64_t> words) {
  Block& block = open_->at_work();
  for (size_t i = 0; i < words.size(); ++i) block.set(layouts_.back()->segment_words + i, words[i]);
}

void Published::end(Instant at) { end_at(at.ms); }

void Published::end_gone() { end_at(kGone); }

void Published::end_at(int64_t at_ms) {
  open_->at_work().set(layouts_.back()->at_word(), static_cast<uint64_t>(at_ms));
  const uint64_t version = open_->version.load(std::memory_order_relaxed);
  open_->version.store(version + 1, std::memory_order_release);
  open_ = nullptr;
}

// ---- any thread ---------------------------------------------------------------------------------

/// Calls `read(now, of, block)` until nobody wrote meanwhile, and no other numbering began; of
/// nobody `of` and `block` are null.
template <class Read>
void Published::read_whole(const User* user, const Read& read) const {
  for (;;) {
    const Layout* const now = layout_.load(std::memory_order_acquire);
    if (user == nullptr) return read(*now, nullptr, nullptr);
    const uint64_t version = user->version.load(std::memory_order_acquire);
    const Block* const block = user->block.load(std::memory_order_acquire);
    read(*now, block->layout.load(std::memory_order_acquire), block);
    if (version % 2 == 0 && user->version.load(std::memory_order_relaxed) == version &&
        layout_.load(std::memory_order_relaxed) == now) {
      return;
    }
  }
}

bool Published::is_member(std::string_view user, uint32_t segment) const {
  bool is_in = false;
  read_whole(
      find(user, hash64(user)), [&](const Layout& now, const Layout* of, const Block* block) {
        is_in = of != nullptr && segment < now.means.segments && holds(now, *of, *block, segment);
      });
  return is_in;
}

void Published::collect(const Layout& now, const Layout& of, const Block& block,
                        std::vector<uint32_t>& segments) {
  segments.clear();
  if (&of != &now) {
    for (uint32_t i = 0; i < now.means.segments; ++i) {
      if (holds(now, of, block, i)) segments.push_back(i);
    }
    return;
  }
  for_each_bit(block, of.segment_words, [&](uint32_t segment) { segments.push_back(segment); });
}

std::vector<uint32_t> Published::segments_of(std::string_view user) const {
  std::vector<uint32_t> segments;
  read_whole(find(user, hash64(user)),
             [&](const Layout& now, const Layout* of, const Block* block) {
               if (of != nullptr) collect(now, *of, *block, segments);
             });
  return segments;
}

bool Published::each_member(uint32_t segment,
                            const std::function<void(std::string_view)>& give) const {
  const Layout* const begun = layout_.load(std::memory_order_acquire);
  if (segment >= begun->means.segments) return true;
  const Table& table = *table_.load(std::memory_order_acquire);
  for (size_t place = 0; place <= table.mask; ++place) {
    const User* const user = table.places[place].load(std::memory_order_acquire);
    if (user == nullptr) continue;
    bool is_in = false;
    bool goes_on = true;
    read_whole(user, [&](const Layout& now, const Layout* of, const Block* block) {
      goes_on = &now == begun;
      is_in = goes_on && holds(now, *of, *block, segment);
    });
    if (!goes_on) return false;
    if (is_in) give(user->id);
  }
  return true;
}

uint64_t Published::count(uint32_t segment) const {
  const Layout& now = *layout_.load(std::memory_order_acquire);
  return segment < now.means.segments ? now.counts[segment].load(std::memory_order_relaxed) : 0;
}

const LookupMeaning* Published::meaning() const {
  return layout_.load(std::memory_order_acquire)->means.meaning.get();
}

Published::Seen Published::look_up(std::string_view user, std::vector<uint32_t>* segments,
                                   std::span<uint64_t> scores) const {
  // Before the user is read: who has a deadline up to it was written before it was.
  const int64_t settled_ms = settled_ms_.load(std::memory_order_acquire);
  Seen seen;
  read_whole(find(user, hash64(user)),
             [&](const Layout& now, const Layout* of, const Block* block) {
               seen = {false, {settled_ms}, 0, now.means.meaning.get(), now.means.meaning.get()};
               if (segments != nullptr) segments->clear();
               if (of != &now && (of == nullptr || of != now.before)) return;
               const auto at_ms = static_cast<int64_t>(block->word(of->at_word()));
               if (at_ms == kGone) return;
               seen.is_known = true;
               seen.at = {std::max(at_ms, settled_ms)};
               if (of != &now) seen.at = std::min(seen.at, now.means.since);
               seen.of_words = of->means.meaning.get();
               seen.score_words = of->means.score_words;
               if (seen.score_words > scores.size()) return;
               if (segments != nullptr) collect(now, *of, *block, *segments);
               for (size_t i = 0; i < seen.score_words; ++i)
                 scores[i] = block->word(of->segment_words + i);
             });
  return seen;
}

}  // namespace segue
