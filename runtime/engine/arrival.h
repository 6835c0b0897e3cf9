#pragma once

#include <cstdint>

#include "runtime/base/event.h"
#include "runtime/base/hash.h"
#include "runtime/base/instant.h"

namespace segue {

struct UserRow;

/// An event that counts, on its way to its user.
struct Arrival {
  Instant at;
  const Event* event = nullptr;
  UserHash hash;           // of the user's id
  uint32_t user = 0;       // number in the user's shard, once it is known
  UserRow* row = nullptr;  // … and where its table has it
};

/// Shards take the lower half of a hash, their tables the upper one.
inline uint32_t shard_of(uint64_t hash, uint32_t shards) {
  return static_cast<uint32_t>((hash & UINT32_MAX) * shards >> 32);
}

}  // namespace segue
