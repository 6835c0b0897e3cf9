#include "runtime/base/hash.h"

// The ids of events are short: the call into a library costs as much as the hash.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <random>

namespace segue {
namespace {

uint64_t drawn_seed() {
  std::random_device source;
  return uint64_t{source()} << 32 | source();
}

const uint64_t kUserSeed = drawn_seed();

}  // namespace

uint64_t hash64(std::string_view bytes, uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

UserHash hash_user(std::string_view id) {
  return {XXH3_64bits(id.data(), id.size()), XXH3_64bits_withSeed(id.data(), id.size(), kUserSeed)};
}

Hash128 hash128(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.low64, hash.high64};
}

}  // namespace segue
