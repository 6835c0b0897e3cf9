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
  if (bytes + kSlack > room_) {
    room_ = std::bit_ceil(bytes + kSlack);
    data_ = std::make_unique_for_overwrite<char[]>(room_);
  }
  return data_.get();
}

std::string compress(std::string_view raw, double least_saved) {
  static thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  if (raw.size() < kSmallestFrame) return {};
  std::string frame(ZSTD_compressBound(raw.size()), '\0');
  ZSTD_CCtx_reset(context.get(), ZSTD_reset_session_and_parameters);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_minMatch, kShortestMatch);
  const size_t size =
      ZSTD_compress2(context.get(), frame.data(), frame.size(), raw.data(), raw.size());
  if (ZSTD_isError(size) != 0) return {};
  if (static_cast<double>(size) > static_cast<double>(raw.size()) * (1 - least_saved)) return {};
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
  using Read = void (*)(const char*, std::span<uint64_t>);
  static constexpr Read kReads[] = {read_planes_of<0>, read_planes_of<1>, read_planes_of<2>,
                                    read_planes_of<3>, read_planes_of<4>, read_planes_of<5>,
                                    read_planes_of<6>, read_planes_of<7>, read_planes_of<8>};
  kReads[width](planes, values);
}

namespace {

constexpr uint32_t kLengths = 4;
constexpr uint32_t kLengthBits = 2;
constexpr uint32_t kOfByte = 4;  // lengths

/// How many bytes a number of that length code has.
constexpr uint32_t fitted_bytes(uint32_t code, uint32_t width) {
  const uint32_t below = kLengths - 1 - code;
  return width > below ? width - below : 0;
}

size_t length_bytes(size_t count) { return (count + kOfByte - 1) / kOfByte; }

/// The bytes of numbers whose lengths are those; false if there are lengths behind the last.
bool sum_lengths(std::string_view lengths, uint32_t width, size_t count, uint64_t& sum) {
  uint8_t sums[256] = {};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    for (uint32_t i = 0; i < kOfByte; ++i) {
      const uint32_t code = byte >> (kLengthBits * i) & (kLengths - 1);
      sums[byte] = static_cast<uint8_t>(sums[byte] + fitted_bytes(code, width));
    }
  }
  sum = 0;
  for (const char byte : lengths) sum += sums[static_cast<uint8_t>(byte)];
  const size_t rest = count % kOfByte;
  if (rest == 0) return true;
  sum -= uint64_t{kOfByte - rest} * fitted_bytes(0, width);
  return static_cast<uint8_t>(lengths.back()) >> (kLengthBits * rest) == 0;
}

}  // namespace

void put_fitted(std::string& out, std::span<const uint64_t> values, uint32_t width) {
  std::string bytes;
  const size_t begin = out.size();
  out.append(length_bytes(values.size()), '\0');
  for (size_t i = 0; i < values.size(); ++i) {
    uint32_t code = 0;
    while (fitted_bytes(code, width) < width_of(values[i])) ++code;
    char& lengths = out[begin + i / kOfByte];
    lengths =
        static_cast<char>(static_cast<uint8_t>(lengths) | code << (kLengthBits * (i % kOfByte)));
    // SAFETY: its low bytes come first.
    bytes.append(reinterpret_cast<const char*>(&values[i]), fitted_bytes(code, width));
  }
  out += bytes;
}

bool read_fitted(std::string_view bytes, uint32_t width, std::span<uint64_t> values) {
  const size_t head = length_bytes(values.size());
  uint64_t sum = 0;
  if (bytes.size() < head) return false;
  const std::string_view lengths = bytes.substr(0, head);
  if (!sum_lengths(lengths, width, values.size(), sum) || sum != bytes.size() - head) return false;
  uint32_t steps[kLengths];
  uint64_t masks[kLengths];
  for (uint32_t code = 0; code < kLengths; ++code) {
    steps[code] = fitted_bytes(code, width);
    masks[code] = steps[code] == 0 ? 0 : ~uint64_t{0} >> (64 - 8 * steps[code]);
  }
  const char* at = bytes.data() + head;
  const auto take = [&](uint32_t code) {
    uint64_t value;
    std::memcpy(&value, at, sizeof value);
    at += steps[code];
    return value & masks[code];
  };
  size_t i = 0;
  for (; i + kOfByte <= values.size(); i += kOfByte) {
    const uint32_t four = static_cast<uint8_t>(lengths[i / kOfByte]);
    values[i] = take(four & 3);
    values[i + 1] = take(four >> 2 & 3);
    values[i + 2] = take(four >> 4 & 3);
    values[i + 3] = take(four >> 6);
  }
  for (; i < values.size(); ++i) {
    const uint32_t four = static_cast<uint8_t>(lengths[i / kOfByte]);
    values[i] = take(four >> (kLengthBits * (i % kOfByte)) & 3);
  }
  return true;
}

}  // namespace segue::pack
