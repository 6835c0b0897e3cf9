#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace segue {

/// 64-bit XXH3 of the bytes: content identities, checksums, shard choice. Stable: formats depend on
/// it.
uint64_t hash64(std::string_view bytes, uint64_t seed = 0);

/// Of a user's id. Both are found where its bytes are at hand anyway, so that nobody who looks for
/// the user reads them again.
struct UserHash {
  uint64_t stable = 0;  // `hash64` of it: whose shard's, which place
  uint64_t seeded =
      0;  // under a seed that is drawn when the process starts: whether it is the user
  friend bool operator==(const UserHash&, const UserHash&) = default;
};

UserHash hash_user(std::string_view id);

struct Hash128 {
  uint64_t lo = 0;
  uint64_t hi = 0;
};

Hash128 hash128(std::string_view bytes);

}  // namespace segue
