// What the hand-written program reads of an event, and what it tells.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace segue::limit {

/// What an event does to the rules of examples/02-saas-lifecycle. All but the three of identify
/// calls are occurrences of `any`.
enum class Op : uint8_t {
  kPlanFree,
  kPlanOther,    // another plan, or null
  kOtherTraits,  // the plan is not named
  kOther,
  kPricing,
  kOpened,
  kOpenedCaseStudy,
  kClicked,
  kDemo,
  kStarted,
  kSkipped,
  kSkippedTwo,
  kCompleted,
  kLogin,
  kInvited,
  kIgnored,
  kCart,
};
constexpr bool is_identify(Op op) { return op <= Op::kOtherTraits; }

/// A decoded event. The texts live as long as the lines they were read from.
struct Event {
  int64_t at_ms;
  uint64_t hash;  // of the user
  const char* user;
  const char* tie;  // the messageId
  uint16_t user_bytes;
  uint16_t tie_bytes;  // 0: the line has none
  Op op;

  std::string_view user_id() const { return {user, user_bytes}; }
  std::string_view tie_text() const { return {tie, tie_bytes}; }
};
static_assert(sizeof(Event) == 40);

enum class Segment : uint8_t {
  kHighIntent,
  kActivationStalled,
  kPowerUser,
  kChurnRisk,
  kSilentCart,
  kHotFree,
};
inline constexpr uint32_t kSegments = 6;

struct Change {
  int64_t at_ms;
  uint32_t row;  // of the user
  Segment segment;
  bool entered;
};

/// Two multiplications over words of eight bytes; ids of up to 16 bytes take one round. Reads
/// nothing beyond the text.
inline uint64_t hash_of(const char* text, size_t size) {
  const auto mix = [](uint64_t a, uint64_t b) {
    const auto product = static_cast<unsigned __int128>(a) * b;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  };
  const auto word = [](const char* from) {
    uint64_t value;
    std::memcpy(&value, from, sizeof value);
    return value;
  };
  uint64_t state = size * 0x9E3779B97F4A7C15;
  while (size > 16) {
    state = mix(state ^ word(text), word(text + 8) ^ 0xA0761D6478BD642F);
    text += 16;
    size -= 16;
  }
  uint64_t a = 0;
  uint64_t b = 0;
  if (size >= 8) {
    a = word(text);
    b = word(text + size - 8);
  } else if (size >= 4) {
    uint32_t low;
    uint32_t high;
    std::memcpy(&low, text, 4);
    std::memcpy(&high, text + size - 4, 4);
    a = low;
    b = high;
  } else {
    for (size_t i = 0; i < size; ++i) a = a << 8 | static_cast<uint8_t>(text[i]);
  }
  return mix(mix(state ^ a, b ^ 0xE7037ED1A0B428DB), 0x8EBC6AF09C88C6E3);
}

}  // namespace segue::limit
