#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "runtime/base/instant.h"
#include "runtime/base/value.h"

namespace segue::pack {

/// Which call of the Segment specification an event was. To rules page and screen are tracks.
enum class Call : uint8_t { kIdentify, kTrack, kPage, kScreen };
inline constexpr uint32_t kCalls = 4;

/// A property or trait as it came. A number is its digits, a list or record its JSON as written.
struct RawField {
  uint32_t column = 0;  // of the catalog
  ValueTag tag = ValueTag::kAbsent;
  std::string_view text;
};

/// An event with all of its content, whatever rules read. Owns nothing.
struct RawEvent {
  Instant at;
  uint32_t kind = 0;  // of the catalog
  bool is_identify = false;
  bool has_message_id = false;
  std::string_view user;
  std::string_view tie;              // see Event::tie
  std::span<const RawField> fields;  // no column twice
};

}  // namespace segue::pack
