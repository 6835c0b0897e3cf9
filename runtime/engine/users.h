#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "runtime/base/arena.h"
#include "runtime/base/instant.h"
#include "runtime/cells/blob.h"

namespace segue {

/// One user of a shard: a cache line, the id in it if it has room, as a UUID has.
struct alignas(64) User {
  static constexpr uint32_t kInlineBytes = 44;

  Blob blob;
  int64_t wake_ms = kNever.ms;  // the wake-up that counts; others of this user are stale
  uint32_t id_bytes = 0;
  char id_here[kInlineBytes];  // the id, or a pointer to it

  std::string_view id() const {
    if (id_bytes <= kInlineBytes) return {id_here, id_bytes};
    const char* elsewhere = nullptr;
    std::memcpy(&elsewhere, id_here, sizeof elsewhere);
    return {elsewhere, id_bytes};
  }
};
static_assert(sizeof(User) == 64);

/// The users of a shard by id, numbered as they come. A user and an id stay where they are.
///
/// Open addressing over 8-byte places (half a hash, a number): a lookup reads one place and one
/// user, and a caller that knows its ids ahead fetches both ahead. Bytes a user: 64, an id longer
/// than 44 bytes, and 11 to 22 of places.
class UserTable {
 public:
  UserTable();

  /// The number of the user of that id, who is made if new. `hash` is `hash64(id)`.
  uint32_t find_or_add(uint64_t hash, std::string_view id);

  /// The same, or null if there is none.
  User* find(uint64_t hash, std::string_view id);

  User& operator[](uint32_t number) { return chunks_[number / kChunkUsers][number % kChunkUsers]; }
  const User& operator[](uint32_t number) const {
    return chunks_[number / kChunkUsers][number % kChunkUsers];
  }
  uint32_t size() const { return size_; }

  /// Steps of fetching ahead what `find_or_add` will read; the second reads what the first fetched.
  void fetch_place(uint64_t hash) const { __builtin_prefetch(&places_[hash >> shift_]); }
  void fetch_user(uint64_t hash) const {
    const uint32_t number = places_[hash >> shift_].number;
    if (number != kNobody) __builtin_prefetch(&(*this)[number]);
  }

  /// Of the table itself, without blobs.
  size_t bytes() const;

 private:
  static constexpr uint32_t kChunkUsers = 4096;
  static constexpr uint32_t kNobody = UINT32_MAX;

  struct Place {
    uint32_t half_hash = 0;
    uint32_t number = kNobody;
  };
  static_assert(sizeof(Place) == 8);

  size_t place_of(uint64_t hash, std::string_view id) const;
  void grow();

  std::vector<std::unique_ptr<User[]>> chunks_;
  std::vector<Place> places_;
  Arena long_ids_;
  int shift_;
  uint32_t size_ = 0;
};

}  // namespace segue
