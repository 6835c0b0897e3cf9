#include "compiler/diagnostics/diagnostics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/diagnostics/render.h"

namespace segue {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Codes, AreSortedUniqueAndHavePages) {
  std::string_view last;
  for (const CodeInfo& row : all_codes()) {
    const bool error = row.level == Level::kError;
    EXPECT_EQ(row.name[0], error ? 'E' : 'W') << row.name;
    EXPECT_EQ(row.name.size(), 5u);
    if (!last.empty() && last[0] == row.name[0]) {
      EXPECT_LT(last, row.name);
    }
    last = row.name;
    const std::string heading = "# " + std::string(row.name) + ": " + std::string(row.title) + "\n";
    const std::string_view page = explain(row.code);
    EXPECT_EQ(page.substr(0, heading.size()), heading) << "in pages/" << row.name << ".md";
    EXPECT_GT(page.size(), heading.size() + 40) << "in pages/" << row.name << ".md";
    EXPECT_EQ(find_code(row.name), row.code);
  }
  EXPECT_EQ(find_code("E9999"), std::nullopt);
}

class Rendering : public testing::Test {
 protected:
  Span span(std::string_view of, size_t from = 0) {
    const size_t begin = sources.file(id).text().find(of, from);
    return {id, static_cast<uint32_t>(begin), static_cast<uint32_t>(begin + of.size())};
  }
  void text(std::string path, std::string words) { id = sources.add_text(path, std::move(words)); }

  SourceManager sources;
  SourceId id;
  Diagnostics found;
};

TEST_F(Rendering, OneLabelAsInTheContract) {
  text("rules/intent.seg", "\n\n\n\n\n\n  when pricing_viewd >= 3 within 48h\n");
  const std::string names[] = {"pricing_viewed", "paid"};
  found.add(Code::kE0101, span("pricing_viewd"), "unknown event `pricing_viewd`")
      .label("not declared")
      .suggest(nearest_names("pricing_viewd", names));
  EXPECT_EQ(render_text(sources, found),
            "error[E0101]: unknown event `pricing_viewd`\n"
            "  --> rules/intent.seg:7:8\n"
            "   |\n"
            " 7 |   when pricing_viewd >= 3 within 48h\n"
            "   |        ^^^^^^^^^^^^^ not declared\n"
            "   = help: did you mean `pricing_viewed`?\n");
}

TEST_F(Rendering, TwoLines) {
  text("rules/intent.seg",
       "event page_viewed { path: text  campaign: text? }\n\n\n"
       "  when (page_viewed where campain = \"spring\")\n");
  found.add(Code::kE0101, span("campain"), "event `page_viewed` declares no property `campain`")
      .label("not declared")
      .also(span("page_viewed"), "declared here")
      .help("did you mean `campaign`?");
  EXPECT_EQ(render_text(sources, found),
            "error[E0101]: event `page_viewed` declares no property `campain`\n"
            "  --> rules/intent.seg:4:27\n"
            "   |\n"
            " 1 | event page_viewed { path: text  campaign: text? }\n"
            "   |       ----------- declared here\n"
            " 4 |   when (page_viewed where campain = \"spring\")\n"
            "   |                           ^^^^^^^ not declared\n"
            "   = help: did you mean `campaign`?\n");
}

TEST_F(Rendering, ThreeMarksOnOneLine) {
  text("rules/idle.seg", "\n  when time since last login >= 7\n");
  found.add(Code::kE0101, span(">="), "comparing a duration with a number")
      .also(span("time since last login"), "duration")
      .also(span("7"), "number")
      .help("give the number a unit: `7d`");
  EXPECT_EQ(render_text(sources, found),
            "error[E0101]: comparing a duration with a number\n"
            "  --> rules/idle.seg:2:30\n"
            "   |\n"
            " 2 |   when time since last login >= 7\n"
            "   |        --------------------- ^^ - number\n"
            "   |        duration\n"
            "   = help: give the number a unit: `7d`\n");
}

TEST_F(Rendering, MoreTextsHangBelowEachOther) {
  text("a.seg", "aa bb cc\n");
  found.add(Code::kE0101, span("bb"), "three")
      .label("two")
      .also(span("aa"), "one")
      .also(span("cc"), "three");
  EXPECT_THAT(render_text(sources, found), HasSubstr(" 1 | aa bb cc\n"
                                                     "   | -- ^^ -- three\n"
                                                     "   | |  two\n"
                                                     "   | one\n"));
}

TEST_F(Rendering, AnotherFileTabsWideCharactersAndTheEnd) {
  text("b.seg", "event x\n");
  const Span other = span("x");
  text("a.seg", "\t漢 login");
  found.add(Code::kE0101, {id, 10, 10}, "nothing").label("more").also(other, "here").note("a\nb");
  EXPECT_EQ(render_text(sources, found),
            "error[E0101]: nothing\n"
            "  --> a.seg:1:9\n"
            "   |\n"
            " 1 |     漢 login\n"
            "   |             ^ more\n"
            "  ::: b.seg:1:7\n"
            "   |\n"
            " 1 | event x\n"
            "   |       - here\n"
            "   = note: a\n"
            "           b\n");
}

TEST_F(Rendering, ALongLineIsCutAroundTheMark) {
  text("a.seg", std::string(5000, 'x') + "!" + std::string(5000, 'y'));
  found.add(Code::kE0104, span("!"), "mark").label("here");
  const std::string out = render_text(sources, found);
  EXPECT_LT(out.size(), 1000u);
  EXPECT_THAT(out, HasSubstr("  --> a.seg:1:5001\n"));
  EXPECT_THAT(out, HasSubstr(" 1 | …" + std::string(60, 'x') + "!yyy"));
  EXPECT_THAT(out, HasSubstr("   | " + std::string(61, ' ') + "^ here\n"));
}

TEST_F(Rendering, SortsCountsAndDropsRepetitions) {
  text("a.seg", "b a\n");
  found.add(Code::kE0104, span("a"), "second");
  found.add(Code::kE0104, span("b"), "first");
  found.add(Code::kE0104, span("a"), "second");
  std::vector<std::string> messages;
  for (const Diagnostic* one : found.sorted()) messages.push_back(one->message);
  EXPECT_THAT(messages, ElementsAre("first", "second"));
}

TEST_F(Rendering, KeepsALimitedNumber) {
  text("a.seg", "b a\n");
  for (size_t i = 0; i < Diagnostics::kErrorsMax + 5; ++i) {
    found.add(Code::kE0104, span("a"), std::to_string(i));
  }
  EXPECT_EQ(found.error_count(), Diagnostics::kErrorsMax + 5);
  EXPECT_EQ(found.dropped_count(), 5u);
  EXPECT_EQ(found.sorted().size(), Diagnostics::kErrorsMax);
  EXPECT_THAT(render_text(sources, found), HasSubstr("\nnote: 5 more are not shown\n"));
}

TEST_F(Rendering, ColoursDoNotChangeTheText) {
  text("a.seg", "b a\n");
  found.add(Code::kE0104, span("a"), "m").label("l").also(span("b"), "o").help("h");
  std::string coloured = render_text(sources, found, {.colour = true});
  for (size_t at; (at = coloured.find('\x1b')) != std::string::npos;) {
    coloured.erase(at, coloured.find('m', at) - at + 1);
  }
  EXPECT_EQ(coloured, render_text(sources, found));
}

TEST(Diagnostics, WarningsMayBeErrorsOrNobodys) {
  Diagnostics diagnostics;
  diagnostics.quiet({1});
  diagnostics.add(Code::kW0512, {{1}, 0, 1}, "of a library").label("dropped");
  EXPECT_TRUE(diagnostics.empty());
  EXPECT_EQ(diagnostics.warning_count(), 0u);
  diagnostics.add(Code::kE0101, {{1}, 0, 1}, "an error of it");
  diagnostics.add(Code::kW0512, {{0}, 0, 1}, "of the user");
  diagnostics.raise(Code::kW0512);
  diagnostics.add(Code::kW0512, {{0}, 2, 3}, "denied");
  diagnostics.add(Code::kW0302, {{0}, 4, 5}, "another");
  EXPECT_EQ(diagnostics.error_count(), 2u);
  EXPECT_EQ(diagnostics.warning_count(), 2u);
}

TEST(NearestNames, WithinAThirdOfTheName) {
  const std::string names[] = {"login", "logn", "signup", "lgoin", "campaign"};
  EXPECT_THAT(nearest_names("logim", names), ElementsAre("login"));
  EXPECT_THAT(nearest_names("login", names), ElementsAre("lgoin", "logn"));
  EXPECT_THAT(nearest_names("campain", names), ElementsAre("campaign"));
  EXPECT_TRUE(nearest_names("ab", names).empty());
  EXPECT_TRUE(nearest_names(std::string(1 << 20, 'x'), names).empty());
}

}  // namespace
}  // namespace segue
