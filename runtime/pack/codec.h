#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace segue::pack {

/// Bytes with room that stays from use to use.
class Buffer {
 public:
  /// Room for `bytes`, what was there is gone.
  char* make(size_t bytes);
  char* data() { return data_.get(); }

 private:
  std::unique_ptr<char[]> data_;
  size_t room_ = 0;
};

/// One zstd frame; empty if it would save less than a sixteenth, so that what does not compress is
/// read as fast as it can be. Each run of `part_bytes` at the end gets blocks of its own (0: there
/// are no such), so that noise among what compresses is copied when it is read.
std::string compress(std::string_view raw, size_t part_bytes = 0);

/// False unless `frame` holds exactly `out.size()` bytes.
bool decompress(std::string_view frame, std::span<char> out);

/// Whole numbers in as few bytes as the largest needs, the lowest byte of all first, then the next:
/// noise is left to itself and zeros pack away.
uint32_t width_of(uint64_t largest);  // 0 to 8
void put_planes(std::string& out, std::span<const uint64_t> values, uint32_t width);
void read_planes(const char* planes, uint32_t width, std::span<uint64_t> values);

}  // namespace segue::pack
