#include "runtime/pack/codec.h"

#include <zstd.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace segue::pack {
namespace {

constexpr int kLevel = 3;
constexpr size_t kSmallestFrame = 64;  // less is not worth a frame

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

/// Planes of a known number: one pass over all of them, piece by piece, so that a compiler sees
/// short loops without aliases, which it unrolls into vectors.
template <uint32_t width>
void read_planes_of(const char* planes, std::span<uint64_t> values) {
  constexpr size_t kPiece = 16;
  const size_t count = values.size();
  const auto* bytes = reinterpret_cast<const unsigned char*>(planes);
  size_t i = 0;
  for (; i + kPiece <= count; i += kPiece) {
    unsigned char at[width][kPiece];
    for (uint32_t plane = 0; plane < width; ++plane) {
      std::memcpy(at[plane], bytes + plane * count + i, kPiece);
    }
    uint64_t piece[kPiece];
    for (size_t j = 0; j < kPiece; ++j) {
      uint64_t value = at[0][j];
      for (uint32_t plane = 1; plane < width; ++plane) {
        value |= uint64_t{at[plane][j]} << (8 * plane);
      }
      piece[j] = value;
    }
    std::memcpy(values.data() + i, piece, sizeof piece);
  }
  for (; i < count; ++i) {
    uint64_t value = bytes[i];
    for (uint32_t plane = 1; plane < width; ++plane) {
      value |= uint64_t{bytes[plane * count + i]} << (8 * plane);
    }
    values[i] = value;
  }
}

void add_plane(const char* planes, uint32_t plane, std::span<uint64_t> values) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(planes) + plane * values.size();
  for (size_t i = 0; i < values.size(); ++i) values[i] |= uint64_t{bytes[i]} << (8 * plane);
}

}  // namespace

char* Buffer::make(size_t bytes) {
  if (bytes > room_) {
    room_ = std::bit_ceil(bytes);
    data_ = std::make_unique_for_overwrite<char[]>(room_);
  }
  return data_.get();
}

std::string compress(std::string_view raw) {
  static thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  if (raw.size() < kSmallestFrame) return {};
  std::string frame(ZSTD_compressBound(raw.size()), '\0');
  const size_t size =
      ZSTD_compressCCtx(context.get(), frame.data(), frame.size(), raw.data(), raw.size(), kLevel);
  if (ZSTD_isError(size) != 0 || size > raw.size() - raw.size() / 16) return {};
  frame.resize(size);
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
  switch (width) {
    case 0:
      std::fill(values.begin(), values.end(), 0);
      break;
    case 1:
      read_planes_of<1>(planes, values);
      break;
    case 2:
      read_planes_of<2>(planes, values);
      break;
    case 3:
      read_planes_of<3>(planes, values);
      break;
    case 4:
      read_planes_of<4>(planes, values);
      break;
    case 5:
      read_planes_of<5>(planes, values);
      break;
    default:
      std::fill(values.begin(), values.end(), 0);
      for (uint32_t plane = 0; plane < width; ++plane) add_plane(planes, plane, values);
  }
}

}  // namespace segue::pack
