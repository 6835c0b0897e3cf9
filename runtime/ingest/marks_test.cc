#include "runtime/ingest/marks.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "runtime/ingest/lines.h"

namespace segue {
namespace {

struct Seen {
  std::vector<uint32_t> places;
  std::vector<std::pair<uint32_t, uint32_t>> feeds;
  bool high = false;
  friend bool operator==(const Seen&, const Seen&) = default;
};

/// Byte by byte.
Seen look_slowly(const std::string& text, uint32_t first) {
  Seen seen;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    const auto place = static_cast<uint32_t>(first + i);
    seen.high |= byte > 127;
    if (byte == '\n') seen.feeds.emplace_back(place, seen.places.size());
    if (byte == '"' || byte == '\\' || byte < ' ') seen.places.push_back(place);
  }
  return seen;
}

/// In two parts, one behind the other.
Seen look(const std::string& text, size_t part, uint32_t first, MarkScan scan, char padding) {
  std::vector<uint32_t> places(text.size() + kMarksSlack);
  std::vector<Feed> feeds(text.size() + kMarksSlack);
  MarksFound found = {.places = places.data(), .feeds = feeds.data()};
  const auto take = [&](size_t begin, size_t size) {
    const std::string padded = text.substr(begin, size) + std::string(kLinePadding, padding);
    scan(padded.data(), size, static_cast<uint32_t>(first + begin), found);
  };
  take(0, part);
  take(part, text.size() - part);
  Seen seen;
  seen.places.assign(places.data(), places.data() + found.count);
  for (size_t i = 0; i < found.feed_count; ++i)
    seen.feeds.emplace_back(feeds[i].place, feeds[i].mark);
  seen.high = found.high;
  return seen;
}

std::string random_text(std::mt19937& random, size_t size, const std::string& alphabet) {
  std::string text;
  for (size_t i = 0; i < size; ++i) text += alphabet[random() % alphabet.size()];
  return text;
}

TEST(Marks, AllScansSeeTheSame) {
  std::mt19937 random(1);
  const std::vector<std::string> alphabets = {"a\"",
                                              "\"",
                                              "\n",
                                              "abcdefghijklmnopqrstuvwxyz,: {}[]0123456789\"",
                                              "abcdefghijklmnopqrstuvwxyz\"\xC3\xA9",
                                              std::string("abc\"\\\x1F\x7F \r\t\0", 11),
                                              "abcdefghijklmnopqrstuvwxyz\"\n"};
  for (int round = 0; round < 5000; ++round) {
    const size_t size = round % 20 == 0 ? 4000 + random() % 200 : random() % 300;
    const std::string text = random_text(random, size, alphabets[random() % alphabets.size()]);
    const auto first = static_cast<uint32_t>(random() % 1000);
    const Seen want = look_slowly(text, first);
    for (const MarkScan scan : mark_scans()) {
      for (const char padding : {'"', '\n', '\\', '\xFF'}) {
        ASSERT_EQ(look(text, random() % (size + 1), first, scan, padding), want) << text;
      }
    }
  }
}

}  // namespace
}  // namespace segue
