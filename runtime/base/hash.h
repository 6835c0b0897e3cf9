#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace segue {

/// 64-bit XXH3 of the bytes: content identities, checksums, shard choice. Stable: formats depend on
/// it.
uint64_t hash64(std::string_view bytes, uint64_t seed = 0);

struct Hash128 {
  uint64_t lo = 0;
  uint64_t hi = 0;
};

Hash128 hash128(std::string_view bytes);

}  // namespace segue
