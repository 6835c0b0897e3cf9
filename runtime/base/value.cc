#include "runtime/base/value.h"

#include <bit>
#include <charconv>
#include <system_error>

#include "runtime/base/hash.h"

namespace segue {
namespace {

/// Of the high word of a text's fingerprint.
constexpr uint64_t kPayloadMask = (uint64_t{1} << 60) - (uint64_t{1} << 32);

constexpr uint64_t tag_bits(ScalarTag tag) { return static_cast<uint64_t>(tag) << 60; }

/// Powers of ten that a double holds exactly.
constexpr double kTens[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                            1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
constexpr size_t kShortDigits = 15;  // their number is below 2^53, so a double holds it too

/// Reads a JSON number of few digits without an exponent. Both numbers of the division are exact,
/// so its result is the nearest double (Clinger, "How to read floating point numbers accurately",
/// 1990).
bool read_short(std::string_view json, double& number) {
  const char* at = json.data();
  const char* const end = at + json.size();
  const bool negative = at != end && *at == '-';
  at += negative;
  if (static_cast<size_t>(end - at) > kShortDigits + 1) return false;
  uint64_t digits = 0;
  const auto take_digits = [&] {
    const char* const begin = at;
    for (; at != end && *at >= '0' && *at <= '9'; ++at) {
      digits = digits * 10 + static_cast<uint64_t>(*at - '0');
    }
    return static_cast<size_t>(at - begin);
  };
  const char first = at != end ? *at : '\0';
  const size_t whole = take_digits();
  if (whole == 0 || (first == '0' && whole > 1)) return false;
  size_t places = 0;
  if (at != end) {
    if (*at++ != '.') return false;
    places = take_digits();
    if (places == 0 || at != end) return false;
  }
  if (whole + places > kShortDigits) return false;
  const double size = static_cast<double>(digits) / kTens[places];
  number = negative ? -size : size;
  return true;
}

static_assert(sizeof(Scalar) == 16);
static_assert(static_cast<unsigned>(ScalarTag::kOther) < 16, "a tag has four bits");

}  // namespace

Value number_from_text(std::string_view json) {
  Value value;
  value.text = json;
  if (read_short(json, value.number)) {
    value.tag = ValueTag::kNumber;
    return value;
  }
  if (!decimal_from_text(json)) {
    value.tag = ValueTag::kRecord;
    return value;
  }
  value.tag = ValueTag::kNumber;
  // Only underflow can fail here, since the text is a JSON number below 1e18; it leaves 0, which is
  // the nearest double.
  const auto [end, error] = std::from_chars(json.data(), json.data() + json.size(), value.number);
  if (error != std::errc{}) value.number = 0;
  return value;
}

bool equal(const Value& a, const Value& b) {
  if (a.tag != b.tag) return false;
  switch (a.tag) {
    case ValueTag::kFalse:
    case ValueTag::kTrue:
      return true;
    case ValueTag::kNumber:
      return a.number == b.number;
    case ValueTag::kText:
      return a.text == b.text;
    case ValueTag::kAbsent:
    case ValueTag::kMissing:
    case ValueTag::kList:
    case ValueTag::kRecord:
      return false;
  }
  return false;
}

Scalar scalar_of(const Value& value) {
  switch (value.tag) {
    case ValueTag::kAbsent:
    case ValueTag::kMissing:
      return {0, tag_bits(ScalarTag::kMissing)};
    case ValueTag::kFalse:
      return scalar_of_truth(false);
    case ValueTag::kTrue:
      return scalar_of_truth(true);
    case ValueTag::kNumber:
      return scalar_of_number(value.number);
    case ValueTag::kText:
      return scalar_of_text(value.text);
    case ValueTag::kList:
    case ValueTag::kRecord:
      break;
  }
  return {0, tag_bits(ScalarTag::kOther)};
}

Scalar scalar_of_text(std::string_view text) {
  const Hash128 hash = hash128(text);
  return {hash.lo, (hash.hi & kPayloadMask) | tag_bits(ScalarTag::kText)};
}

Scalar scalar_of_number(double number) {
  // -0 == 0, so both must have the words of 0.
  const double one_zero = number == 0 ? 0.0 : number;
  return {std::bit_cast<uint64_t>(one_zero), tag_bits(ScalarTag::kNumber)};
}

Scalar scalar_of_truth(bool truth) { return {truth ? 1u : 0u, tag_bits(ScalarTag::kTruth)}; }

Scalar scalar_of_instant(Instant instant) {
  return {static_cast<uint64_t>(instant.ms), tag_bits(ScalarTag::kInstant)};
}

}  // namespace segue
