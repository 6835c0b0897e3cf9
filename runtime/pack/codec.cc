#include "runtime/pack/codec.h"

#include <zstd.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace segue::pack {
namespace {

constexpr int kLevel = 3;
constexpr size_t kSmallestFrame = 64;  // less is not worth a frame
// Codes and planes repeat by chance: short matches cost more than the codes of their bytes, and
// time.
constexpr int kShortestMatch = 7;
constexpr size_t kBlockHeadBytes = 16;  // more than a block has before its bytes

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

constexpr size_t kPiece = 16;
using Bytes16 [[gnu::vector_size(16)]] = unsigned char;

/// Sixteen values from their planes, those from `width` on zero: bytes of two planes side by side,
/// then two bytes of two such, then four. Compilers know each step as one instruction.
template <uint32_t width>
inline void read_piece(const char* planes, size_t count, uint64_t* values) {
  Bytes16 plane[8] = {};
  for (uint32_t i = 0; i < width; ++i) std::memcpy(&plane[i], planes + i * count, kPiece);
  Bytes16 two[8];
  for (uint32_t i = 0; i < 4; ++i) {
    const Bytes16 a = plane[2 * i];
    const Bytes16 b = plane[2 * i + 1];
    two[i] = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    two[4 + i] =
        __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  }
  for (uint32_t half = 0; half < 2; ++half) {
    Bytes16 four[4];
    for (uint32_t i = 0; i < 2; ++i) {
      const Bytes16 a = two[4 * half + 2 * i];
      const Bytes16 b = two[4 * half + 2 * i + 1];
      four[i] =
          __builtin_shufflevector(a, b, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23);
      four[2 + i] = __builtin_shufflevector(a, b, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14,
                                            15, 30, 31);
    }
    for (uint32_t i = 0; i < 2; ++i) {
      const Bytes16 a = four[2 * i];
      const Bytes16 b = four[2 * i + 1];
      const Bytes16 eight[2] = {
          __builtin_shufflevector(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23),
          __builtin_shufflevector(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30,
                                  31)};
      std::memcpy(values + 8 * half + 4 * i, eight, sizeof eight);
    }
  }
}

/// Planes of a known number: one pass over all of them.
template <uint32_t width>
void read_planes_of(const char* planes, std::span<uint64_t> values) {
  const size_t count = values.size();
  const auto* bytes = reinterpret_cast<const unsigned char*>(planes);
  size_t i = 0;
  for (; i + kPiece <= count; i += kPiece) read_piece<width>(planes + i, count, &values[i]);
  for (; i < count; ++i) {
    uint64_t value = 0;
    for (uint32_t plane = 0; plane < width; ++plane) {
      value |= uint64_t{bytes[plane * count + i]} << (8 * plane);
    }
    values[i] = value;
  }
}

}  // namespace

char* Buffer::make(size_t bytes) {
  if (bytes > room_) {
    room_ = std::bit_ceil(bytes);
    data_ = std::make_unique_for_overwrite<char[]>(room_);
  }
  return data_.get();
}

std::string compress(std::string_view raw, size_t part_bytes) {
  static thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  if (raw.size() < kSmallestFrame) return {};
  const size_t parts = part_bytes == 0 ? 0 : raw.size() / part_bytes;
  std::string frame(ZSTD_compressBound(raw.size()) + kBlockHeadBytes * (parts + 1), '\0');
  ZSTD_CCtx_reset(context.get(), ZSTD_reset_session_and_parameters);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_minMatch, kShortestMatch);
  ZSTD_CCtx_setPledgedSrcSize(context.get(), raw.size());
  ZSTD_outBuffer out{frame.data(), frame.size(), 0};
  ZSTD_inBuffer in{raw.data(), raw.size() - parts * part_bytes, 0};
  for (size_t part = 0; part <= parts; ++part, in.size += part_bytes) {
    const auto how = part == parts ? ZSTD_e_end : ZSTD_e_flush;
    // All of it at once: there is room.
    if (ZSTD_compressStream2(context.get(), &out, &in, how) != 0) return {};
  }
  if (out.pos > raw.size() - raw.size() / 16) return {};
  frame.resize(out.pos);
  return frame;
}

bool decompress(std::string_view frame, std::span<char> out) {
  static thread_local const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  const size_t size =
      ZSTD_decompressDCtx(context.get(), out.data(), out.size(), frame.data(), frame.size());
  return ZSTD_isError(size) == 0 && size == out.size();
}

uint32_t width_of(uint64_t largest) {
  return static_cast<uint32_t>(std::bit_width(largest) + 7) / 8;
}

void put_planes(std::string& out, std::span<const uint64_t> values, uint32_t width) {
  for (uint32_t plane = 0; plane < width; ++plane) {
    for (const uint64_t value : values) out.push_back(static_cast<char>(value >> (8 * plane)));
  }
}

void read_planes(const char* planes, uint32_t width, std::span<uint64_t> values) {
  using Read = void (*)(const char*, std::span<uint64_t>);
  static constexpr Read kReads[] = {read_planes_of<0>, read_planes_of<1>, read_planes_of<2>,
                                    read_planes_of<3>, read_planes_of<4>, read_planes_of<5>,
                                    read_planes_of<6>, read_planes_of<7>, read_planes_of<8>};
  kReads[width](planes, values);
}

}  // namespace segue::pack
