#include "runtime/base/value.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <random>
#include <string>
#include <string_view>

namespace segue {
namespace {

Value make(ValueTag tag, std::string_view text = {}) {
  Value value;
  value.tag = tag;
  value.text = text;
  return value;
}

Value number(std::string_view text) { return number_from_text(text); }

TEST(Value, EqualNeedsTypeAndContent) {
  EXPECT_TRUE(equal(number("1"), number("1.0")));
  EXPECT_TRUE(equal(number("0"), number("-0")));
  EXPECT_FALSE(equal(number("1"), number("2")));
  EXPECT_FALSE(equal(number("1"), make(ValueTag::kText, "1")));
  EXPECT_TRUE(equal(make(ValueTag::kText, "a"), make(ValueTag::kText, "a")));
  EXPECT_FALSE(equal(make(ValueTag::kText, "a"), make(ValueTag::kText, "A")));
  EXPECT_TRUE(equal(make(ValueTag::kTrue), make(ValueTag::kTrue)));
  EXPECT_FALSE(equal(make(ValueTag::kTrue), make(ValueTag::kFalse)));
}

TEST(Value, WhatHasNoContentEqualsNothing) {
  for (const ValueTag tag :
       {ValueTag::kAbsent, ValueTag::kMissing, ValueTag::kList, ValueTag::kRecord}) {
    EXPECT_FALSE(equal(make(tag, "[]"), make(tag, "[]")));
  }
  EXPECT_FALSE(equal(make(ValueTag::kAbsent), make(ValueTag::kMissing)));
}

TEST(Value, ShortNumbersAreTheNearestDoubles) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 100'000; ++i) {
    std::string text = std::to_string(random() >> random() % 64);
    if (i % 3 != 0) text.insert(1 + random() % text.size(), "." + std::to_string(random() % 1000));
    if (i % 5 == 0) text.insert(0, "-");
    double nearest = 0;
    std::from_chars(text.data(), text.data() + text.size(), nearest);
    const Value value = number(text);
    if (value.tag != ValueTag::kNumber) continue;  // beyond the limit
    ASSERT_EQ(std::bit_cast<uint64_t>(value.number), std::bit_cast<uint64_t>(nearest)) << text;
  }
  EXPECT_TRUE(std::signbit(number("-0").number));
  EXPECT_TRUE(std::signbit(number("-0.00").number));
  for (const char* text : {"", "-", ".5", "5.", "01", "-01", "1.5.", "1x", "+1", " 1"}) {
    EXPECT_EQ(number(text).tag, ValueTag::kRecord) << text;
  }
}

TEST(Value, NumbersKeepDigitsAndEndAtTheLimit) {
  const Value value = number("12.50");
  EXPECT_EQ(value.tag, ValueTag::kNumber);
  EXPECT_EQ(value.number, 12.5);
  EXPECT_EQ(value.text, "12.50");
  EXPECT_EQ(number("1e18").tag, ValueTag::kRecord);
  EXPECT_EQ(number("-1e400").tag, ValueTag::kRecord);
  EXPECT_EQ(number("999999999999999999").tag, ValueTag::kNumber);
  EXPECT_EQ(number("1e-400").tag, ValueTag::kNumber);
  EXPECT_EQ(number("1e-400").number, 0.0);
  EXPECT_FALSE(equal(number("1e18"), number("1e18")));
}

TEST(Value, EqualValuesHaveEqualScalars) {
  const std::array values = {number("1"),
                             number("1.0"),
                             number("0"),
                             number("-0"),
                             number("-1"),
                             make(ValueTag::kText, "1"),
                             make(ValueTag::kText, "1"),
                             make(ValueTag::kText, ""),
                             make(ValueTag::kTrue),
                             make(ValueTag::kTrue),
                             make(ValueTag::kFalse)};
  for (const Value& a : values) {
    for (const Value& b : values) EXPECT_EQ(equal(a, b), scalar_of(a) == scalar_of(b));
  }
}

TEST(Value, ScalarsTellTheirTag) {
  EXPECT_EQ(tag_of(Scalar{}), ScalarTag::kMissing) << "zeroed memory is missing";
  EXPECT_EQ(tag_of(scalar_of(Value{})), ScalarTag::kMissing);
  EXPECT_EQ(tag_of(scalar_of(make(ValueTag::kMissing))), ScalarTag::kMissing);
  EXPECT_EQ(tag_of(scalar_of(number("3"))), ScalarTag::kNumber);
  EXPECT_EQ(tag_of(scalar_of_text("x")), ScalarTag::kText);
  EXPECT_EQ(tag_of(scalar_of_truth(false)), ScalarTag::kTruth);
  EXPECT_EQ(tag_of(scalar_of_instant({5})), ScalarTag::kInstant);
  EXPECT_EQ(tag_of(scalar_of(make(ValueTag::kList, "[1]"))), ScalarTag::kOther);
  EXPECT_EQ(tag_of(scalar_of(number("1e18"))), ScalarTag::kOther);
  EXPECT_EQ(scalar_of_number(-2.5).lo, 0xC004000000000000u);
  EXPECT_EQ(scalar_of_instant({1234}).lo, 1234u);
}

}  // namespace
}  // namespace segue
