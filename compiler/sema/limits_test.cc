#include "compiler/sema/limits.h"

#include <gtest/gtest.h>

#include "compiler/sema/checked_text.h"

namespace segue {
namespace {

/// The first finding alone: hostile input has many.
std::string first(const std::string& text) {
  const Checked checked(text, {}, false);
  const std::string found = checked.findings() + checked.faults;
  return found.substr(0, found.find('\n'));
}

std::string repeated(const std::string& text, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += text;
  return out;
}

TEST(Limits, OfSignalsInsideSignals) {
  const auto chain = [](uint32_t length, bool backwards) {
    std::string out = "event a\n";
    for (uint32_t i = 1; i <= length; ++i) {
      const uint32_t at = backwards ? length + 1 - i : i;
      out += fmt::format("signal s{} = {}\n", at, at == 1 ? "a" : fmt::format("s{}", at - 1));
    }
    return out + fmt::format("segment it = s{}", length);
  };
  for (const bool backwards : {false, true}) {
    EXPECT_EQ(first(chain(kSignalChainMax, backwards)), "");
    EXPECT_NE(first(chain(kSignalChainMax + 1, backwards)).find("signals inside signals"),
              std::string::npos);
  }
}

TEST(Limits, OfComputedTraitsInsideEachOther) {
  const auto chain = [](uint32_t length, bool backwards) {
    std::string out;
    for (uint32_t i = 1; i <= length; ++i) {
      const uint32_t at = backwards ? length + 1 - i : i;
      out += fmt::format("trait t{} = {}\n", at, at == 1 ? "traits.x" : fmt::format("t{}", at - 1));
    }
    return out + fmt::format("segment it = t{} > 3", length);
  };
  for (const bool backwards : {false, true}) {
    EXPECT_EQ(first(chain(kSignalChainMax - 1, backwards)), "");
    EXPECT_EQ(first(chain(kSignalChainMax, backwards)), "");
    EXPECT_NE(first(chain(kSignalChainMax + 1, backwards)).find("computed traits inside"),
              std::string::npos);
  }
}

TEST(Limits, OfPartsThatDouble) {
  std::string text = "event a\nsignal s0($x) = a where p = $x\n";
  for (int i = 1; i < 60; ++i) {
    text += fmt::format("signal s{}($x) = s{} $x or (s{} $x where q = {})\n", i, i - 1, i - 1, i);
  }
  EXPECT_NE(first(text + "segment it = s59 1").find("expand to more than"), std::string::npos);
}

TEST(Limits, OfPartsThatMultiply) {
  // One large signal, read by many streams: each is short, all together are not.
  std::string list;
  for (int i = 0; i < 20'000; ++i) list += fmt::format("{}, ", i);
  std::string text = "event a\nsignal big = a where x in (" + list + ")\n";
  for (int i = 0; i < 200; ++i) text += fmt::format("segment s{} = (big where y = {})\n", i, i);
  EXPECT_NE(first(text).find("expand to more than"), std::string::npos);
}

TEST(Limits, OfStepsOfASequence) {
  const auto steps = [](uint32_t count) {
    return "event a\nsegment it = a" + repeated(" then a", count - 2) + " then no a within 1h";
  };
  EXPECT_EQ(first(steps(kStepsMax - 1)), "");
  EXPECT_EQ(first(steps(kStepsMax)), "");
  EXPECT_NE(first(steps(kStepsMax + 1)).find("a sequence of 11 steps"), std::string::npos);
}

TEST(Limits, OfSignalsAmongWhichAStepIsTheNext) {
  const auto among = [](uint32_t count) {
    std::string out = "segment it = \"a\" then next \"b\" among (\"e2\"";
    for (uint32_t i = 3; i < count; ++i) out += fmt::format(", \"e{}\"", i);
    return out + ", \"a\")";  // said twice is one
  };
  EXPECT_EQ(first(among(kWithoutMax - 1)), "");
  EXPECT_EQ(first(among(kWithoutMax)), "");
  EXPECT_NE(first(among(kWithoutMax + 1)).find("65 signals among which"), std::string::npos);
}

TEST(Limits, OfSignalsDerivedFromSignals) {
  const auto nested = [](uint32_t depth) {
    return "event a\nevent b\nsegment it = " + std::string(depth - 1, '(') + "a then b" +
           repeated(") then b", depth - 1);
  };
  EXPECT_EQ(first(nested(kDerivedDepthMax - 1)), "");
  EXPECT_EQ(first(nested(kDerivedDepthMax)), "");
  EXPECT_NE(first(nested(kDerivedDepthMax + 1)).find("signals derived from signals, more than 32"),
            std::string::npos);
}

TEST(Limits, OfSequencesThatMultiply) {
  std::string text = "event a\nsignal s0 = a then a\n";
  for (uint32_t i = 1; i < kDerivedDepthMax; ++i) {
    text += fmt::format("signal s{} = s{} then s{} without s{}\n", i, i - 1, i - 1, i - 1);
  }
  EXPECT_NE(first(text + "segment it = s31").find("expand to more than"), std::string::npos);
}

TEST(Limits, OfDepth) {
  const auto sum = [](size_t length) {
    return "segment it = traits.a" + repeated(" + 1", length) + " > 3";
  };
  EXPECT_EQ(first(sum(kDepthMax - 2)), "");
  EXPECT_NE(first(sum(kDepthMax - 1)).find("nested too deep"), std::string::npos);
  EXPECT_NE(first(sum(5'000)).find("nested too deep"), std::string::npos);
  // Parentheses are bounded by the parser; each may hold an `and` and a `not`.
  const std::string nested =
      "event a\nsegment it = " + repeated("(a and not ", 250) + "a" + repeated(")", 250);
  EXPECT_EQ(first(nested), "");
  EXPECT_EQ(first("event a\nsegment it = " + repeated("not ", 63) + "a"), "");
}

TEST(Limits, WidthIsNone) {
  EXPECT_EQ(first("event a\nsegment it = a" + repeated(" or a", 50'000)), "");
}

TEST(Limits, OfListsTextsNamesAndExpressions) {
  const auto list = [](size_t items) { return "list l = (" + repeated("1, ", items) + ")"; };
  EXPECT_EQ(first(list(kListItemsMax)), "");
  EXPECT_NE(first(list(kListItemsMax + 1)).find("a list of 65537 items"), std::string::npos);
  const auto text = [](size_t bytes) {
    return "segment it = traits.a = \"" + repeated("x", bytes) + "\"";
  };
  EXPECT_EQ(first(text(kTextBytesMax)), "");
  EXPECT_NE(first(text(kTextBytesMax + 1)).find("a text of 16385 bytes"), std::string::npos);
  const auto path = [](size_t parts) {
    return "segment it = traits" + repeated(".a", parts) + " = 3";
  };
  EXPECT_EQ(first(path(kPathMax)), "");
  EXPECT_NE(first(path(kPathMax + 1)).find("a name of 17 parts"), std::string::npos);
  const auto regex = [](size_t bytes) {
    return "segment it = traits.a matches \"" + repeated("x", bytes) + "\"";
  };
  EXPECT_EQ(first(regex(kRegexBytesMax)), "");
  EXPECT_NE(first(regex(kRegexBytesMax + 1)).find("regular expression of 1025"), std::string::npos);
  EXPECT_NE(first("segment it = traits.a matches \"((x{1000}){1000}){1000}\"").find("E0307"),
            std::string::npos);
}

TEST(Limits, OfCountsAndDays) {
  EXPECT_EQ(first("event a\nsegment it = a >= 65536 within 7d"), "");
  EXPECT_NE(first("event a\nsegment it = a >= 65537 within 7d").find("counting to"),
            std::string::npos);
  EXPECT_EQ(first("event a\nsegment it = a >= 65537"), "");
  EXPECT_EQ(first("event a\nsegment it = a on >= 3 of the last 3660 days"), "");
  EXPECT_NE(first("event a\nsegment it = a on >= 3 of the last 3661 days").find("E0309"),
            std::string::npos);
}

TEST(Limits, OfDeclarations) {
  std::string text;
  for (uint32_t i = 0; i < kDeclarationsMax; ++i) text += fmt::format("segment s{} = true\n", i);
  EXPECT_EQ(first(text), "");
  EXPECT_NE(first(text + "segment more = true").find("more than 65536 declarations of a segment"),
            std::string::npos);
}

TEST(Limits, OfALongChainOfSegments) {
  std::string circle;
  for (uint32_t i = 0; i < 50'000; ++i) circle += fmt::format("segment s{} = in s{}\n", i, i + 1);
  EXPECT_EQ(first(circle + "segment s50000 = true"), "");
  EXPECT_NE(first(circle + "segment s50000 = in s0").find("E0214"), std::string::npos);
}

TEST(Limits, OfPropertiesOfAnyEvent) {
  std::string text = "segment events = false";
  for (int i = 0; i < 2'000; ++i) text += fmt::format(" or \"e{}\"", i);
  text += "\nsegment properties = (any where p0 = 1";
  for (int i = 1; i < 2'000; ++i) text += fmt::format(" or p{} = 1", i);
  EXPECT_NE(first(text + ")").find("properties of events"), std::string::npos);
}

}  // namespace
}  // namespace segue
