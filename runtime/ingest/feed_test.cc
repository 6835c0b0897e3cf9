// What a reader makes of a feed is what the walk over tokens makes of its lines, one by one: lines
// of senders and changes of them, whatever ends them, and wherever the pieces of the feed meet.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "runtime/ingest/decode.h"
#include "runtime/ingest/lines.h"
#include "runtime/ingest/memory_source.h"
#include "runtime/ingest/printed.h"
#include "runtime/ingest/reader.h"

namespace segue {
namespace {

InputSchema schema() {
  InputSchema schema;
  schema.slots = {{{"plan"}, true},    {{"path"}, false}, {{"step"}, false},
                  {{"price"}, false},  {{"tags"}, false}, {{"cart", "id"}, false},
                  {{"country"}, false}};
  schema.kinds = {{"", {0}},
                  {"", {}},
                  {"Page Viewed", {1}},
                  {"Onboarding Step Skipped", {2}},
                  {"Product Added", {3, 4, 5}},
                  {"Order Completed", {3, 1, 6}}};
  return schema;
}

/// Lines of the shapes that bench/workload and a web shop's log have.
class Senders {
 public:
  explicit Senders(uint32_t seed) : random_(seed) {}

  std::string line() {
    switch (draw(7)) {
      case 0:
        return call("identify", "",
                    R"("traits":{"plan":)" + pick({"\"free\"", "\"pro\"", "null"}) +
                        R"(,"email":"someone@example.com"})");
      case 1:
        return call("page", "", R"("properties":{"path":"/pricing","title":"Ex\u00e4mple"})");
      case 2:
        return call("track", "Onboarding Step Skipped",
                    R"("properties":{"step":)" + pick({"1", "\"2\"", "2.0", "2e0", "-0"}) +
                        R"(,"duration_ms":)" + digits(5000) + "}");
      case 3:
        return call("track", "Product Added",
                    R"("properties":{"price":)" + digits(90) + "." + digits(99) + R"(,"tags":)" +
                        pick({"[]", "[1,\"a\"]", "[\"a\", null ,2.50]", "[[1]]"}) +
                        R"(,"cart":{"id":"c)" + digits(9) + R"("}})");
      case 4:
        return call("track", "Feature Used",
                    R"("properties":{"area":"workspace","duration_ms":)" + digits(5000) + "}");
      default:
        return call("track", pick({"Page Viewed", "Order Completed", "Interaction"}),
                    R"("properties":{"path":"/google+redesign/)" + std::string(draw(70), 'x') +
                        R"(","visit_number":)" + digits(20) + R"(,"country":")" +
                        pick({"Thailand", "C\xC3\xB4te d\xE2\x80\x99Ivoire", "Cura\xC3\x87"}) +
                        R"("})");
    }
  }

  /// The same, changed at some bytes by one in four.
  std::string maybe_changed() {
    std::string text = line();
    if (draw(4) != 0) return text;
    for (uint32_t i = draw(3); i > 0; --i) {
      const size_t at = draw(text.size());
      switch (draw(4)) {
        case 0:
          text[at] = static_cast<char>(draw(256));
          break;
        case 1:
          text[at] = "\"\\{}[],:0e.-\t\r\x01\x80"[draw(17)];
          break;
        case 2:
          text.erase(at, draw(20));
          break;
        default:
          text.insert(at, text.substr(draw(text.size()), draw(30)));
      }
      if (text.empty()) return text;
    }
    return text;
  }

  std::string end() {
    if (draw(8) != 0) return "\n";
    return pick({"\r\n", " \n", "\t\r\n", "\n\n", "\n \r\n", "\n\t", "\n "});
  }

  uint32_t draw(size_t below) { return static_cast<uint32_t>(random_() % below); }

 private:
  std::string pick(const std::vector<std::string>& from) { return from[draw(from.size())]; }
  std::string digits(uint32_t below) { return std::to_string(draw(below)); }
  std::string call(const std::string& type, const std::string& event, const std::string& values) {
    minute_ += draw(3) == 0;
    char time[32];
    std::snprintf(time, sizeof time, "2025-06-%02uT%02u:%02u:%02u.%03uZ", 1 + minute_ / 1440 % 30,
                  minute_ / 60 % 24, minute_ % 60, draw(60), draw(1000));
    std::string text = R"({"type":")" + type + R"(","userId":")" + digits(1000) + '"';
    if (!event.empty()) text += R"(,"event":")" + event + '"';
    text += R"(,"timestamp":")" + std::string(time) + "\"," + values;
    if (draw(3) != 0) text += R"(,"messageId":"m-)" + digits(100'000) + '"';
    return text + "}";
  }

  std::mt19937 random_;
  uint32_t minute_ = 0;
};

/// Line by line, without a guess.
std::vector<std::string> walked(const std::string& feed) {
  Decoder decoder(schema());
  std::vector<std::string> all;
  for (size_t begin = 0, number = 1; begin < feed.size(); ++number) {
    const size_t end = std::min(feed.find('\n', begin), feed.size());
    const std::string_view text = without_blanks(std::string_view(feed).substr(begin, end - begin));
    begin = end + 1;
    if (text.empty()) continue;
    const std::string padded = std::string(text) + std::string(kLinePadding, ' ');
    EventBatch batch = decoder.make_batch();
    const auto reject = decoder.decode_anew({padded.data(), text.size()}, batch);
    all.push_back(
        std::to_string(number) + " " +
        (reject ? std::string(name_of(*reject)) + " " + std::string(text) : print(batch, 0)));
  }
  return all;
}

std::vector<std::string> read(const std::string& feed, size_t piece_bytes) {
  const auto source =
      read_events(std::make_unique<MemorySource>(feed, piece_bytes), 0, schema(), {});
  std::vector<std::pair<uint64_t, std::string>> lines;
  for (;;) {
    EventBatch batch;
    EXPECT_TRUE(source->next(batch).ok());
    if (batch.empty()) break;
    for (size_t i = 0; i < batch.events.size(); ++i) {
      lines.emplace_back(batch.origins.at(i).line, print(batch, i));
    }
    for (const Reject& reject : batch.rejects) {
      lines.emplace_back(reject.line, std::string(name_of(reject.kind)) + " " + reject.raw);
    }
  }
  std::sort(lines.begin(), lines.end());
  std::vector<std::string> all;
  for (const auto& [number, text] : lines) all.push_back(std::to_string(number) + " " + text);
  return all;
}

void compare(const std::string& feed, size_t piece_bytes) {
  const std::vector<std::string> want = walked(feed);
  const std::vector<std::string> got = read(feed, piece_bytes);
  for (size_t i = 0; i < std::min(want.size(), got.size()); ++i) ASSERT_EQ(got[i], want[i]);
  ASSERT_EQ(got.size(), want.size());
}

TEST(Feed, IsReadAsItsLinesAreWalked) {
  for (uint32_t seed = 0; seed < 60; ++seed) {
    Senders senders(seed);
    std::string feed;
    for (int i = 0; i < 400; ++i) feed += senders.maybe_changed() + senders.end();
    if (seed % 2 == 0) feed += senders.line();  // without an end
    compare(feed, seed % 3 == 0 ? SIZE_MAX : 1 + senders.draw(5000));
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(Feed, PiecesMayMeetAnywhere) {
  Senders senders(7);
  std::string feed;
  for (int i = 0; i < 12; ++i) feed += senders.line() + senders.end();
  for (size_t piece = 1; piece < 300; ++piece) {
    compare(feed, piece);
    if (testing::Test::HasFatalFailure()) return;
  }
}

/// Lines longer than what is looked at at once, than what has its marks kept, and than the buffer.
TEST(Feed, LongLinesAreReadAmongShortOnes) {
  Senders senders(3);
  std::string feed;
  for (const size_t size : {3000, 4000, 4096, 5000, 8300, 60'000, 66'000, 70'000, 300'000}) {
    for (const char fill : {'x', '"', '\\', '\xC3'}) {
      for (int i = 0; i < 5; ++i) feed += senders.line() + "\n";
      std::string line = senders.line();
      line.insert(line.find("path") == line.npos ? 1 : line.find("path") + 7, size, fill);
      feed += line + "\n" + line + senders.end();
    }
  }
  for (const size_t piece : {size_t{1000}, size_t{4096}, size_t{70'001}, SIZE_MAX}) {
    compare(feed, piece);
    if (testing::Test::HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace segue
