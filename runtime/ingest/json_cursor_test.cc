#include "runtime/ingest/json_cursor.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <random>
#include <string>
#include <vector>

#include "runtime/ingest/tokens.h"

namespace segue {
namespace {

std::string check(const std::string& text) {
  static Tokenizer tokenizer;
  if (const auto fault = tokenizer.find(text); fault) return std::string(name_of(*fault));
  JsonCursor cursor(text, tokenizer.starts());
  if (!cursor.skip()) return std::string(name_of(cursor.fault()));
  return cursor.done() ? "good" : "not_json";
}

TEST(JsonCursor, TakesJson) {
  for (const char* text :
       {"{}", "[]", "0", "-0", "12.5e-3", "1E+2", "true", "false", "null", "\"\"", "\"a\"",
        " { \"a\" : [ 1 , 2 , { } , [ ] ] , \"b\" : null } ", "[[[[]]],{\"a\":{}}]",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\"", "{\"a\":1,\"a\":2}",
        "\"\xC3\xA9\""}) {
    EXPECT_EQ(check(text), "good") << text;
  }
}

TEST(JsonCursor, RefusesTheRest) {
  for (const char* text : {"",          " ",       "{",          "}",
                           "[",         "]",       "[1",         "[1,",
                           "[1,]",      "[,1]",    "[1 2]",      "[1}",
                           "{]",        "{\"a\"}", "{\"a\":}",   "{\"a\":1,}",
                           "{a:1}",     "{1:1}",   "{\"a\" 1}",  "{\"a\":1 \"b\":2}",
                           "{}{}",      "{} x",    "01",         "1.",
                           ".5",        "+1",      "1e",         "1e+",
                           "--1",       "0x1",     "NaN",        "nul",
                           "nulll",     "True",    "tru",        "\"",
                           "\"a",       "'a'",     "\"\\x\"",    "\"\\u12g4\"",
                           "\"\\u12\"", "\"a\"b",  "\"a\"\"b\"", "[\"a\" \"b\"]",
                           "\"\t\"",    "[1]\f",   "1\x01",      "\"a\"\\",
                           "\\",        "1:2",     ",",          ":"}) {
    EXPECT_EQ(check(text), "not_json") << text;
  }
}

TEST(JsonCursor, RefusesWhatUtf8CannotHold) {
  for (const char* text : {"\"\xC3\"", "\"\xFF\"", "\"\xED\xA0\x80\"", "\"\xC0\x80\"",
                           "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\\ud83dx\""}) {
    EXPECT_EQ(check(text), "not_utf8") << text;
  }
}

TEST(JsonCursor, DepthIsBounded) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(check(nested(kJsonDepthMax - 1)), "good");
  EXPECT_EQ(check(nested(kJsonDepthMax)), "good");
  EXPECT_EQ(check(nested(kJsonDepthMax + 1)), "too_deep");
  EXPECT_EQ(check(std::string(1'000'000, '[')), "too_deep");
}

TEST(JsonCursor, UnescapesIntoUtf8) {
  Arena arena;
  EXPECT_EQ(unescape("plain", arena), "plain");
  EXPECT_EQ(unescape("a\\nb\\\"c", arena), "a\nb\"c");
  EXPECT_EQ(unescape("\\u0041\\u00e9\\u20ac\\ud83d\\ude00!", arena), "A\u00e9\u20ac\U0001F600!");
  EXPECT_EQ(unescape("\\u0000", arena), std::string_view("\0", 1));
  EXPECT_EQ(unescape("\\", arena), std::nullopt);
  EXPECT_EQ(unescape("\\ud800", arena), std::nullopt);
}

/// Texts that are nearly JSON: pieces of it in a random order.
std::string nearly_json(std::mt19937& random) {
  static const std::vector<std::string> kPieces = {
      "{", "}",    "[",        "]",    ",",  ":",           "\"a\"",  "\"b\\n\"",
      "1", "-2.5", "true",     "null", " ",  "{\"k\":",     "\"",     "\\",
      "0", "e",    "\xC3\xA9", "[]",   "{}", "\"\\u00e9\"", "\"\\q\""};
  std::string text;
  const size_t pieces = 1 + random() % 12;
  for (size_t i = 0; i < pieces; ++i) text += kPieces[random() % kPieces.size()];
  return text;
}

TEST(JsonCursor, AgreesWithAParserThatReadsEverything) {
  std::mt19937 random(7);
  simdjson::dom::parser parser;
  int good = 0;
  for (int i = 0; i < 300'000; ++i) {
    const std::string text = nearly_json(random);
    const bool parses = parser.parse(text).error() == simdjson::SUCCESS;
    EXPECT_EQ(check(text) == "good", parses) << text;
    good += parses ? 1 : 0;
  }
  EXPECT_GT(good, 1000) << "else the comparison says little";
}

}  // namespace
}  // namespace segue
