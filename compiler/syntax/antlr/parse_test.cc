#include "compiler/syntax/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "compiler/diagnostics/render.h"
#include "compiler/syntax/print_ast.h"

namespace segue {
namespace {

class Parsing : public testing::Test {
 protected:
  ast::File parse_clean(std::string text) {
    const SourceId id = sources.add_text("test.seg", std::move(text));
    ast::File file = parse(sources, id, found);
    EXPECT_EQ(render_text(sources, found), "");
    EXPECT_TRUE(file.complete);
    return file;
  }
  std::string print(std::string text) { return print_ast(parse_clean(std::move(text))); }
  std::string_view text_of(Span span) { return sources.text(span); }

  SourceManager sources;
  Diagnostics found;
};

TEST_F(Parsing, EveryFormOfTheLanguage) {
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("compiler/syntax/testdata")) {
    const LoadResult loaded = sources.load_file(entry.path().string());
    ASSERT_EQ(loaded.error, LoadError::kNone);
    EXPECT_TRUE(parse(sources, loaded.id, found).complete) << entry.path();
    ++count;
  }
  EXPECT_EQ(render_text(sources, found), "");
  EXPECT_GE(count, 20u);
}

TEST_F(Parsing, EveryKindOfExpressionIsInTheCorpus) {
  std::string all;
  for (const auto& entry : std::filesystem::directory_iterator("compiler/syntax/testdata")) {
    const LoadResult loaded = sources.load_file(entry.path().string());
    all += print_ast(parse(sources, loaded.id, found));
  }
#define SEGUE_EXPR(type, name) EXPECT_NE(all.find(" " name), std::string::npos) << name;
#include "compiler/syntax/expr_kinds.def"
#undef SEGUE_EXPR
}

TEST_F(Parsing, PrecedenceFromLooseToTight) {
  EXPECT_EQ(print("segment s = a or b and not c >= 1 + 2 * -x for 3d unless d"),
            "segment s\n"
            "  unless\n"
            "    or\n"
            "      name a\n"
            "      and\n"
            "        name b\n"
            "        not\n"
            "          for 3d\n"
            "            compare >=\n"
            "              name c\n"
            "              arithmetic +\n"
            "                literal 1\n"
            "                arithmetic *\n"
            "                  literal 2\n"
            "                  negate\n"
            "                    name x\n"
            "    name d\n");
}

TEST_F(Parsing, ASegmentAndItsClauses) {
  EXPECT_EQ(print("## Docs.\n"
                  "segment a \"A\" { stage buy goal \"g\" owner \"o\" when x until y\n"
                  "  stay at least 1h cooldown $c }"),
            "segment a \"A\"\n"
            "  stage buy\n"
            "  goal \"g\"\n"
            "  meta owner \"o\"\n"
            "  when\n"
            "    name x\n"
            "  until\n"
            "    name y\n"
            "  stay 1h\n"
            "  cooldown $c\n"
            "  docs \"Docs.\"\n");
}

TEST_F(Parsing, WindowsHaveTheirAnchors) {
  EXPECT_EQ(print("segment a = x within 24h after last (score) and y from 2025-01-01 to now"),
            "segment a\n"
            "  and\n"
            "    windowed\n"
            "      name x\n"
            "      window within-after 24h\n"
            "        anchor last\n"
            "          group\n"
            "            name score\n"
            "    windowed\n"
            "      name y\n"
            "      window from-to\n"
            "        anchor moment 2025-01-01\n"
            "        until moment now\n");
}

TEST_F(Parsing, DocsAreTheLinesRightAbove) {
  const ast::File file = parse_clean(
      "## lost: an empty line follows\n\nevent a ## not of b\nevent b\n## one\n# between\n##two\n"
      "event c\n## at the end\n");
  ASSERT_EQ(file.declarations.size(), 3u);
  EXPECT_EQ(file.declarations[0].docs, "");
  EXPECT_EQ(file.declarations[1].docs, "");
  EXPECT_EQ(file.declarations[2].docs, "one\ntwo");
}

TEST_F(Parsing, DocsOfWindowsLineEnds) {
  const ast::File file =
      parse_clean("## one\r\n## two\r\nevent a\r\n\r\n## lost\r\n\r\nevent b\r\n");
  EXPECT_EQ(file.declarations[0].docs, "one\ntwo");
  EXPECT_EQ(file.declarations[1].docs, "");
}

TEST_F(Parsing, SpansCoverWhatTheySay) {
  const ast::File file =
      parse_clean("segment a = not (x where p = \"ü\") >= 3 within 48h for 2d or y\n");
  const auto* segment = file.declarations[0].as<ast::SegmentDecl>();
  ASSERT_NE(segment, nullptr);
  EXPECT_EQ(text_of(segment->name.span), "a");
  const auto* either = segment->condition->as<ast::Or>();
  ASSERT_NE(either, nullptr);
  const ast::Expr& negated = *either->operands[0];
  EXPECT_EQ(text_of(negated.span), "not (x where p = \"ü\") >= 3 within 48h for 2d");
  const ast::Expr& held = *negated.as<ast::Not>()->operand;
  EXPECT_EQ(text_of(held.span), "(x where p = \"ü\") >= 3 within 48h for 2d");
  const auto* compared = held.as<ast::Held>()->condition->as<ast::Comparison>();
  ASSERT_NE(compared, nullptr);
  EXPECT_EQ(text_of(compared->left->span), "(x where p = \"ü\")");
  EXPECT_EQ(text_of(compared->compare.span), ">=");
  EXPECT_EQ(text_of(compared->window->span), "within 48h");
  EXPECT_EQ(text_of(either->operands[1]->span), "y");
}

TEST_F(Parsing, LiteralsAreDecoded) {
  const ast::File file =
      parse_clean("param a = -1_000.5\nparam b = 1d12h\nparam c = \"\\u00e9\"\n");
  const auto& number = std::get<ast::Number>(file.declarations[0].as<ast::ParamDecl>()->value);
  EXPECT_EQ(number.decimal, "-1000.5");
  EXPECT_EQ(number.value, -1000.5);
  EXPECT_EQ(text_of(number.span), "-1_000.5");
  EXPECT_EQ(std::get<ast::Duration>(file.declarations[1].as<ast::ParamDecl>()->value).ms,
            129'600'000);
  EXPECT_EQ(std::get<ast::Text>(file.declarations[2].as<ast::ParamDecl>()->value).value, "é");
}

TEST_F(Parsing, TokensAndCommentsComeInOrder) {
  const SourceId id = sources.add_text("t.seg", "event a # c\n## d\nsegment b = $x >= \"t\"");
  const ParsedText parsed = parse_with_tokens(sources, id, found);
  using Kind = Token::Kind;
  std::vector<Kind> kinds;
  for (const Token& token : parsed.tokens) kinds.push_back(token.kind);
  EXPECT_THAT(kinds, testing::ElementsAre(Kind::kWord, Kind::kWord, Kind::kComment, Kind::kDoc,
                                          Kind::kWord, Kind::kWord, Kind::kMark, Kind::kParam,
                                          Kind::kMark, Kind::kText));
}

}  // namespace
}  // namespace segue
