// Who is in what, for readers of any thread while an engine works.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "runtime/base/arena.h"

namespace segue {

/// Memberships by user, written by one thread and read by any without a lock: a table with open
/// addresses whose entries never move; what it grows out of stays, for whoever reads it. A user's
/// words are read again until no writer was at them meanwhile (a sequence lock, as H. Boehm, "Can
/// seqlocks get along with programming language memory models?", 2012), so they are never torn.
///
/// Cost of a read: a hash, a line of the table, the user's line. Memory: of users that
/// have been in some segment, about 80 bytes, the id, and a word for each 64 segments.
class Published {
 public:
  explicit Published(size_t segments);
  ~Published();
  Published(const Published&) = delete;
  Published& operator=(const Published&) = delete;

  /// The writer's: changes of one user become visible together, at `end`.
  void begin(std::string_view user);
  void set(uint32_t segment, bool member);
  void end();

  // ---- Any thread ----
  bool is_member(std::string_view user, uint32_t segment) const;
  /// Ascending; as of one instant.
  std::vector<uint32_t> segments_of(std::string_view user) const;
  uint64_t count(uint32_t segment) const {
    return counts_[segment].load(std::memory_order_relaxed);
  }

 private:
  struct User;
  struct Table;

  User* find(std::string_view user, uint64_t hash) const;
  User* add(std::string_view user, uint64_t hash);
  static void place(Table& table, User* user);

  size_t words_;
  std::atomic<Table*> table_;
  std::vector<std::unique_ptr<Table>> tables_;  // the last one is `table_`
  Arena ids_;
  std::vector<std::unique_ptr<User>> owned_;
  std::unique_ptr<std::atomic<uint64_t>[]> counts_;
  User* open_ = nullptr;
};

}  // namespace segue
