#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "runtime/base/arena.h"
#include "runtime/base/instant.h"
#include "runtime/cells/blob.h"

namespace segue {

/// One user of a shard.
struct User {
  Blob blob;
  int64_t wake_ms = kNever.ms;  // the wake-up that counts; others of this user are stale
  uint64_t hash = 0;            // of the id
  const char* id_data = nullptr;
  uint32_t id_bytes = 0;

  std::string_view id() const { return {id_data, id_bytes}; }
};

/// The users of a shard by id, numbered as they come. A number and an id stay where they are.
///
/// Open addressing over 8-byte places (half a hash, a number): a lookup reads one place, one user,
/// one id, and a caller that knows its ids ahead fetches all three ahead. Bytes a user: 40, its id,
/// and 11 to 22 of places.
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

  /// Steps of fetching ahead what `find_or_add` will read; each reads what the one before fetched.
  void fetch_place(uint64_t hash) const { __builtin_prefetch(&places_[hash >> shift_]); }
  void fetch_user(uint64_t hash) const {
    const uint32_t number = places_[hash >> shift_].number;
    if (number != kNobody) __builtin_prefetch(&(*this)[number]);
  }
  void fetch_id(uint64_t hash) const {
    const uint32_t number = places_[hash >> shift_].number;
    if (number != kNobody) __builtin_prefetch((*this)[number].id_data);
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
  Arena ids_;
  int shift_;
  uint32_t size_ = 0;
};

}  // namespace segue
