#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace segue {

/// An exact sum: a 128-bit two's-complement count of 10^-9. Two words and a carry, not `__int128`,
/// so that the same code stays cheap in the JIT. A value of the wire is below 1e18 in size, so
/// 10^11 of them add without overflow.
struct Decimal {
  uint64_t lo = 0;
  int64_t hi = 0;

  friend constexpr bool operator==(Decimal, Decimal) = default;
  friend constexpr std::strong_ordering operator<=>(Decimal a, Decimal b) {
    if (a.hi != b.hi) return a.hi <=> b.hi;
    return a.lo <=> b.lo;
  }
};

constexpr Decimal operator+(Decimal a, Decimal b) {
  const uint64_t lo = a.lo + b.lo;
  const uint64_t carry = lo < a.lo ? 1 : 0;
  return {lo,
          static_cast<int64_t>(static_cast<uint64_t>(a.hi) + static_cast<uint64_t>(b.hi) + carry)};
}

constexpr Decimal operator-(Decimal a) {
  const uint64_t lo = ~a.lo + 1;
  return {lo, static_cast<int64_t>(~static_cast<uint64_t>(a.hi) + (lo == 0 ? 1 : 0))};
}

constexpr Decimal operator-(Decimal a, Decimal b) { return a + (-b); }

/// Reads a JSON number (`-12.5e3`) exactly; digits finer than 10^-9 are rounded half away from
/// zero. Empty if the text is no JSON number or its size is 1e18 or more: such a number is of
/// another type to every rule.
std::optional<Decimal> decimal_from_text(std::string_view text);

/// The decimal nearest to `value`, which must be below 1e18 in size.
Decimal decimal_from_double(double value);

/// The double nearest to the exact value (ties to even).
double to_double(Decimal value);

/// The shortest digits that read back as this double, `0.1`, `100000`; with an exponent only from
/// 1e21 on and below 1e-6 (`1e+21`, `1.5e-07`). -0 is `0`. What `text(x)` is of a number.
std::string shortest_text(double value);

/// Shortest exact text: `12.5`, `-0.000000001`, `3`.
std::string to_text(Decimal value);

}  // namespace segue
