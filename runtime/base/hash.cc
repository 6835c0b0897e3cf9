#include "runtime/base/hash.h"

// The ids of events are short: the call into a library costs as much as the hash.
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace segue {

uint64_t hash64(std::string_view bytes, uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

Hash128 hash128(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.low64, hash.high64};
}

}  // namespace segue
