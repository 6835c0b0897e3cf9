#include "runtime/ingest/quotes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "runtime/ingest/lines.h"

namespace segue {
namespace {

struct Seen {
  size_t size = 0;
  bool ends = false;
  bool plain = false;
  bool ascii = false;
  std::vector<size_t> quotes;
  friend bool operator==(const Seen&, const Seen&) = default;
};

/// Byte by byte.
Seen look_slowly(const std::string& text) {
  Seen seen;
  seen.size = std::min({text.find('\n'), text.size(), QuoteMap::kBytesMax});
  seen.ends = seen.size < std::min(text.size(), QuoteMap::kBytesMax);
  const auto inside = [&](auto test) {
    return std::any_of(text.begin(), text.begin() + static_cast<ptrdiff_t>(seen.size), test);
  };
  seen.plain = !inside([](char c) { return c == '\\' || static_cast<uint8_t>(c) < ' '; });
  seen.ascii = !inside([](char c) { return static_cast<uint8_t>(c) > 127; });
  for (size_t i = 0; i < seen.size; ++i) {
    if (text[i] == '"') seen.quotes.push_back(i);
  }
  return seen;
}

Seen look(const std::string& text, QuoteScan scan, char padding) {
  const std::string padded = text + std::string(kLinePadding, padding);
  QuoteMap quotes(scan);
  Seen seen;
  seen.ends = quotes.look({padded.data(), text.size()});
  seen.size = quotes.size();
  seen.plain = quotes.knows({padded.data(), seen.size});
  seen.ascii = quotes.is_ascii();
  for (size_t i = 0; i < quotes.count(); ++i) seen.quotes.push_back(quotes.at(i));
  return seen;
}

std::string random_text(std::mt19937& random, size_t size, const std::string& alphabet) {
  std::string text;
  for (size_t i = 0; i < size; ++i) text += alphabet[random() % alphabet.size()];
  return text;
}

TEST(Quotes, AllScansSeeTheSame) {
  std::mt19937 random(1);
  const std::vector<std::string> alphabets = {"a\"",
                                              "\"",
                                              "abcdefghijklmnopqrstuvwxyz,: {}[]0123456789\"",
                                              "abcdefghijklmnopqrstuvwxyz\"\xC3\xA9",
                                              std::string("abc\"\\\x1F\x7F \r\t\0", 11),
                                              "abcdefghijklmnopqrstuvwxyz\"\n"};
  for (int round = 0; round < 5000; ++round) {
    const size_t size = round % 20 == 0 ? 4000 + random() % 200 : random() % 300;
    const std::string text = random_text(random, size, alphabets[random() % alphabets.size()]);
    const Seen want = look_slowly(text);
    for (const QuoteScan scan : quote_scans()) {
      for (const char padding : {'"', '\n', '\\', '\xFF'}) {
        ASSERT_EQ(look(text, scan, padding), want) << text;
      }
    }
  }
}

TEST(Quotes, KnowsOnlyTheLineItSaw) {
  const std::string text = "{\"a\"}\n{\"b\"}" + std::string(kLinePadding, ' ');
  QuoteMap quotes;
  EXPECT_TRUE(quotes.look({text.data(), 11}));
  EXPECT_TRUE(quotes.knows({text.data(), 5}));
  EXPECT_FALSE(quotes.knows({text.data(), 4}));
  EXPECT_FALSE(quotes.knows({text.data() + 1, 5}));
  EXPECT_FALSE(quotes.look({text.data() + 6, 5}));
  EXPECT_TRUE(quotes.knows({text.data() + 6, 5}));
}

}  // namespace
}  // namespace segue
