// Input that is made to break the front end: every answer is a named limit or a plain error.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/diagnostics/render.h"
#include "compiler/syntax/format.h"
#include "compiler/syntax/limits.h"
#include "compiler/syntax/parse.h"
#include "compiler/syntax/print_ast.h"

namespace segue {
namespace {

std::string repeat(std::string_view piece, size_t count) {
  std::string out;
  out.reserve(piece.size() * count);
  for (size_t i = 0; i < count; ++i) out += piece;
  return out;
}

struct Answer {
  std::vector<std::string> codes;
  size_t declarations = 0;
};

/// Parses, prints and formats: all that recurses over what was read.
Answer answer(std::string text) {
  SourceManager sources;
  Diagnostics found;
  const SourceId id = sources.add_text("t.seg", std::move(text));
  const ParsedText parsed = parse_with_tokens(sources, id, found);
  print_ast(parsed.file);
  if (!found.has_errors()) format(sources.file(id).text(), parsed);
  render_text(sources, found);
  render_json(sources, found);
  Answer out;
  for (const Diagnostic* one : found.sorted()) out.codes.emplace_back(info(one->code).name);
  out.declarations = parsed.file.declarations.size();
  return out;
}

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

constexpr size_t kMany = 100'000;

TEST(Hostile, NestingStopsAtItsLimit) {
  const auto nested = [](size_t depth, std::string_view open, std::string_view close) {
    return "segment a = " + repeat(open, depth) + "x" + repeat(close, depth);
  };
  EXPECT_THAT(answer(nested(kNestingMax - 1, "(", ")")).codes, IsEmpty());
  EXPECT_THAT(answer(nested(kNestingMax, "(", ")")).codes, IsEmpty());
  EXPECT_THAT(answer(nested(kNestingMax + 1, "(", ")")).codes, ElementsAre("E0113"));
  EXPECT_THAT(answer(nested(kMany, "(", ")")).codes, ElementsAre("E0113"));
  EXPECT_THAT(answer(nested(kMany, "[", "]")).codes, ElementsAre("E0113"));
  EXPECT_THAT(answer(nested(kMany, "{", "}")).codes, ElementsAre("E0113"));
  EXPECT_THAT(answer("segment a = " + repeat("(", kMany)).codes, ElementsAre("E0113"));
}

TEST(Hostile, TheDeepestOfEveryFormFits) {
  // The dearest way down for each level of brackets; with AddressSanitizer too.
  const size_t deep = kNestingMax - 2;
  for (const std::string_view open :
       {"(a or b and not c >= 1 + 2 * -(", "all of (a, not (", "count(x where y = (",
        "no (a then b within 3d then no (", "at least 2 of (a, reached (", "any x where (a = (",
        "sum(a where b in each of the last 3 periods of 3d or ("}) {
    const auto brackets = static_cast<size_t>(std::count(open.begin(), open.end(), '('));
    const size_t times = deep / brackets;
    answer("segment a = " + repeat(open, times) + "x" + repeat(")", times * brackets));
  }
  EXPECT_THAT(
      answer("event a { x: " + repeat("{ x: ", deep) + "text" + repeat("}", deep) + " }").codes,
      IsEmpty());
  EXPECT_THAT(answer("test \"t\" { user a { +1h x " + repeat("{ x: ", deep) + "1" +
                     repeat("}", deep) + " } }")
                  .codes,
              IsEmpty());
  EXPECT_THAT(answer("test \"t\" { user a { +1h x { y: " + repeat("[", deep - 1) +
                     repeat("]", deep - 1) + " } } }")
                  .codes,
              IsEmpty());
  EXPECT_THAT(answer("flow a " + repeat("{", kNestingMax) + repeat("}", kNestingMax)).codes,
              IsEmpty());
}

TEST(Hostile, RunsStopAtTheirLimit) {
  EXPECT_THAT(answer("segment a = " + repeat("not ", kPrefixRunMax) + "x").codes, IsEmpty());
  EXPECT_THAT(answer("segment a = " + repeat("not ", kPrefixRunMax + 1) + "x").codes,
              ElementsAre("E0119"));
  EXPECT_THAT(answer("segment a = " + repeat("not ", kMany) + "x").codes, ElementsAre("E0119"));
  EXPECT_THAT(answer("segment a = " + repeat("- ", kMany) + "x").codes, ElementsAre("E0119"));
  EXPECT_THAT(answer("trait a: " + repeat("list of ", kPrefixRunMax) + "text").codes, IsEmpty());
  EXPECT_THAT(answer("trait a: " + repeat("list of ", kPrefixRunMax + 1) + "text").codes,
              ElementsAre("E0119"));
  EXPECT_THAT(answer("trait a: " + repeat("list of ", kMany) + "text").codes, ElementsAre("E0119"));
}

TEST(Hostile, LongChainsDoNotRecurse) {
  EXPECT_THAT(answer("segment a = x" + repeat(" and x", kMany)).codes, IsEmpty());
  EXPECT_THAT(answer("segment a = x" + repeat(" or not x", kMany)).codes, IsEmpty());
  EXPECT_THAT(answer("segment a = x" + repeat(" + x * 2", kMany / 2) + " > 1").codes, IsEmpty());
  EXPECT_THAT(answer("segment a = x" + repeat(" then x", kMany)).codes, IsEmpty());
  EXPECT_THAT(answer("segment a = x" + repeat(".x", kMany)).codes, IsEmpty());
  EXPECT_THAT(answer("segment a = all of (x" + repeat(", x", kMany) + ")").codes, IsEmpty());
  EXPECT_THAT(answer("segment a = x in (1" + repeat(", 1", kMany) + ")").codes, IsEmpty());
  EXPECT_THAT(answer("score a {" + repeat(" +1 x", kMany) + "}").codes, IsEmpty());
  EXPECT_THAT(answer(repeat("event a ", kMany)).codes, IsEmpty());
}

TEST(Hostile, SizeAndCountAreLimited) {
  EXPECT_THAT(answer(std::string(kSourceBytesMax + 1, ' ')).codes, ElementsAre("E0112"));
  EXPECT_THAT(answer(std::string(50u << 20, '(')).codes, ElementsAre("E0112"));
  EXPECT_THAT(answer(std::string(kSourceBytesMax, '\n')).codes, IsEmpty());
  EXPECT_THAT(answer("# " + std::string(kSourceBytesMax - 2, 'x')).codes, IsEmpty());
  EXPECT_THAT(answer(repeat("a ", kTokensMax + 1)).codes, ElementsAre("E0114"));
  // Six tokens beside the pairs of item and comma.
  const auto list = [](size_t tokens) {
    return "list l = (" + repeat("1,", (tokens - 6) / 2) + "1)";
  };
  EXPECT_THAT(answer(list(kDeclarationTokensMax)).codes, IsEmpty());
  EXPECT_THAT(answer(list(kDeclarationTokensMax + 2)).codes, ElementsAre("E0114"));
  EXPECT_THAT(
      answer(list(kDeclarationTokensMax) + "\nevent a\n" + list(kDeclarationTokensMax)).codes,
      IsEmpty());
  EXPECT_EQ(answer("event b\n" + list(kTokensMax / 2) + "\nevent a\n").declarations, 2u);
  EXPECT_THAT(answer("segment a = x = \"" + std::string(4u << 20, 'x') + "\"").codes, IsEmpty());
  EXPECT_THAT(answer("segment " + std::string(4u << 20, 'x') + " = y").codes, IsEmpty());
  EXPECT_THAT(answer("segment a = x > 0." + std::string(1u << 20, '1')).codes,
              ElementsAre("E0110"));
}

TEST(Hostile, ManyErrorsAreCounted) {
  EXPECT_EQ(answer(repeat("segment = \n", kMany / 4)).codes.size(), Diagnostics::kErrorsMax);
  EXPECT_EQ(answer(repeat("§ ", kMany)).codes.size(), Diagnostics::kErrorsMax);
  EXPECT_EQ(answer(repeat("segment a { ", kNestingMax)).codes.size(), kNestingMax);
  EXPECT_THAT(answer(repeat(")", kMany)).codes, Each("E0106"));
  // One declaration that is wrong on every line is given up after a while.
  EXPECT_LE(answer("score s {\n" + repeat("  +x y\n", 10'000) + "}").codes.size(), 20u);
}

TEST(Hostile, BytesThatAreNoText) {
  EXPECT_THAT(answer("segment a = x = \"\x80\"").codes, ElementsAre("E0111"));
  EXPECT_THAT(answer("\xFF\xFE"
                     "e")
                  .codes,
              ElementsAre("E0111"));
  EXPECT_THAT(answer("event \xED\xA0\x80").codes, testing::Contains("E0111"));
  EXPECT_THAT(answer(std::string(1000, '\0')).codes, Each("E0104"));
  std::string all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<char>(i));
  EXPECT_THAT(answer(all).codes, Not(IsEmpty()));
  EXPECT_THAT(answer("segment a = x = \"\\ud800\"").codes, ElementsAre("E0105"));
  EXPECT_THAT(answer("segment a = x = \"" + repeat("\\udc00", 1000) + "\"").codes,
              ElementsAre("E0105"));
}

}  // namespace
}  // namespace segue
