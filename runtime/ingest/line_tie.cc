#include "runtime/ingest/line_tie.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "runtime/base/hash.h"

namespace segue {
namespace {

/// The hex digits of four bytes, the highest first, as the bytes of a word in memory's order.
uint64_t hex_of(uint32_t bytes) {
  // Each half byte gets a byte of its own, then the digits are made for all of them at once.
  uint64_t wide = __builtin_bswap32(bytes);
  wide = (wide | wide << 16) & 0x0000'FFFF'0000'FFFF;
  wide = (wide | wide << 8) & 0x00FF'00FF'00FF'00FF;
  const uint64_t halves = (wide >> 4 & 0x000F'000F'000F'000F) | (wide & 0x000F'000F'000F'000F) << 8;
  const uint64_t is_letter = (halves + 0x0606'0606'0606'0606) >> 4 & 0x0101'0101'0101'0101;
  return halves + 0x3030'3030'3030'3030 + is_letter * ('a' - '0' - 10);
}

}  // namespace

std::string_view line_tie(std::string_view line, Arena& arena) {
  constexpr size_t kDigits = 32;
  static_assert(std::endian::native == std::endian::little);
  const Hash128 hash = hash128(line);
  char* const out = arena.bytes(kDigits);
  const uint64_t words[] = {
      hex_of(static_cast<uint32_t>(hash.hi >> 32)), hex_of(static_cast<uint32_t>(hash.hi)),
      hex_of(static_cast<uint32_t>(hash.lo >> 32)), hex_of(static_cast<uint32_t>(hash.lo))};
  std::memcpy(out, words, kDigits);
  return {out, kDigits};
}

}  // namespace segue
