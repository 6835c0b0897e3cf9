// Who is in what and the scores, for readers of any thread while an engine works.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/base/arena.h"
#include "runtime/base/instant.h"

namespace segue {

/// Memberships and scores by user, written by one thread and read by any without a lock: a table
/// with open addresses whose entries never move; what it grows out of stays, for whoever reads it.
/// A user's words are read again until no writer was at them meanwhile (a sequence lock, as H.
/// Boehm, "Can seqlocks get along with programming language memory models?", 2012), so they are
/// never torn.
///
/// Cost of a read: a hash, a line of the table, the user's lines. Memory: of users that have been
/// in some segment, and if there are scores of all, about 80 bytes, the id, a word for each 64
/// segments, and those of the scores.
class Published {
 public:
  /// `score_words`: of a user, whatever they mean.
  Published(size_t segments, size_t score_words);
  ~Published();
  Published(const Published&) = delete;
  Published& operator=(const Published&) = delete;

  // ---- The writer's: what is said of one user becomes visible together, at `end` ----
  void begin(std::string_view user);
  void set(uint32_t segment, bool member);
  void set_scores(std::span<const uint64_t> words);
  /// `at`: the user's instant.
  void end(Instant at);
  /// In place of `end`: the user is not known any more, and was taken out of all segments.
  void end_gone();

  /// All up to and at it was said.
  void settle_to(Instant at) { settled_ms_.store(at.ms, std::memory_order_release); }

  // ---- Any thread ----
  bool is_member(std::string_view user, uint32_t segment) const;
  /// Ascending; as of one instant.
  std::vector<uint32_t> segments_of(std::string_view user) const;
  uint64_t count(uint32_t segment) const {
    return counts_[segment].load(std::memory_order_relaxed);
  }

  /// Each member as of its own newest instant: of who enters or leaves meanwhile, either.
  void each_member(uint32_t segment, const std::function<void(std::string_view)>& give) const;

  struct Seen {
    bool is_known = false;
    Instant at;  // settled, for this user: not after the user's next deadline
  };
  /// `scores` has room for all words, and is filled if the user is known. `segments` may be null.
  /// All as of one instant.
  Seen look_up(std::string_view user, std::vector<uint32_t>* segments,
               std::span<uint64_t> scores) const;

 private:
  struct User;
  struct Table;

  User* find(std::string_view user, uint64_t hash) const;
  User* add(std::string_view user, uint64_t hash);
  static void place(Table& table, User* user);
  void collect(const User& user, std::vector<uint32_t>& segments) const;
  void end_at(int64_t at_ms);

  size_t words_;  // of segments; those of scores follow, then the instant
  size_t score_words_;
  std::atomic<int64_t> settled_ms_;
  std::atomic<Table*> table_;
  std::vector<std::unique_ptr<Table>> tables_;  // the last one is `table_`
  Arena ids_;
  std::vector<std::unique_ptr<User>> owned_;
  std::unique_ptr<std::atomic<uint64_t>[]> counts_;
  User* open_ = nullptr;
};

}  // namespace segue
