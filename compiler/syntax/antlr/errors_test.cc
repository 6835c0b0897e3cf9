// What a wrong text is told: one row a mistake.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/diagnostics/render.h"
#include "compiler/syntax/parse.h"

namespace segue {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Told {
  std::vector<std::string> lines;  // "line:column E0101 message | label"
  size_t declarations = 0;
  std::vector<std::string> left_out;
  std::string all;    // as text
  std::string fixed;  // with the fixes of the first finding
};

Told tell(std::string text) {
  SourceManager sources;
  Diagnostics found;
  const SourceId id = sources.add_text("t.seg", std::move(text));
  const ast::File file = parse(sources, id, found);
  Told told;
  for (const Diagnostic* one : found.sorted()) {
    const LineColumn at = sources.locate(id, one->span.begin);
    std::string line = std::to_string(at.line) + ":" + std::to_string(at.column) + " ";
    line += std::string(info(one->code).name) + " " + one->message;
    told.lines.push_back(line + (one->text.empty() ? "" : " | " + one->text));
    if (told.fixed.empty() && !one->fixes.empty()) {
      told.fixed = sources.file(id).text();
      const FixIt& fix = one->fixes.front();
      told.fixed.replace(fix.span.begin, fix.span.size(), fix.replacement);
    }
  }
  told.declarations = file.declarations.size();
  told.left_out = file.left_out;
  told.all = render_text(sources, found);
  return told;
}

std::string only(std::string text) {
  const Told told = tell(std::move(text));
  EXPECT_EQ(told.lines.size(), 1u) << told.all;
  return told.lines.empty() ? "" : told.lines[0];
}

TEST(Errors, SayWhatWasFoundAndWhatIsExpected) {
  EXPECT_EQ(only("segment a { when login and }"),
            "1:28 E0101 found `}` after `and` | expected a condition");
  EXPECT_EQ(only("segment a = x >= and y"), "1:18 E0101 found `and` after `>=` | expected a value");
  EXPECT_EQ(only("segment a = login between 14d and 7d or x"),
            "1:38 E0101 found `or` after `7d` | expected `ago`");
  EXPECT_EQ(only("event y { path text }"), "1:16 E0101 found `text` after `path` | expected `:`");
  EXPECT_EQ(only("list l = \"a\""), "1:10 E0101 found `\"a\"` after `=` | expected `(`");
  EXPECT_EQ(only("segment a = in any (x, y)"), "1:20 E0101 found `(` after `any` | expected `of`");
  EXPECT_EQ(only("segment a = (x y z)"),
            "1:18 E0101 found `z` after `y` | expected `)`, or more of what the parenthesis holds");
  EXPECT_THAT(only("segment a { when login within 7d 8 }"),
              HasSubstr("| expected a clause (`when`"));
  EXPECT_THAT(only("score a { +5 x y z }"), HasSubstr("| expected a term such as `+5 login`"));
}

TEST(Errors, NameTheDeclarationThatWasMeant) {
  EXPECT_EQ(only("segmnt a = login"),
            "1:1 E0101 `segmnt` begins no declaration | expected a declaration: `event`, `trait`, "
            "`signal`, `segment`, `score`, `test`, …");
  EXPECT_EQ(tell("segmnt a = login").fixed, "segment a = login");
  EXPECT_EQ(tell("segment f { whenn login }").fixed, "segment f { when login }");
  EXPECT_EQ(only("event login foo"),
            "1:13 E0101 found `foo` after `login` | expected a declaration: `event`, `trait`, "
            "`signal`, `segment`, `score`, `test`, …");
}

TEST(Errors, BelongToTheDeclarationThatIsShort) {
  EXPECT_EQ(only("segment a = login and\nsegment b = x"),
            "1:19 E0116 the declaration ends after `and` | expected a condition behind it");
  EXPECT_EQ(only("signal q = a then"),
            "1:14 E0116 the declaration ends after `then` | expected a signal behind it");
  EXPECT_EQ(only("test \"t\" {\n  expect ann enters foo\n  expect no other changes\n}"),
            "2:21 E0116 the clause ends after `foo` | expected `at` behind it");
}

TEST(Errors, OfOneFileAreAllTold) {
  const Told told = tell(
      "segment a = x >=\n\nsegment good = x\n\nevent e { p }\nsignal s x\n"
      "score c {\n  + 5\n  +x\n  band hot 20\n}\nsegment fine = y\n");
  EXPECT_THAT(told.lines, ElementsAre(HasSubstr("1:15 E0116"), HasSubstr("5:13 E0101"),
                                      HasSubstr("6:10 E0101"), HasSubstr("8:5 E0116"),
                                      HasSubstr("9:4 E0101"), HasSubstr("10:12 E0101")));
  EXPECT_EQ(told.declarations, 2u);
  EXPECT_THAT(told.left_out, ElementsAre("a", "e", "s", "c"));
}

TEST(Errors, Brackets) {
  EXPECT_EQ(only("segment a {\n  when x\n\nsegment b = y\n"),
            "1:11 E0106 `{` is never closed | `}` is missing");
  EXPECT_EQ(only("segment a = (x or y\nsegment b = y\n"),
            "1:13 E0106 `(` is never closed | `)` is missing");
  EXPECT_EQ(only("segment a = x)\nsegment b = y"),
            "1:14 E0106 `)` closes nothing | nothing before it is open");
  EXPECT_EQ(only("segment a { when (x and y }\n"), "1:18 E0106 `(` is never closed | opened here");
  EXPECT_EQ(tell("segment a {\n  when x\n\nsegment b = y\n").declarations, 1u);
}

TEST(Errors, WordsOfTheLanguageAsNames) {
  EXPECT_EQ(only("segment first = login"),
            "1:9 E0107 `first` is a word of the language | expected a name");
  EXPECT_EQ(only("segment a = no score within 7d"),
            "1:16 E0107 `score` is a word of the language | expected a signal");
  EXPECT_THAT(tell("segment a = no score within 7d").all,
              HasSubstr("in parentheses or quotes: `(score)`"));
  EXPECT_EQ(only("trait in: text"), "1:7 E0107 `in` is a word of the language | expected a name");
}

TEST(Errors, FiltersTakeParentheses) {
  EXPECT_EQ(only("segment d = order where total > 5 within 7d"),
            "1:19 E0117 a filter without parentheses | `where` reaches to the end of its "
            "parenthesis or declaration");
  EXPECT_THAT(only("segment d { when order where total > 5 }"), HasSubstr("E0117"));
}

TEST(Errors, Units) {
  EXPECT_EQ(only("segment c = login within 7"),
            "1:26 E0118 `7` has no unit | a duration has a unit: `7d`, `7h`, …");
  EXPECT_EQ(only("segment c = login within 7 days"),
            "1:26 E0118 `7` has no unit | elapsed time is written `7d`");
  EXPECT_EQ(tell("segment c = login within 7 days").fixed, "segment c = login within 7d");
  EXPECT_THAT(tell("segment c = login within 2 months").all, HasSubstr("`in the last 2 months`"));
}

TEST(Errors, SlipsAreToldOnceAndUnderstood) {
  const Told told = tell("segment a = x => 3 && y || !z\nsegment b = n = 'ann' // why\n");
  EXPECT_THAT(told.lines,
              ElementsAre("1:15 E0115 `=>` is no mark of this language | written `>=`",
                          "1:20 E0115 `&&` is no mark of this language | written `and`",
                          "1:25 E0115 `||` is no mark of this language | written `or`",
                          "1:28 E0115 `!` is no mark of this language | written `not`",
                          "2:17 E0115 `'ann'` has single quotes | a text has double quotes",
                          "2:23 E0115 `//` begins no comment | a comment begins with `#`"));
  EXPECT_EQ(told.declarations, 2u);
  EXPECT_EQ(tell("segment a = x&&y").fixed, "segment a = x and y");
}

TEST(Errors, NumbersThatRunIntoWords) {
  EXPECT_EQ(only("segment a = login within 10days"),
            "1:26 E0103 `10days` runs a number into a word | a duration is a number and one of `ms "
            "s m h d w`");
  EXPECT_EQ(tell("segment a = login within 10days").fixed, "segment a = login within 10d");
  EXPECT_EQ(tell("segment a = login within 10days").declarations, 1u);
  EXPECT_EQ(tell("segment a = login within 5min").fixed, "segment a = login within 5m");
  EXPECT_THAT(only("segment a = x > 3x"), HasSubstr("E0103 `3x` runs"));
}

TEST(Errors, Texts) {
  EXPECT_EQ(only("segment a = x = \"abc\nsegment b = y"),
            "1:17 E0102 a text is not closed | no `\"` ends it on this line");
  EXPECT_THAT(only("segment a = x = \"a\\q\""), HasSubstr("1:19 E0105 a text has no such escape"));
  EXPECT_THAT(only("segment a = x = \"\\ud800\""),
              HasSubstr("1:18 E0105 half of a surrogate pair"));
  EXPECT_THAT(only("segment a = x = \"a\tb\""), HasSubstr("1:19 E0105 a control character"));
  EXPECT_EQ(only("segment a { when x = \"abc }\nsegment b = y"),
            "1:22 E0102 a text is not closed | no `\"` ends it on this line");
}

TEST(Errors, Characters) {
  EXPECT_EQ(only("segment a = größe > 3"),
            "1:13 E0104 `größe` has no meaning here | names are made of `A-Z a-z 0-9 _`");
  EXPECT_EQ(tell("segment a = größe > 3").fixed, "segment a = \"größe\" > 3");
  EXPECT_EQ(only("segment a = x § 3"),
            "1:15 E0104 `§` has no meaning here | no mark of this language");
  EXPECT_EQ(
      only(std::string("segment a = x\0", 14)),
      "1:14 E0104 the control character U+0000 has no meaning here | no mark of this language");
  EXPECT_THAT(only("segment a = x = “abc”"), HasSubstr("E0115"));
  EXPECT_EQ(only("segment\u00A0a = x"),
            "1:8 E0104 a blank of another kind stands here | an ordinary blank");
}

TEST(Errors, LiteralsThatCannotBe) {
  EXPECT_EQ(only("segment a = x > 2025-02-30"),
            "1:17 E0108 `2025-02-30` is no date | February 2025 has 28 days");
  EXPECT_THAT(only("segment a = x > 2025-02-03T24:00Z"), HasSubstr("E0108"));
  EXPECT_THAT(only("segment a = login within 40000d"), HasSubstr("E0109"));
  EXPECT_THAT(only("segment a = x > 1000000000000000000000"), HasSubstr("E0110"));
}

TEST(Errors, AreNotLookedForTwice) {
  // Once went back and forth between the two `trait` for ever.
  EXPECT_EQ(tell("zone \"UTC\"\ntrait \ntrait lif 3d").lines.size(), 2u);
  EXPECT_EQ(tell("segment a = x\nsegment\nsegment b c").lines.size(), 2u);
}

TEST(Errors, DoNotFollowFromEachOther) {
  EXPECT_EQ(tell("segment a = §(x\nsegment b = (y and\nsegment c = z").lines.size(), 2u);
  EXPECT_THAT(tell("").lines, IsEmpty());
}

}  // namespace
}  // namespace segue
