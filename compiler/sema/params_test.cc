#include <gtest/gtest.h>

#include "compiler/sema/checked_text.h"

namespace segue {
namespace {

constexpr const char* kRules = R"(
event a
param n = 3 in 1..10
param span = 7d
param word = "x"
param flag = true
param day_one = 2025-01-01
param point = 2025-01-01T10:00Z
segment s = a >= $n within $span and traits.w = $word and traits.b = $flag
segment t = traits.d >= $day_one and traits.d < $point
)";

std::string with(const std::string& name, const std::string& value) {
  CheckOptions options;
  options.params = {{name, value}};
  const Checked checked(kRules, options, false);
  const std::string found = checked.findings();
  return found.empty() ? print_hir(checked.rules, "segments") : found;
}

TEST(Params, AreReplacedFromOutside) {
  EXPECT_NE(with("n", "5").find("(less-equal 5 (count"), std::string::npos);
  EXPECT_NE(with("n", "1_0").find("(less-equal 10 (count"), std::string::npos);
  EXPECT_NE(with("span", "1d12h").find("within 1d12h"), std::string::npos);
  EXPECT_NE(with("word", "a \"b").find("\"a \\\"b\""), std::string::npos);
  EXPECT_NE(with("flag", "false").find("(trait b) false"), std::string::npos);
  EXPECT_NE(with("day_one", "2025-03-01").find("(less-equal 2025-03-01T00"), std::string::npos);
  EXPECT_NE(with("point", "2025-03-01T10:00+02:00").find("2025-03-01T08:00:00Z)"),
            std::string::npos);
}

TEST(Params, MustFitTheirDeclaration) {
  EXPECT_EQ(with("n", "12"),
            "E0308 3:11 `3`: `n` is 12\n  outside of its range\n"
            "  at `1..10`: the values it may have\n");
  for (const auto& [name, value] : {std::pair{"n", "x"},
                                    {"n", ""},
                                    {"n", "3 "},
                                    {"n", "1e3"},
                                    {"span", "7"},
                                    {"span", "7 d"},
                                    {"span", "999999999999999d"},
                                    {"flag", "yes"},
                                    {"day_one", "2025-02-30"},
                                    {"day_one", "2025-1-1"},
                                    {"point", "2025-01-01"}}) {
    EXPECT_TRUE(with(name, value).starts_with("E0309")) << name << " = " << value;
  }
  EXPECT_TRUE(with("m", "3").starts_with("E0206"));
}

TEST(Params, GoThroughTextUnchanged) {
  const Checked checked(std::string(kRules) + R"(
test "all" {
  with $n = 5 with $span = 36h with $word = "a b" with $flag = false with $day_one = 2024-02-29
  with $point = 2025-06-01T10:00+02:00
})",
                        {}, false);
  ASSERT_EQ(checked.findings(), "");
  ASSERT_EQ(checked.rules.tests.size(), 1u);
  CheckOptions options;
  for (const auto& [name, value] : checked.rules.tests[0].params) {
    options.params.emplace_back(name, param_text(value));
  }
  EXPECT_EQ(options.params.size(), 6u);
  const Checked again(kRules, options, false);
  ASSERT_EQ(again.findings(), "");
  const std::string printed = print_hir(again.rules, "segments");
  for (const char* part : {"(less-equal 5 (count", "within 1d12h", "\"a b\"", "(trait b) false",
                           "2024-02-29T00:00:00Z", "2025-06-01T08:00:00Z"}) {
    EXPECT_NE(printed.find(part), std::string::npos) << part << printed;
  }
}

}  // namespace
}  // namespace segue
