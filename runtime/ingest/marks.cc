#include "runtime/ingest/marks.h"

#include <array>
#include <bit>

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

#if defined(__x86_64__)

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // false inside the intrinsics: bug 105593
#endif

/// Notes the line feeds of a block at `first`, whose marks are numbered from `count` on. Most
/// blocks have one or none, which must not be a branch.
[[gnu::target("bmi,popcnt")]] inline Feed* put_feeds(uint64_t feeds, uint64_t marks, size_t first,
                                                     size_t count, Feed* out) {
  do {
    out->place = static_cast<uint32_t>(first + _tzcnt_u64(feeds));
    const uint64_t before = _blsi_u64(feeds) - 1;
    out->mark = static_cast<uint32_t>(count + static_cast<size_t>(_mm_popcnt_u64(marks & before)));
    out += feeds != 0;
    feeds = _blsr_u64(feeds);
  } while (feeds != 0);
  return out;
}

[[gnu::target("avx512f,avx512bw,avx512vbmi2,bmi,popcnt")]] void scan_avx512(const char* text,
                                                                            size_t size,
                                                                            uint32_t first,
                                                                            MarksFound& found) {
  alignas(64) static constexpr std::array<uint8_t, kBlock> kPlaces = [] {
    std::array<uint8_t, kBlock> all = {};
    for (size_t i = 0; i < kBlock; ++i) all[i] = static_cast<uint8_t>(i);
    return all;
  }();
  const __m512i quote = _mm512_set1_epi8('"');
  const __m512i backslash = _mm512_set1_epi8('\\');
  const __m512i blank = _mm512_set1_epi8(' ');
  const __m512i feed = _mm512_set1_epi8('\n');
  const __m512i numbers = _mm512_load_si512(kPlaces.data());
  const __m512i step = _mm512_set1_epi32(kBlock);
  __m512i base = _mm512_set1_epi32(static_cast<int32_t>(first));
  __m512i all = blank;
  uint32_t* out = found.places + found.count;
  Feed* feeds = found.feeds + found.feed_count;
  for (size_t at = 0; at < size; at += kBlock) {
    // SAFETY: an unaligned load of 64 bytes, the padding of a text; stores of 64 places.
    __m512i block = _mm512_loadu_si512(text + at);
    if (size - at < kBlock) block = _mm512_mask_mov_epi8(blank, inside(at, size), block);
    const uint64_t marks = _mm512_cmpeq_epi8_mask(block, quote) |
                           _mm512_cmpeq_epi8_mask(block, backslash) |
                           _mm512_cmplt_epu8_mask(block, blank);
    const __m512i packed = _mm512_maskz_compress_epi8(marks, numbers);
    const auto count = static_cast<size_t>(_mm_popcnt_u64(marks));
    const __m512i low = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(packed));
    _mm512_storeu_si512(out, _mm512_add_epi32(low, base));
    if (count > 16) [[unlikely]] {
      const __m512i second = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(packed, 1));
      const __m512i third = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(packed, 2));
      const __m512i last = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(packed, 3));
      _mm512_storeu_si512(out + 16, _mm512_add_epi32(second, base));
      _mm512_storeu_si512(out + 32, _mm512_add_epi32(third, base));
      _mm512_storeu_si512(out + 48, _mm512_add_epi32(last, base));
    }
    const uint64_t ends = _mm512_cmpeq_epi8_mask(block, feed);
    feeds = put_feeds(ends, marks, first + at, static_cast<size_t>(out - found.places), feeds);
    out += count;
    base = _mm512_add_epi32(base, step);
    all = _mm512_or_si512(all, block);
  }
  found.count = static_cast<size_t>(out - found.places);
  found.feed_count = static_cast<size_t>(feeds - found.feeds);
  found.high |= _mm512_movepi8_mask(all) != 0;
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

[[gnu::target("avx2,bmi,popcnt")]] void scan_avx2(const char* text, size_t size, uint32_t first,
                                                  MarksFound& found) {
  const __m256i quote = _mm256_set1_epi8('"');
  const __m256i backslash = _mm256_set1_epi8('\\');
  const __m256i control = _mm256_set1_epi8(' ' - 1);
  const __m256i feed = _mm256_set1_epi8('\n');
  uint64_t above = 0;
  uint32_t* out = found.places + found.count;
  Feed* feeds = found.feeds + found.feed_count;
  for (size_t at = 0; at < size; at += kBlock) {
    uint64_t marks = 0;
    uint64_t ends = 0;
    uint64_t bits = 0;
    for (int half = 1; half >= 0; --half) {
      // SAFETY: an unaligned load of 32 bytes inside the block.
      const __m256i bytes =
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + at + 32 * half));
      const __m256i is_mark = _mm256_or_si256(
          _mm256_or_si256(_mm256_cmpeq_epi8(bytes, quote), _mm256_cmpeq_epi8(bytes, backslash)),
          _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, control), bytes));
      marks = marks << 32 | static_cast<uint32_t>(_mm256_movemask_epi8(is_mark));
      const __m256i is_feed = _mm256_cmpeq_epi8(bytes, feed);
      ends = ends << 32 | static_cast<uint32_t>(_mm256_movemask_epi8(is_feed));
      bits = bits << 32 | static_cast<uint32_t>(_mm256_movemask_epi8(bytes));
    }
    const uint64_t mask = inside(at, size);
    marks &= mask;
    above |= bits & mask;
    feeds =
        put_feeds(ends & mask, marks, first + at, static_cast<size_t>(out - found.places), feeds);
    uint32_t* const next = out + _mm_popcnt_u64(marks);
    // Eight at once, wanted or not: how many there are cannot be predicted.
    for (; marks != 0; out += 8) {
      for (int i = 0; i < 8; ++i) {
        out[i] = first + static_cast<uint32_t>(at + _tzcnt_u64(marks));
        marks = _blsr_u64(marks);
      }
    }
    out = next;
  }
  found.count = static_cast<size_t>(out - found.places);
  found.feed_count = static_cast<size_t>(feeds - found.feeds);
  found.high |= above != 0;
}

#endif

/// Sixteen bytes at a time by the vectors that any x86-64 has.
void scan_any(const char* text, size_t size, uint32_t first, MarksFound& found) {
  uint64_t above = 0;
  for (size_t at = 0; at < size; at += 16) {
    uint64_t marks = 0;
    uint64_t bits = 0;
#if defined(__x86_64__)
    // SAFETY: an unaligned load of 16 bytes, less than the padding of a text.
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + at));
    const __m128i is_mark =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                  _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))),
                     _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(' ' - 1)), bytes));
    marks = static_cast<uint32_t>(_mm_movemask_epi8(is_mark));
    bits = static_cast<uint32_t>(_mm_movemask_epi8(bytes));
#else
    for (size_t i = 0; i < 16; ++i) {
      const auto byte = static_cast<uint8_t>(text[at + i]);
      marks |= uint64_t{byte == '"' || byte == '\\' || byte < ' '} << i;
      bits |= uint64_t{byte >= 0x80} << i;
    }
#endif
    const uint64_t mask = inside(at, size);
    above |= bits & mask;
    for (marks &= mask; marks != 0; marks &= marks - 1) {
      const size_t place = at + static_cast<size_t>(std::countr_zero(marks));
      const Feed feed = {static_cast<uint32_t>(first + place), static_cast<uint32_t>(found.count)};
      if (text[place] == '\n') found.feeds[found.feed_count++] = feed;
      found.places[found.count++] = feed.place;
    }
  }
  found.high |= above != 0;
}

struct Scans {
  std::array<MarkScan, 3> all = {};
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

std::span<const MarkScan> mark_scans() {
  static const Scans scans = usable();
  return {scans.all.data(), scans.count};
}

}  // namespace segue
