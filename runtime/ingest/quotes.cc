#include "runtime/ingest/quotes.h"

#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace segue {
namespace {

constexpr size_t kBlock = 64;

/// The bytes of the block at `at` that are inside a text of `size`; at least one is.
inline uint64_t inside(size_t at, size_t size) {
  return size - at >= kBlock ? ~uint64_t{0} : (uint64_t{1} << (size - at)) - 1;
}

/// What is before the first of some bits, all if there is none.
inline uint64_t before(uint64_t bits) { return bits == 0 ? ~bits : (bits & -bits) - 1; }

/// Of the bytes of the block at `at` that `mask` names a bit for the first line feed, which ends
/// the text. One block of a line has one.
inline uint64_t feeds(const char* text, size_t at, uint64_t mask, size_t& size) {
  const auto count = static_cast<size_t>(std::bit_width(mask));
  const void* const found = std::memchr(text + at, '\n', count);
  if (found == nullptr) return 0;
  size = static_cast<size_t>(static_cast<const char*>(found) - text);
  return uint64_t{1} << (size - at);
}

#if defined(__x86_64__)

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // false inside the intrinsics: bug 105593
#endif

[[gnu::target("avx512f,avx512bw,avx512vbmi2,popcnt")]] void scan_avx512(const char* text,
                                                                        size_t size,
                                                                        uint16_t* places,
                                                                        QuoteScanned& scanned) {
  alignas(64) static constexpr std::array<uint8_t, kBlock> kPlaces = [] {
    std::array<uint8_t, kBlock> all = {};
    for (size_t i = 0; i < kBlock; ++i) all[i] = static_cast<uint8_t>(i);
    return all;
  }();
  const __m512i quote = _mm512_set1_epi8('"');
  const __m512i backslash = _mm512_set1_epi8('\\');
  const __m512i blank = _mm512_set1_epi8(' ');
  const __m512i numbers = _mm512_load_si512(kPlaces.data());
  QuoteScanned found = {.size = size};
  for (size_t at = 0; at < found.size; at += kBlock) {
    const __m512i block = _mm512_loadu_si512(text + at);
    uint64_t mask = inside(at, size);
    const uint64_t strange =
        _mm512_cmpeq_epi8_mask(block, backslash) | _mm512_cmplt_epu8_mask(block, blank);
    if ((strange & mask) != 0) {
      const uint64_t feeds = _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8('\n')) & mask;
      if (feeds != 0) found.size = at + static_cast<size_t>(std::countr_zero(feeds));
      mask &= before(feeds);
    }
    const uint64_t quotes = _mm512_cmpeq_epi8_mask(block, quote) & mask;
    const __m512i packed = _mm512_maskz_compress_epi8(quotes, numbers);
    const __m256i base = _mm256_set1_epi16(static_cast<int16_t>(at));
    const auto count = static_cast<size_t>(_mm_popcnt_u64(quotes));
    uint16_t* const out = places + found.count;
    const __m256i first = _mm256_cvtepu8_epi16(_mm512_castsi512_si128(packed));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm256_add_epi16(first, base));
    if (count > 16) {
      const __m256i second = _mm256_cvtepu8_epi16(_mm512_extracti32x4_epi32(packed, 1));
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + 16), _mm256_add_epi16(second, base));
    }
    if (count > 32) {
      const __m512i high = _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(packed, 1));
      _mm512_storeu_si512(out + 32,
                          _mm512_add_epi16(high, _mm512_set1_epi16(static_cast<int16_t>(at))));
    }
    found.count += count;
    found.strange |= strange & mask;
    found.high |= _mm512_movepi8_mask(block) & mask;
  }
  scanned = found;
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

[[gnu::target("avx2,bmi,popcnt")]] void scan_avx2(const char* text, size_t size, uint16_t* places,
                                                  QuoteScanned& scanned) {
  const __m256i quote = _mm256_set1_epi8('"');
  const __m256i backslash = _mm256_set1_epi8('\\');
  const __m256i blank = _mm256_set1_epi8(' ');
  QuoteScanned found = {.size = size};
  for (size_t at = 0; at < found.size; at += kBlock) {
    uint64_t quotes = 0;
    uint64_t usual = 0;
    uint64_t high = 0;
    for (int half = 1; half >= 0; --half) {
      // SAFETY: an unaligned load of 32 bytes inside the block.
      const __m256i bytes =
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + at + 32 * half));
      const __m256i is_usual =
          _mm256_andnot_si256(_mm256_cmpeq_epi8(bytes, backslash),
                              _mm256_cmpeq_epi8(_mm256_max_epu8(bytes, blank), bytes));
      const __m256i is_quote = _mm256_cmpeq_epi8(bytes, quote);
      quotes = quotes << 32 | static_cast<uint32_t>(_mm256_movemask_epi8(is_quote));
      usual = usual << 32 | static_cast<uint32_t>(_mm256_movemask_epi8(is_usual));
      high = high << 32 | static_cast<uint32_t>(_mm256_movemask_epi8(bytes));
    }
    uint64_t mask = inside(at, size);
    if ((~usual & mask) != 0) mask &= before(feeds(text, at, mask, found.size));
    quotes &= mask;
    found.strange |= ~usual & mask;
    found.high |= high & mask;
    uint16_t* out = places + found.count;
    found.count += static_cast<size_t>(_mm_popcnt_u64(quotes));
    // Eight at once, wanted or not: how many there are cannot be predicted.
    for (; quotes != 0; out += 8) {
      for (int i = 0; i < 8; ++i) {
        out[i] = static_cast<uint16_t>(at + _tzcnt_u64(quotes));
        quotes = _blsr_u64(quotes);
      }
    }
  }
  scanned = found;
}

#endif

/// Sixteen bytes at a time by the vectors that any x86-64 has.
void scan_any(const char* text, size_t size, uint16_t* places, QuoteScanned& scanned) {
  QuoteScanned found = {.size = size};
  for (size_t at = 0; at < found.size; at += 16) {
    uint64_t quotes = 0;
    uint64_t strange = 0;
    uint64_t high = 0;
#if defined(__x86_64__)
    // SAFETY: an unaligned load of 16 bytes, less than the padding of a line.
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + at));
    const __m128i blank = _mm_set1_epi8(' ');
    const __m128i is_usual = _mm_andnot_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')),
                                              _mm_cmpeq_epi8(_mm_max_epu8(bytes, blank), bytes));
    const auto mask_of = [](__m128i bytes) {
      return static_cast<uint64_t>(static_cast<uint32_t>(_mm_movemask_epi8(bytes)));
    };
    quotes = mask_of(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
    strange = ~mask_of(is_usual) & 0xFFFF;
    high = mask_of(bytes);
#else
    for (size_t i = 0; i < 16; ++i) {
      const auto byte = static_cast<uint8_t>(text[at + i]);
      quotes |= uint64_t{byte == '"'} << i;
      strange |= uint64_t{byte == '\\' || byte < ' '} << i;
      high |= uint64_t{byte >= 0x80} << i;
    }
#endif
    uint64_t mask = inside(at, size);
    if ((strange & mask) != 0) mask &= before(feeds(text, at, mask & 0xFFFF, found.size));
    found.strange |= strange & mask;
    found.high |= high & mask;
    for (quotes &= mask; quotes != 0; quotes &= quotes - 1) {
      places[found.count++] = static_cast<uint16_t>(at + std::countr_zero(quotes));
    }
  }
  scanned = found;
}

struct Scans {
  std::array<QuoteScan, 3> all = {};
  size_t count = 0;
};

Scans usable() {
  Scans scans;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi2")) {
    scans.all[scans.count++] = scan_avx512;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi")) {
    scans.all[scans.count++] = scan_avx2;
  }
#endif
  scans.all[scans.count++] = scan_any;
  return scans;
}

}  // namespace

std::span<const QuoteScan> quote_scans() {
  static const Scans scans = usable();
  return {scans.all.data(), scans.count};
}

}  // namespace segue
