#include "compiler/syntax/format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "compiler/diagnostics/render.h"
#include "compiler/syntax/print_ast.h"

namespace segue {
namespace {

struct Read {
  std::string ast;
  std::vector<std::string> comments;  // sorted
  std::vector<Token> tokens;
  std::string formatted;
};

std::string without_blanks_behind(std::string_view words) {
  return std::string(words.substr(0, words.find_last_not_of(" \t") + 1));
}

Read read(const std::string& text) {
  SourceManager sources;
  Diagnostics found;
  const SourceId id = sources.add_text("test.seg", text);
  ParsedText parsed = parse_with_tokens(sources, id, found);
  Read out;
  EXPECT_EQ(render_text(sources, found), "") << text;
  if (found.has_errors()) return out;
  out.ast = print_ast(parsed.file);
  for (const Token& token : parsed.tokens) {
    if (token.kind != Token::Kind::kComment && token.kind != Token::Kind::kDoc) continue;
    out.comments.push_back(without_blanks_behind(sources.text({id, token.begin, token.end})));
  }
  std::sort(out.comments.begin(), out.comments.end());
  out.formatted = format(text, parsed);
  out.tokens = std::move(parsed.tokens);
  return out;
}

/// What must hold of every text that parses.
void check(const std::string& text) {
  const Read before = read(text);
  if (testing::Test::HasFailure()) return;
  const Read after = read(before.formatted);
  ASSERT_EQ(before.ast, after.ast) << text << "\n--- formatted ---\n" << before.formatted;
  ASSERT_EQ(before.comments, after.comments) << text << "\n---\n" << before.formatted;
  ASSERT_EQ(before.formatted, after.formatted) << "not stable; from:\n" << text;
}

std::vector<std::string> corpus() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator("compiler/syntax/testdata")) {
    paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> texts;
  for (const std::string& path : paths) {
    SourceManager sources;
    texts.emplace_back(sources.file(sources.load_file(path).id).text());
  }
  return texts;
}

TEST(Format, KeepsMeaningAndCommentsAndIsStable) {
  for (const std::string& text : corpus()) check(text);
}

/// The tokens of a text with other blanks, line ends and comments between them.
std::string scatter(const std::string& text, const std::vector<Token>& tokens,
                    std::mt19937& random) {
  std::string out;
  int comments = 0;
  for (const Token& token : tokens) {
    const auto comment = [&] { return "# c" + std::to_string(comments++) + "\n"; };
    switch (random() % 12) {
      case 0:
        out += "\n";
        break;
      case 1:
        out += "\n\n\n";
        break;
      case 2:
        out += " " + comment();
        break;
      case 3:
        out += "\n" + comment();
        break;
      case 4:
        out += "\n\n  " + comment() + "\n" + comment();
        break;
      case 5:
        out += " " + comment() + comment() + "\n";
        break;
      default:
        out += " ";
        break;
    }
    out += text.substr(token.begin, token.end - token.begin);
    if (token.kind == Token::Kind::kComment || token.kind == Token::Kind::kDoc) out += "\n";
  }
  return out;
}

TEST(Format, HoldsWhereverCommentsAndLineEndsStand) {
  std::mt19937 random(20250601);
  for (const std::string& text : corpus()) {
    const Read original = read(text);
    for (int i = 0; i < 20 && !HasFailure(); ++i) check(scatter(text, original.tokens, random));
  }
}

TEST(Format, LinesKeepToTheWidth) {
  for (const std::string& text : corpus()) {
    const std::string formatted = read(text).formatted;
    for (size_t begin = 0; begin < formatted.size();) {
      const size_t end = formatted.find('\n', begin);
      std::string line = formatted.substr(begin, end - begin);
      begin = end + 1;
      EXPECT_TRUE(line.empty() || (line.back() != ' ' && line.back() != '\t')) << line;
      // Comments, and a single text that is longer, cannot be broken.
      line = line.substr(0, line.find("  #"));
      if (line.find("xxxxxxxx") != std::string::npos) continue;
      EXPECT_LE(line.size(), kFormatColumns) << line;
    }
  }
}

TEST(Format, CanonicalForms) {
  const auto formatted = [](const std::string& text) { return read(text).formatted; };
  EXPECT_EQ(formatted("segment a=x==3"), "segment a = x = 3\n");
  EXPECT_EQ(formatted("segment a = x in ( \"b\" , \"c\" , )"), "segment a = x in (\"b\", \"c\")\n");
  EXPECT_EQ(formatted("segment a = count ( x ) - - 3 * - y . z >= - 2"),
            "segment a = count(x) - -3 * -y.z >= -2\n");
  EXPECT_EQ(formatted("segment a = x in - 3 .. 4"), "segment a = x in -3..4\n");
  EXPECT_EQ(formatted("segment a = time\n  since last x > 3d"),
            "segment a = time since last x > 3d\n");
  EXPECT_EQ(formatted("event a{x:text y:number?,}"), "event a { x: text, y: number? }\n");
  EXPECT_EQ(formatted("event a{\nx:text y:number?,}"), "event a {\n  x: text\n  y: number?\n}\n");
  EXPECT_EQ(formatted("event a\n\n\n\nevent b\nevent c\nsegment s=a"),
            "event a\n\nevent b\nevent c\n\nsegment s = a\n");
  EXPECT_EQ(formatted("score s{+ 5 a - 3 b once}"), "score s {\n  +5 a\n  -3 b once\n}\n");
  EXPECT_EQ(formatted("\xEF\xBB\xBF"
                      "event a\r\n\r\n"),
            "event a\n");
  EXPECT_EQ(formatted(""), "");
  EXPECT_EQ(formatted("   \n\n"), "");
}

}  // namespace
}  // namespace segue
