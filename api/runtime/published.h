// Who is in what and the scores, for readers of any thread while an engine works.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/base/arena.h"
#include "runtime/base/hash.h"
#include "runtime/base/instant.h"

namespace segue {

struct LookupMeaning;

/// Memberships and scores by user, written by one thread and read by any without a lock: a table
/// with open addresses whose entries never move; what it grows out of stays, for whoever reads it.
/// A user's words are read again until no writer was at them meanwhile (a sequence lock, as H.
/// Boehm, "Can seqlocks get along with programming language memory models?", 2012), so they are
/// never torn.
///
/// Cost of a read: a hash, a line of the table, the user's lines. Memory: of users that have been
/// in some segment, and if there are scores of all, about 80 bytes, the id, a word for each 64
/// segments, and those of the scores.
///
/// A deploy begins another numbering of segments and scores. Users go over to it one by one; of who
/// has not, an answer is what it was before, by the numbers of now. Each answer is of one
/// numbering: one that began meanwhile makes a reader begin again.
class Published {
 public:
  /// What numbers mean from one deploy to the next.
  struct Numbering {
    size_t segments = 0;
    size_t score_words = 0;                   // of a user
    std::vector<uint32_t> old_segments = {};  // by segment: its number before, or kNoOld
    Instant since = kLongAgo;  // what is of the numbering before is as of no later instant
    std::shared_ptr<const LookupMeaning> meaning = nullptr;  // for who reads
  };
  static constexpr uint32_t kNoOld = UINT32_MAX;

  explicit Published(Numbering numbering);
  ~Published();
  Published(const Published&) = delete;
  Published& operator=(const Published&) = delete;

  // ---- The writer's: what is said of one user becomes visible together, at `end` ----
  void begin(std::string_view user);
  void set(uint32_t segment, bool member);
  /// In these segments and in no others.
  void set_all(std::span<const uint32_t> segments);
  void set_scores(std::span<const uint64_t> words);
  /// `at`: the user's instant.
  void end(Instant at);
  /// In place of `end`: the user is not known any more, and was taken out of all segments.
  void end_gone();

  /// Whether anything was ever said of the user.
  bool has(std::string_view user) const { return find(user, hash64(user)) != nullptr; }

  /// Another numbering from here on. Cost: its segments, not the users.
  void go_over(Numbering next);

  /// All up to and at it was said.
  void settle_to(Instant at) { settled_ms_.store(at.ms, std::memory_order_release); }

  // ---- Any thread ----
  bool is_member(std::string_view user, uint32_t segment) const;
  /// Ascending; as of one instant.
  std::vector<uint32_t> segments_of(std::string_view user) const;
  uint64_t count(uint32_t segment) const;
  const LookupMeaning* meaning() const;

  /// Each member as of its own newest instant: of who enters or leaves meanwhile, either.
  /// False if another numbering began meanwhile: then some may not have been given.
  bool each_member(uint32_t segment, const std::function<void(std::string_view)>& give) const;

  struct Seen {
    bool is_known = false;
    Instant at;              // settled, for this user: not after the user's next deadline
    size_t score_words = 0;  // if there was no room for so many, nothing was filled
    const LookupMeaning* meaning = nullptr;   // of segments
    const LookupMeaning* of_words = nullptr;  // of scores: of the numbering before, or the same
  };
  /// `scores` is filled if the user is known. `segments` may be null. All as of one instant.
  Seen look_up(std::string_view user, std::vector<uint32_t>* segments,
               std::span<uint64_t> scores) const;

 private:
  struct Layout;
  struct Block;
  struct User;
  struct Table;

  User* find(std::string_view user, uint64_t hash) const;
  User* add(std::string_view user, uint64_t hash);
  static void place(Table& table, User* user);
  template <class Read>
  void read_whole(const User* user, const Read& read) const;
  static bool holds(const Layout& now, const Layout& of, const Block& block, uint32_t segment);
  static void collect(const Layout& now, const Layout& of, const Block& block,
                      std::vector<uint32_t>& segments);
  template <class Take>
  static void for_each_bit(const Block& block, size_t words, const Take& take);
  Block* make_block(const Layout& layout);
  void bring_over(User& user);
  void end_at(int64_t at_ms);

  std::atomic<const Layout*> layout_;
  std::vector<std::unique_ptr<Layout>> layouts_;  // the last one is `layout_`
  std::atomic<int64_t> settled_ms_;
  std::atomic<Table*> table_;
  std::vector<std::unique_ptr<Table>> tables_;  // the last one is `table_`
  Arena ids_;
  std::vector<std::unique_ptr<User>> owned_;
  std::vector<std::unique_ptr<Block>> blocks_;
  std::multimap<size_t, Block*> unused_;  // by room
  User* open_ = nullptr;
};

}  // namespace segue
