#include "runtime/base/decimal.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <system_error>

#include "runtime/base/check.h"

namespace segue {
namespace {

// 128-bit arithmetic is fine here: this file is never compiled for the JIT.
__extension__ using Wide = unsigned __int128;

constexpr int kPlaces = 9;
constexpr uint64_t kUnit = 1'000'000'000;                            // of 10^-9 in one
constexpr Wide kSizeEnd = static_cast<Wide>(kUnit) * kUnit * kUnit;  // 1e18 in units
// Far beyond what can matter, and far from overflow: larger exponents mean zero or too large.
constexpr int64_t kExponentCap = 1'000'000'000;

Decimal signed_decimal(Wide size, bool negative) {
  const Decimal positive{static_cast<uint64_t>(size), static_cast<int64_t>(size >> 64)};
  return negative ? -positive : positive;
}

Wide size_of(Decimal value) {
  const Decimal positive = value.hi < 0 ? -value : value;
  return (static_cast<Wide>(static_cast<uint64_t>(positive.hi)) << 64) | positive.lo;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The parts of a JSON number: its digits are `whole` followed by `fraction`.
struct Number {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
  int64_t exponent = 0;
};

/// Takes the digits at the front of `text`.
std::string_view take_digits(std::string_view& text) {
  size_t n = 0;
  while (n < text.size() && is_digit(text[n])) ++n;
  const std::string_view digits = text.substr(0, n);
  text.remove_prefix(n);
  return digits;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

/// JSON's grammar: no leading zeros, no bare point, no plus sign in front.
std::optional<Number> parse_number(std::string_view text) {
  Number number;
  number.negative = take(text, '-');
  number.whole = take_digits(text);
  if (number.whole.empty() || (number.whole.size() > 1 && number.whole[0] == '0')) return {};
  if (take(text, '.')) {
    number.fraction = take_digits(text);
    if (number.fraction.empty()) return {};
  }
  if (take(text, 'e') || take(text, 'E')) {
    const bool negative = take(text, '-');
    if (!negative) take(text, '+');
    const std::string_view digits = take_digits(text);
    if (digits.empty()) return {};
    for (const char c : digits) {
      number.exponent = std::min(number.exponent * 10 + (c - '0'), kExponentCap);
    }
    if (negative) number.exponent = -number.exponent;
  }
  if (!text.empty()) return {};
  return number;
}

}  // namespace

std::optional<Decimal> decimal_from_text(std::string_view text) {
  const std::optional<Number> number = parse_number(text);
  if (!number) return {};
  // Digits that count whole units of 10^-9. The next one decides the rounding, the rest cannot
  // change it.
  const int64_t kept = static_cast<int64_t>(number->whole.size()) + number->exponent + kPlaces;
  const int64_t written = static_cast<int64_t>(number->whole.size() + number->fraction.size());
  const auto digit = [&](int64_t i) {
    const auto n = static_cast<size_t>(i);
    const size_t whole = number->whole.size();
    return (n < whole ? number->whole[n] : number->fraction[n - whole]) - '0';
  };
  Wide size = 0;
  for (int64_t i = 0; i < std::min(kept, written); ++i) {
    size = size * 10 + static_cast<unsigned>(digit(i));
    if (size >= kSizeEnd) return {};
  }
  if (size != 0) {
    for (int64_t i = written; i < kept; ++i) {
      size *= 10;
      if (size >= kSizeEnd) return {};
    }
  }
  if (kept >= 0 && kept < written && digit(kept) >= 5) ++size;
  if (size >= kSizeEnd) return {};
  return signed_decimal(size, number->negative);
}

Decimal decimal_from_double(double value) {
  SEGUE_CHECK(std::fabs(value) < 1e18, "a decimal is below 1e18 in size");
  int exponent = 0;
  const double fraction = std::frexp(std::fabs(value), &exponent);
  // value = mantissa * 2^(exponent - 53), exactly.
  const auto mantissa = static_cast<Wide>(static_cast<uint64_t>(std::ldexp(fraction, 53))) * kUnit;
  const int shift = exponent - 53;
  if (shift >= 0) return signed_decimal(mantissa << shift, value < 0);
  if (-shift > 100) return {};  // mantissa < 2^83: below half a unit
  const Wide half = static_cast<Wide>(1) << (-shift - 1);
  return signed_decimal((mantissa + half) >> -shift, value < 0);
}

double to_double(Decimal value) {
  const Wide size = size_of(value);
  if (size == 0) return 0;
  // Fill 128 bits before dividing: the quotient then has at least 98, and the remainder only
  // breaks ties.
  const auto high = static_cast<uint64_t>(size >> 64);
  const int shift =
      high != 0 ? std::countl_zero(high) : 64 + std::countl_zero(static_cast<uint64_t>(size));
  const Wide filled = size << shift;
  const Wide quotient = filled / kUnit;
  const bool inexact = filled % kUnit != 0;
  const int bits = 128 - std::countl_zero(static_cast<uint64_t>(quotient >> 64));
  const int dropped = bits - 53;
  auto mantissa = static_cast<uint64_t>(quotient >> dropped);
  const Wide rest = quotient & ((static_cast<Wide>(1) << dropped) - 1);
  const Wide half = static_cast<Wide>(1) << (dropped - 1);
  const bool above = rest > half || (rest == half && inexact);
  const bool tie = rest == half && !inexact;
  if (above || (tie && (mantissa & 1) != 0)) ++mantissa;
  const double magnitude = std::ldexp(static_cast<double>(mantissa), dropped - shift);
  return value.hi < 0 ? -magnitude : magnitude;
}

std::string to_text(Decimal value) {
  Wide size = size_of(value);
  std::string reversed;
  bool significant = false;  // zeros at the end of the fraction are not written
  for (int place = 0; place < kPlaces; ++place, size /= 10) {
    const auto digit = static_cast<char>('0' + static_cast<int>(size % 10));
    significant |= digit != '0';
    if (significant) reversed.push_back(digit);
  }
  if (significant) reversed.push_back('.');
  do {
    reversed.push_back(static_cast<char>('0' + static_cast<int>(size % 10)));
    size /= 10;
  } while (size != 0);
  if (value.hi < 0) reversed.push_back('-');
  return {reversed.rbegin(), reversed.rend()};
}

std::string shortest_text(double value) {
  if (value == 0) return "0";
  std::array<char, 64> digits;
  const double size = std::fabs(value);
  const bool plain = size >= 1e-6 && size < 1e21;
  const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
  const auto [end, error] =
      std::to_chars(digits.data(), digits.data() + digits.size(), value, format);
  SEGUE_CHECK(error == std::errc{}, "the longest has 17 digits and 6 zeros");
  return {digits.data(), end};
}

}  // namespace segue
