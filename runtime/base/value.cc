#include "runtime/base/value.h"

#include <bit>
#include <charconv>
#include <system_error>

#include "runtime/base/hash.h"

namespace segue {
namespace {

constexpr uint64_t kPayloadMask = (uint64_t{1} << 60) - 1;

constexpr uint64_t tag_bits(ScalarTag tag) { return static_cast<uint64_t>(tag) << 60; }

static_assert(sizeof(Scalar) == 16);
static_assert(static_cast<unsigned>(ScalarTag::kOther) < 16, "a tag has four bits");

}  // namespace

Value number_from_text(std::string_view json) {
  Value value;
  value.text = json;
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
