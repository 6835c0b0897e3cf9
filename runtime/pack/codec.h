#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace segue::pack {

inline constexpr double kLeastSaved = 1.0 / 16;

/// Bytes with room that stays from use to use.
class Buffer {
 public:
  static constexpr size_t kSlack = 8;  // behind the bytes: room for a word's load

  /// Room for `bytes`, what was there is gone.
  char* make(size_t bytes);
  char* data() { return data_.get(); }

 private:
  std::unique_ptr<char[]> data_;
  size_t room_ = 0;
};

/// One zstd frame; empty if it would save less than that part of the bytes, so that what does not
/// compress is read as fast as it can be.
std::string compress(std::string_view raw, double least_saved = kLeastSaved);

/// False unless `frame` holds exactly `out.size()` bytes.
bool decompress(std::string_view frame, std::span<char> out);

/// Whole numbers in as few bytes as the largest needs, the lowest byte of all first, then the next:
/// noise is left to itself and zeros pack away.
uint32_t width_of(uint64_t largest);  // 0 to 8
void put_planes(std::string& out, std::span<const uint64_t> values, uint32_t width);
void read_planes(const char* planes, uint32_t width, std::span<uint64_t> values);

/// Whole numbers of one to `width` bytes, each with no more than it needs, of the four lengths up
/// to `width` (0 if that is less): two bits of length a number, four to a byte, the first lowest,
/// those behind the last zero; then the numbers, their lowest bytes first. Noise of like size takes
/// few bytes more than it has bits, and is read by a load each.
void put_fitted(std::string& out, std::span<const uint64_t> values, uint32_t width);

/// False unless `bytes` are those of that many numbers. They lie in a Buffer: up to `kSlack` bytes
/// behind them are looked at.
bool read_fitted(std::string_view bytes, uint32_t width, std::span<uint64_t> values);

}  // namespace segue::pack
