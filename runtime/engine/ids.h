#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "runtime/base/arena.h"
#include "runtime/base/fetch.h"

namespace segue {

/// The ids of a shard's users, one behind the other, each named by 4 bytes. They stay where they
/// are. An id takes a byte for its length and itself, rounded up to 2 bytes; one of more than 254
/// bytes stands apart. Of all there may be 8 GiB.
class Ids {
 public:
  uint32_t add(std::string_view id);

  /// Writes over its bytes; the place goes to the next id that takes as many.
  void erase(uint32_t place);

  std::string_view operator[](uint32_t place) const {
    const char* const at = begin_of(place);
    const auto bytes = static_cast<uint8_t>(*at);
    return bytes != kApart ? std::string_view(at + 1, bytes) : apart(at + 1);
  }

  void fetch(uint32_t place) const { fetch_line(begin_of(place)); }

  size_t bytes() const;

 private:
  static constexpr uint32_t kUnit = 2;
  static constexpr uint32_t kChunkBytesLog = 18;
  static constexpr uint32_t kChunkUnitsLog = kChunkBytesLog - 1;
  static constexpr uint8_t kApart = UINT8_MAX;

  static uint32_t units_of(size_t bytes) {
    const bool here = bytes < kApart;
    return static_cast<uint32_t>((1 + (here ? bytes : sizeof(std::string_view)) + kUnit - 1) /
                                 kUnit);
  }
  char* begin_of(uint32_t place) const {
    const uint32_t unit = place & ((1u << kChunkUnitsLog) - 1);
    return chunks_[place >> kChunkUnitsLog].get() + size_t{unit} * kUnit;
  }
  static std::string_view apart(const char* at);
  void put(char* at, std::string_view id);

  std::vector<std::unique_ptr<char[]>> chunks_;
  uint32_t used_ = 1u << kChunkUnitsLog;  // units of the last one
  Arena long_ids_;
  std::array<std::vector<uint32_t>, kApart / kUnit + 2> erased_;  // places by units
};

}  // namespace segue
