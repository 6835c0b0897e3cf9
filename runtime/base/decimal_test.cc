#include "runtime/base/decimal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <random>
#include <string>

namespace segue {
namespace {

std::string exact(const char* text) {
  const auto value = decimal_from_text(text);
  return value ? to_text(*value) : "none";
}

TEST(Decimal, ReadsJsonNumbersExactly) {
  EXPECT_EQ(exact("0"), "0");
  EXPECT_EQ(exact("-0"), "0");
  EXPECT_EQ(exact("12.5"), "12.5");
  EXPECT_EQ(exact("-12.5e3"), "-12500");
  EXPECT_EQ(exact("0.000000001"), "0.000000001");
  EXPECT_EQ(exact("1e-9"), "0.000000001");
  EXPECT_EQ(exact("1E+2"), "100");
  EXPECT_EQ(exact("100e-2"), "1");
  EXPECT_EQ(exact("123456789.123456789"), "123456789.123456789");
  EXPECT_EQ(exact("0.1"), "0.1");
  EXPECT_EQ(exact("10.10"), "10.1");
  EXPECT_EQ(exact("0e999999999999999999999"), "0");
}

TEST(Decimal, RoundsHalfAwayFromZeroAtNinePlaces) {
  EXPECT_EQ(exact("0.0000000005"), "0.000000001");
  EXPECT_EQ(exact("0.00000000049999999999"), "0");
  EXPECT_EQ(exact("-0.0000000005"), "-0.000000001");
  EXPECT_EQ(exact("-0.0000000004"), "0");
  EXPECT_EQ(exact("1.0000000015"), "1.000000002");
  EXPECT_EQ(exact("5e-10"), "0.000000001");
  EXPECT_EQ(exact("5e-11"), "0");
  EXPECT_EQ(exact("49e-11"), "0");
  EXPECT_EQ(exact("9e-10"), "0.000000001");
  EXPECT_EQ(exact("1e-999999999999"), "0");
  EXPECT_EQ(exact("0.9999999999"), "1");
}

TEST(Decimal, RefusesWhatIsTooLarge) {
  EXPECT_EQ(exact("999999999999999999.999999999"), "999999999999999999.999999999");
  EXPECT_EQ(exact("1000000000000000000"), "none");
  EXPECT_EQ(exact("-1e18"), "none");
  EXPECT_EQ(exact("1e999999999999999999999"), "none");
  EXPECT_EQ(exact("0.001e21"), "none");
  EXPECT_EQ(exact("0.0001e21"), "100000000000000000");
  EXPECT_EQ(exact("999999999999999999.9999999995"), "none") << "rounds to 1e18";
  EXPECT_EQ(exact("340282366920938463463374607431768211456"), "none") << "2^128 must not wrap";
  EXPECT_EQ(exact("340282366920938463463374607431.768211457"), "none");
}

TEST(Decimal, RefusesWhatIsNoJsonNumber) {
  for (const char* text : {"", "-", "+1", ".5", "5.", "01", "1e", "1e+", "1x", " 1", "1 ", "0x1",
                           "NaN", "Infinity", "--1", "1.e3", "1,5"}) {
    EXPECT_EQ(exact(text), "none") << text;
  }
}

TEST(Decimal, AddsAndSubtractsAcrossTheWordBorder) {
  const Decimal big = *decimal_from_text("999999999999999999.999999999");
  Decimal sum;
  for (int i = 0; i < 1000; ++i) sum = sum + big;
  EXPECT_EQ(to_text(sum), "999999999999999999999.999999");
  for (int i = 0; i < 2000; ++i) sum = sum - big;
  EXPECT_EQ(to_text(sum), "-999999999999999999999.999999");
  EXPECT_LT(sum, Decimal{});
  EXPECT_EQ(sum + -sum, Decimal{});
}

TEST(Decimal, OrdersNegativeBeforePositive) {
  EXPECT_LT(*decimal_from_text("-1"), *decimal_from_text("-0.999999999"));
  EXPECT_LT(*decimal_from_text("-0.000000001"), Decimal{});
  EXPECT_LT(*decimal_from_text("9.999999999"), *decimal_from_text("10"));
  EXPECT_LT(*decimal_from_text("18446744073.709551615"),
            *decimal_from_text("18446744073.709551616"));
}

TEST(Decimal, OfADoubleIsTheNearest) {
  EXPECT_EQ(to_text(decimal_from_double(0.1)), "0.1");
  EXPECT_EQ(to_text(decimal_from_double(-0.0)), "0");
  EXPECT_EQ(to_text(decimal_from_double(-2.5)), "-2.5");
  EXPECT_EQ(to_text(decimal_from_double(0x1p-31)), "0");
  EXPECT_EQ(to_text(decimal_from_double(0x1p-30)), "0.000000001");
  EXPECT_EQ(to_text(decimal_from_double(1.5 * 0x1p-10)), "0.001464844");  // …8437 5: half, away
  EXPECT_EQ(to_text(decimal_from_double(-0x1p-10)), "-0.000976563");      // …5625
  EXPECT_EQ(to_text(decimal_from_double(5e-324)), "0");
  EXPECT_EQ(to_text(decimal_from_double(std::nextafter(1e18, 0))), "999999999999999872");
}

TEST(Decimal, ToDoubleRoundsTiesToEven) {
  // 2^53 + 1 lies halfway between 2^53 and 2^53 + 2.
  EXPECT_EQ(to_double(*decimal_from_text("9007199254740993")), 9007199254740992.0);
  EXPECT_EQ(to_double(*decimal_from_text("9007199254740993.000000001")), 9007199254740994.0);
  EXPECT_EQ(to_double(*decimal_from_text("9007199254740992.999999999")), 9007199254740992.0);
  EXPECT_EQ(to_double(*decimal_from_text("9007199254740995")), 9007199254740996.0);
  EXPECT_EQ(to_double(*decimal_from_text("-9007199254740995")), -9007199254740996.0);
  EXPECT_EQ(to_double(Decimal{}), 0.0);
  EXPECT_FALSE(std::signbit(to_double(Decimal{})));
  EXPECT_EQ(to_double(*decimal_from_text("0.000000001")), 1e-9);
  EXPECT_EQ(to_double(*decimal_from_text("999999999999999999.999999999")), 1e18);
  // The most a sum may reach, and the least of the representation.
  EXPECT_EQ(to_double(Decimal{UINT64_MAX, INT64_MAX}), 0x1p127 / 1e9);
  EXPECT_EQ(to_double(Decimal{0, INT64_MIN}), -0x1p127 / 1e9);
}

TEST(Decimal, ToDoubleAgreesWithTheLibrary) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 100'000; ++i) {
    std::string text = std::to_string(random() % 1'000'000'000'000'000'000u >> (random() % 60));
    text += "." + std::to_string(1'000'000'000 + random() % 1'000'000'000).substr(1);
    if (random() % 2 == 0) text.insert(0, "-");
    const Decimal value = *decimal_from_text(text);
    ASSERT_EQ(to_double(value), std::strtod(text.c_str(), nullptr)) << text;
    ASSERT_EQ(*decimal_from_text(to_text(value)), value) << text;
  }
}

TEST(Decimal, TextsOfDoublesReadBack) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 100'000; ++i) {
    // A multiple of 2^-9 has at most nine places, so nothing is rounded on the way.
    const double value = static_cast<double>(static_cast<int64_t>(random()) >> 12) / 512;
    ASSERT_EQ(to_double(decimal_from_double(value)), value);
  }
}

TEST(Decimal, ShortestTextOfADouble) {
  EXPECT_EQ(shortest_text(0.1), "0.1");
  EXPECT_EQ(shortest_text(-2.50), "-2.5");
  EXPECT_EQ(shortest_text(-0.0), "0");
  EXPECT_EQ(shortest_text(100000), "100000");
  EXPECT_EQ(shortest_text(123456789012345680.0), "123456789012345680");
  EXPECT_EQ(shortest_text(1e20), "100000000000000000000");
  EXPECT_EQ(shortest_text(1e21), "1e+21");
  EXPECT_EQ(shortest_text(0.000001), "0.000001");
  EXPECT_EQ(shortest_text(1.5e-7), "1.5e-07");
}

}  // namespace
}  // namespace segue
